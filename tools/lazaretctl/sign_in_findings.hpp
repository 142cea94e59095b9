#pragma once

#include <optional>
#include <string>

#include "tools/lazaretctl/findings.hpp"

namespace lazaret::tools {

/// The servers that know people's passwords, as `lazaret-portal --try-servers` says a line for
/// each. @param said  none: it could not be run, as on a host without it.
Findings sign_in_findings(const std::optional<std::string>& said);

}  // namespace lazaret::tools
