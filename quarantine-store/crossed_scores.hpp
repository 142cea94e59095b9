#pragma once

#include <optional>
#include <vector>

#include "quarantine-store/directory.hpp"

namespace lazaret::store {

/// Both are what somebody wanted, but hardly together: what is spam is certain to be, and never
/// only held.
struct CrossedScores {
    double hold_at = 0;
    double refuse_at = 0;
};

/// Whether hold_at is above refuse_at, as they count for somebody.
std::optional<CrossedScores> crossed_scores(const std::vector<EffectiveSetting>& settings);

}  // namespace lazaret::store
