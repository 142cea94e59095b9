#pragma once

#include <hs/hs.h>

#include <vector>

#include "base/handle.hpp"
#include "milter/filter/rules/patterns/pattern.hpp"
#include "milter/filter/rules/patterns/pattern_plan.hpp"

namespace lazaret::filter::rules {

using HyperscanDatabase = CHandle<hs_database_t, hs_free_database>;

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
