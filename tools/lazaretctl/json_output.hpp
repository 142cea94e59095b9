#pragma once

#include <nlohmann/json_fwd.hpp>

#include <span>
#include <string>

#include "base/records/explanation.hpp"
#include "base/records/verdict.hpp"
#include "milter/filter/auth/results.hpp"

namespace lazaret::tools {

/// Prints one JSON value and a line end, in ASCII: whatever a terminal could obey is escaped. Text
/// that is not UTF-8 gets U+FFFD, so that the output is always valid. `print_json` is for people to
/// read too, `print_json_line` is one line.
void print_json(const nlohmann::ordered_json& value);
void print_json_line(const nlohmann::ordered_json& value);

/// `[{"name", "points", "why"}]`
nlohmann::ordered_json json_of(std::span<const Hit> hits);

/// `{"list_entry", "unproven", "settings", "note", "proved": {"from", "mail_from"} or null,
/// "warned"}`
nlohmann::ordered_json json_of(const Explanation& explanation);

/// `{"spf_helo", "spf", "dkim": [...], "dmarc", "arc"}`: each method's result in the words of RFC
/// 8601, whose it is (what a stranger wrote, so any bytes), and why.
nlohmann::ordered_json json_of(const filter::auth::Authentication& found);

/// `value` rounded to `digits` behind the point, so that 7.4 is not printed as 7.4000000000000004.
double rounded(double value, int digits);

}  // namespace lazaret::tools
