#pragma once

#include <optional>
#include <string>
#include <vector>

namespace lazaret::tools {

/// Runs a program (found by PATH, no shell) and waits for it.
/// @return what it wrote to standard output; none when it cannot be started or fails.
std::optional<std::string> output_of(const std::vector<std::string>& command);

}  // namespace lazaret::tools
