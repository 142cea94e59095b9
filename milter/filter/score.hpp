#pragma once

#include <optional>
#include <span>
#include <vector>

#include "base/records/rule_scores.hpp"
#include "base/records/verdict.hpp"

namespace lazaret::filter {

/// The sum of the points of all hits; not a number and infinities count as 0.
double total(std::span<const Hit> hits);

/// The hits with the points that `scores` has for them. One that is given 0 is taken off, as a rule
/// with that score would not be run; but not one that had no points before, such as VIRUS: it says
/// where the class comes from.
/// @return nothing when no score is for any of them.
std::optional<std::vector<Hit>> scored_by(const RuleScores& scores, std::span<const Hit> hits);

}  // namespace lazaret::filter
