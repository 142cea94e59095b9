#pragma once

#include <set>
#include <string>

#include "base/config/configuration.hpp"
#include "tools/lazaretctl/findings.hpp"

namespace lazaret::tools {

/// What a look at the rule files gave.
struct RulesLook {
    Findings findings;            ///< whether there are some, and how much of them is understood
    std::set<std::string> zones;  ///< block lists and other zones that they ask
};

/// Reads them all, which takes some tenths of a second; does not throw for what it finds.
RulesLook look_at_rules(const RulesConfig& config);

}  // namespace lazaret::tools
