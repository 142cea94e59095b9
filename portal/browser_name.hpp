#pragma once

#include <string>
#include <string_view>

namespace lazaret::portal {

/// A browser by its User-Agent, in short: `Firefox, Windows`. Takes any bytes; what we do not know
/// is left out. For a person to know his own devices by: nothing is decided by it.
std::string browser_name(std::string_view user_agent);

}  // namespace lazaret::portal
