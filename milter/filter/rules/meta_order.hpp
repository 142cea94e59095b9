#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "milter/filter/rules/language/arithmetic.hpp"
#include "milter/filter/rules/language/rule_source.hpp"

namespace lazaret::filter::rules {

/// A `meta` rule, ready.
struct Meta {
    std::uint32_t rule;  ///< its index
    Arithmetic expression;
    bool is_helper = false;  ///< nobody but other metas asks for it (Rule::is_helper)
};

/// The indexes of rules by name, as RuleBook numbers them.
using RuleIndexes = std::map<std::string, std::uint32_t, std::less<>>;

/// The metas among the rules, each behind all that it asks for, so that one pass works them out.
///
/// Those that cannot be read, or that ask for each other in a circle, are left out and named among
/// the problems. A name that is no rule counts as 0, and is a problem, too.
///
/// @param indexes  of every rule.  @param nothing  an index whose value is always 0.
/// @param is_on  whether a rule may hit at all.
std::vector<Meta> ordered_metas(const RuleSource& source, const RuleIndexes& indexes,
                                std::uint32_t nothing,
                                const std::function<bool(const Rule&)>& is_on,
                                std::vector<Problem>& problems);

/// Those that run: neither dead themselves nor asking for one that is, by any way. SpamAssassin
/// never runs who waits for a meta that does not run; other rules that do not run count as 0.
///
/// @param metas  as ordered_metas() gives them.
/// @param dead  by index, `nothing` among them: the metas that do not run.
std::vector<Meta> living_metas(const std::vector<Meta>& metas, std::vector<bool> dead);

}  // namespace lazaret::filter::rules
