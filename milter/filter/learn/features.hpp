#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "milter/filter/learn/excerpt.hpp"
#include "milter/filter/learn/traits.hpp"

namespace lazaret::filter {

/// How many weights there are for 4-grams, which are everybody's. Half a million keep the
/// collisions of a site's vocabulary rare (2^20 gains nothing on 15,000 messages, 2^18 loses
/// little) in 2 MB.
inline constexpr std::size_t gram_weights = std::size_t{1} << 19;

/// How many weights the model has: behind those of 4-grams the ones of traits, where each account
/// and each tenant has its own by hashing.
inline constexpr std::size_t weight_count = std::size_t{1} << 21;

/// The features of a message: each 4-gram of bytes of its Excerpt, once, hashed to the index of a
/// weight, in the order of first appearance; and its traits. Allocates only for the header's
/// fields.
class Features {
public:
    explicit Features(std::string_view message) : Features{Excerpt::Source{message}} {}

    [[nodiscard]] std::span<const std::uint32_t> grams() const noexcept
    {
        return {grams_.data(), gram_count_};
    }
    [[nodiscard]] std::span<const Trait> traits() const noexcept { return traits_.all(); }

private:
    explicit Features(const Excerpt::Source& source) : Features{source, Excerpt{source}} {}
    Features(const Excerpt::Source& source, const Excerpt& excerpt);

    std::array<std::uint32_t, Excerpt::most> grams_;  // only the first gram_count_ are ever read
    std::size_t gram_count_ = 0;
    Traits traits_;
};

}  // namespace lazaret::filter
