#include "base/records/score_blocks.hpp"

#include <algorithm>
#include <cmath>

namespace lazaret {

int filled_blocks(double score, double refuse_at) noexcept
{
    if (!(score > 0.0)) return 0;  // what is no number, too
    if (!(refuse_at > 0.0)) return score_blocks;
    return static_cast<int>(
        std::min<double>(score_blocks, std::ceil(score_blocks * score / refuse_at)));
}

}  // namespace lazaret
