#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "milter/filter/learn/features.hpp"
#include "milter/filter/learn/packed_bytes.hpp"

namespace lazaret::filter {

/// Ascending indices of weights, as the gaps between them.
class Gaps {
public:
    std::uint32_t to(std::size_t at)
    {
        return static_cast<std::uint32_t>(at - std::exchange(next_, at + 1));
    }

    /// The index behind a gap; fails beyond the last weight.
    std::uint32_t read(PackedReader& from)
    {
        const std::size_t at = next_ + from.varied();
        if (at >= weight_count) from.fail();
        next_ = at + 1;
        return from.ok() ? static_cast<std::uint32_t>(at) : 0;
    }

private:
    std::size_t next_ = 0;
};

}  // namespace lazaret::filter
