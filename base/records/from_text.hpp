#pragma once

#include <string_view>

namespace lazaret {

/// Whether a text can stand in From: an address, or `Name <address>`; one line, not too long.
bool is_from(std::string_view text);

}  // namespace lazaret
