#include "milter/filter/learn/features.hpp"

namespace lazaret::filter {

Features::Features(const Excerpt::Source& source, const Excerpt& excerpt)
    : traits_{source.fields, excerpt.body()}
{
    std::array<std::uint64_t, gram_weights / 64> met{};  // 64 kB, in the nearest cache
    for_each_gram(excerpt.text(), [&](std::size_t, std::uint32_t index) {
        const auto bit = std::uint64_t{1} << (index % 64);
        auto& word = met[index / 64];
        grams_[gram_count_] = index;
        gram_count_ += (word & bit) == 0 ? 1 : 0;
        word |= bit;
    });
}

}  // namespace lazaret::filter
