#pragma once

#include <map>
#include <string>
#include <vector>

namespace lazaret::filter::rules {

/// What `(?<NAME>...)` of patterns took from one message, by name: for `%{NAME}` of other patterns,
/// and for tags.
using Captures = std::map<std::string, std::vector<std::string>, std::less<>>;

}  // namespace lazaret::filter::rules
