#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "milter/filter/learn/excerpt.hpp"

namespace lazaret::filter {

/// How many weights the model has. Half a million keep the collisions of a site's vocabulary of
/// 4-grams rare (2^20 gains nothing on 15,000 messages, 2^18 loses little) in 2 MB.
inline constexpr std::size_t weight_count = std::size_t{1} << 19;

/// The features of a message: each 4-gram of bytes of its Excerpt, once, hashed to the index of a
/// weight. In the order of first appearance; no allocation but that of Excerpt.
class Features {
public:
    explicit Features(std::string_view message);

    [[nodiscard]] std::span<const std::uint32_t> indices() const noexcept
    {
        return {indices_.data(), count_};
    }

private:
    std::array<std::uint32_t, Excerpt::most> indices_;  // only the first count_ are ever read
    std::size_t count_ = 0;
};

}  // namespace lazaret::filter
