#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace lazaret {

/// Points that somebody gives rules, by name, instead of those of the rule files. They hold for
/// all hits of that name, the checks' own too.
using RuleScores = std::map<std::string, double, std::less<>>;

/// Reads `FREEMAIL_FROM=0.5, MISSING_MID=0 LOTS_OF_MONEY=+1`: spaces or commas between, points from
/// -100 to 100, at most 200 rules. Whether there is such a rule, only the rule files know. Of a
/// name that stands twice the last counts.
/// @return nothing when some of it is not that; empty for an empty text.
std::optional<RuleScores> parse_rule_scores(std::string_view text);

/// As parse_rule_scores() reads it, by name.
std::string text_of(const RuleScores& scores);

}  // namespace lazaret
