#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "portal/account/list_form.hpp"

namespace lazaret::portal {

/// Lists as a table for other programs (RFC 4180): a line of names, then an entry a line. What
/// comes in again asks for the proof that it asked for. What a spreadsheet would take for a formula
/// has an apostrophe before it.
std::string csv_of(const std::vector<store::ListedEntry>& entries);

/// Reads such a table, or one with the same names in any order, of which `sender`
/// must be there; without a line of names each line is a sender.
/// @param usual_kind  of lines that name none
/// @param most  lines; the rest is left out
std::vector<WrittenEntry> read_csv(std::string_view text, std::string_view usual_kind,
                                   std::size_t most);

}  // namespace lazaret::portal
