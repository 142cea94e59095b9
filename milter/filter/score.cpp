#include "milter/filter/score.hpp"

#include <algorithm>
#include <cmath>

namespace lazaret::filter {

double total(std::span<const Hit> hits)
{
    double sum = 0.0;
    for (const auto& hit : hits)
        if (std::isfinite(hit.points)) sum += hit.points;
    return sum;
}

std::optional<std::vector<Hit>> scored_by(const RuleScores& scores, std::span<const Hit> hits)
{
    const auto is_named = [&](const Hit& hit) { return scores.contains(hit.name); };
    if (scores.empty() || std::ranges::none_of(hits, is_named)) return std::nullopt;
    std::vector<Hit> scored;
    for (const auto& hit : hits) {
        const auto score = scores.find(hit.name);
        if (score == scores.end()) {
            scored.push_back(hit);
        } else if (score->second != 0 || hit.points == 0) {
            scored.push_back(hit);
            scored.back().points = score->second;
        }
    }
    return scored;
}

}  // namespace lazaret::filter
