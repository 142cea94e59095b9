#pragma once

#include <string_view>

#include "base/records/settings.hpp"

namespace lazaret::tools {

/// Whose entry or setting the administrator means: `*`, `@example.org`, `tenant:3` or an address.
/// Throws Error{Usage} with a sentence that says what is wrong.
Owner owner_argument(std::string_view text);

}  // namespace lazaret::tools
