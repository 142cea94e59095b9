#pragma once

#include "portal/account/filter.hpp"
#include "portal/reader.hpp"
#include "portal/wording.hpp"

/// The rows of the quarantine's page, and what can be done with many of them.
namespace lazaret::portal {

/// The buttons for what is selected, and "all that match".
/// @param count  how many that is, in words.
void add_chooser(Fill& fill, const Site& site, const Words& words, const QuarantineFilter& filter,
                 const Visit& visit, const std::string& count);

/// @param number  of the row on its page, counted from 1.
/// @return whether it has a button of its own, for the form `one`.
bool add_row(Fill& fill, const Site& site, const Words& words, const Visit& visit,
             const store::HeldRow& row, std::size_t number);

void add_refusal(Fill& fill, const Words& words, const store::RefusedRow& row);

}  // namespace lazaret::portal
