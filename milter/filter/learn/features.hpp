#pragma once

#include <array>
#include <bit>
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

/// The index of the weight of a 4-gram, its first byte highest. Multiplicative hashing
/// (Knuth, 6.4); part of the model's format.
constexpr std::uint32_t gram_index(std::uint32_t gram)
{
    return static_cast<std::uint32_t>((gram * 0x9E3779B97F4A7C15u) >>
                                      (64 - std::countr_zero(gram_weights)));
}

/// Calls `use(at, index)` for the 4-gram that ends at each byte of `text` but the first three.
template <class Use>
void for_each_gram(std::string_view text, Use&& use)
{
    std::uint32_t gram = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        gram = (gram << 8) | static_cast<unsigned char>(text[at]);
        if (at >= 3) use(at, gram_index(gram));
    }
}

/// What a message is like from afar. What is known of one kind says little about another: where
/// all wanted mail is plain, all that has HTML looks like spam.
enum class Kind { Plain, Html, BulkPlain, BulkHtml };
inline constexpr std::size_t kind_count = 4;

/// Bulk: it says how to unsubscribe (RFC 2369), and is no list on which readers write.
Kind kind_of(const Excerpt::Source& source);

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
    [[nodiscard]] Kind kind() const noexcept { return kind_; }
    [[nodiscard]] const Traits& traits() const noexcept { return traits_; }

private:
    explicit Features(const Excerpt::Source& source) : Features{source, Excerpt{source}} {}
    Features(const Excerpt::Source& source, const Excerpt& excerpt);

    std::array<std::uint32_t, Excerpt::most> grams_;  // only the first gram_count_ are ever read
    std::size_t gram_count_ = 0;
    Traits traits_;
    Kind kind_;
};

}  // namespace lazaret::filter
