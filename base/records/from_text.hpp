#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace lazaret {

/// What stands in From, taken apart.
struct FromText {
    std::string name;  ///< without quotes around it; may be empty
    std::string address;
};

/// Reads an address, or `Name <address>`, with blanks around it or without.
std::optional<FromText> parse_from(std::string_view text);

/// Whether a text can stand in From: what parse_from() reads, in one line, not too long.
bool is_from(std::string_view text);

/// Whether a text is one address as it is written: parse_address() takes a name and an address, or
/// two addresses, for one whose local part lacks its quotes.
bool is_written_address(std::string_view text);

}  // namespace lazaret
