#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>

#include "quarantine-store/quarantine.hpp"

namespace lazaret::tools {

/// One held copy: names as in the list, moments in UTC.
nlohmann::ordered_json json_of(const store::HeldSummary& copy);

/// The same with what was done: `"outcome"`; and what stands for a copy that nothing was done to.
nlohmann::ordered_json outcome_json(const store::HeldSummary& copy, std::string_view outcome);
nlohmann::ordered_json outcome_json(const Reference& reference, store::DeedFault fault);

/// The state in words: `held until 2026-12-07`, `released`, ...
std::string state_text(const store::HeldSummary& copy);

/// Says that there is no such copy, or why a deed was not done, to standard error.
/// @return the exit code that stands for it: 69.
int explain_fault(const Reference& reference, store::DeedFault fault, Deed deed, Class verdict);

}  // namespace lazaret::tools
