#pragma once

#include <vector>

#include "milter/filter/rules/patterns/hyperscan.hpp"
#include "milter/filter/rules/patterns/pattern.hpp"
#include "milter/filter/rules/patterns/pattern_plan.hpp"

namespace lazaret::filter::rules {

/// Patterns as Hyperscan has them.
struct CompiledForm {
    std::vector<PatternPlan> plans;  ///< one a pattern
    /// Identifiers in them are places in `plans`. Those that Hyperscan is not asked for are in
    /// none.
    std::vector<HyperscanDatabase> databases;
};

/// Takes seconds for some hundred patterns, all on this thread. What Hyperscan refuses has
/// Way::Guess or Way::Nowhere.
CompiledForm compiled_form(const std::vector<Pattern>& patterns);

}  // namespace lazaret::filter::rules
