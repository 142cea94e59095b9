#pragma once

#include <optional>
#include <string>
#include <vector>

#include "milter/filter/rules/patterns/byte_steps.hpp"

namespace lazaret::filter::rules {

/// What it costs Hyperscan to look for this expression alone, in nanoseconds of the processor's
/// time a byte of sample_text(). Compiles it, which takes milliseconds for a short one.
/// @return nothing, where Hyperscan does not take it.
std::optional<double> scan_cost(const std::string& expression, unsigned flags);

/// The share of the lines of sample_text() that go through one of these sequences.
double share_of_lines(const std::vector<ByteSequence>& sequences);

}  // namespace lazaret::filter::rules
