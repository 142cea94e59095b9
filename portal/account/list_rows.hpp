#pragma once

#include <string>
#include <vector>

#include "portal/account/list_form.hpp"
#include "portal/account/visit.hpp"
#include "quarantine-store/directory.hpp"

/// The entries of a page of lists, and the form for another.
namespace lazaret::portal {

/// What the page shows beside the entries.
struct ListSaid {
    std::string problem{};  ///< with what was written; empty: all is well
    std::string done{};
    WrittenEntry written{"allow", {}, {}, {}, {}};
    std::string owner{};  ///< Owner::text() of whom it is for
};

/// Whom an entry, or a setting, of a realm can be for: all of it, or one of its domains. Of an
/// account: all of it, or one of its addresses that are protected here.
std::vector<Owner> owners_of(store::Database& database, const Visit& visit);
/// A choice among them, as the section OWNERS.
void add_owner_choice(Fill& fill, const Words& words, const std::vector<Owner>& owners,
                      const std::string& chosen);

void add_list_parts(Fill& fill, const Site& site, const Words& words, const Visit& visit,
                    const std::vector<store::ListedEntry>& entries);

/// @param owners  owners_of(); there is something to choose where an account has two addresses.
void add_list_form(Fill& fill, const Site& site, const Words& words, const Visit& visit,
                   const ListSaid& said, const std::vector<Owner>& owners);

}  // namespace lazaret::portal
