#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

namespace lazaret::filter::rules {

/// How often each rule of a book hit, by its index; of a meta what it adds up to.
using Values = std::vector<double>;

/// Calls `take` with the index of each value that is not 0. There are thousands of rules, and few
/// of them hit: values are passed over in blocks, by their bits.
template <typename Take>
void for_each_hit(const Values& values, Take&& take)
{
    constexpr std::size_t block = 16;
    std::array<std::uint64_t, block> own{};
    for (std::size_t begin = 0; begin < values.size(); begin += block) {
        const auto end = std::min(begin + block, values.size());
        if (end == begin + block) {
            std::memcpy(own.data(), &values[begin], sizeof own);
            std::uint64_t bits = 0;
            for (const auto one : own) bits |= one;
            if (bits == 0) continue;
        }
        for (auto at = begin; at < end; ++at)
            if (values[at] != 0) take(at);
    }
}

}  // namespace lazaret::filter::rules
