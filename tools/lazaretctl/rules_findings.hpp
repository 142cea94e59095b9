#pragma once

#include <set>
#include <string>

#include "base/config/configuration.hpp"
#include "tools/lazaretctl/findings.hpp"

namespace lazaret::tools {

/// Whether there are rule files, and how much of them is understood. Reads them all, which takes
/// some tenths of a second; does not throw for what it finds.
Findings rules_findings(const RulesConfig& config);

/// The block lists and other zones that the rules ask. Reads them all, too.
std::set<std::string> zones_of_rules(const RulesConfig& config);

}  // namespace lazaret::tools
