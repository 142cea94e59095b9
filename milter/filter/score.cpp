#include "milter/filter/score.hpp"

#include <cmath>

namespace lazaret::filter {

double total(std::span<const Hit> hits)
{
    double sum = 0.0;
    for (const auto& hit : hits)
        if (std::isfinite(hit.points)) sum += hit.points;
    return sum;
}

}  // namespace lazaret::filter
