#include "milter/filter/learn/features.hpp"

#include <bit>

namespace lazaret::filter {
namespace {

constexpr int index_bits = std::countr_zero(gram_weights);

// Multiplicative hashing (Knuth, 6.4); part of the model's format.
std::uint32_t index_of(std::uint32_t gram)
{
    return static_cast<std::uint32_t>((gram * 0x9E3779B97F4A7C15u) >> (64 - index_bits));
}

}  // namespace

Features::Features(const Excerpt::Source& source, const Excerpt& excerpt)
    : traits_{source.fields, excerpt.body()}
{
    std::array<std::uint64_t, gram_weights / 64> met{};  // 64 kB, in the nearest cache
    std::uint32_t gram = 0;
    std::size_t length = 0;
    for (const char c : excerpt.text()) {
        gram = (gram << 8) | static_cast<unsigned char>(c);
        if (++length < 4) continue;
        const auto index = index_of(gram);
        const auto bit = std::uint64_t{1} << (index % 64);
        auto& word = met[index / 64];
        grams_[gram_count_] = index;
        gram_count_ += (word & bit) == 0 ? 1 : 0;
        word |= bit;
    }
}

}  // namespace lazaret::filter
