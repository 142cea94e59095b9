#pragma once

#include <optional>
#include <string>

namespace lazaret::filter::rules {

/// What it costs Hyperscan to look for this expression alone in sample_text(), in times of what a
/// plain literal costs it there. Compiles it and scans for some milliseconds.
/// @return nothing, where Hyperscan does not take it.
std::optional<double> scan_cost(const std::string& expression, unsigned flags);

}  // namespace lazaret::filter::rules
