#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "milter/filter/rules/rendering/rule_headers.hpp"

namespace lazaret::filter::rules {

/// The fields as `NAME: VALUE` lines, decoded and unfolded, in order. When they are more than 64 kB
/// together, what is left out are names that come late, whole.
std::vector<std::string> field_lines(const RuleHeaders& headers);

/// The fields as they stand in a header block, folds and final line end with each.
std::vector<std::string> raw_field_lines(std::string_view header);

/// Those of `lines` from the `begin`th Received line on (0: the first), up to and with the `end`th;
/// without a bound, from the first line on, up to the last. None when `end` is negative.
std::vector<std::string> lines_between(std::vector<std::string> lines, std::optional<int> begin,
                                       std::optional<int> end);

}  // namespace lazaret::filter::rules
