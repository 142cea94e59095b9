#pragma once

#include "base/config/configuration.hpp"
#include "tools/lazaretctl/findings.hpp"

namespace lazaret::tools {

/// Whether there are rule files, and how much of them is understood. Reads them all, which takes
/// some tenths of a second; does not throw for what it finds.
Findings rules_findings(const RulesConfig& config);

}  // namespace lazaret::tools
