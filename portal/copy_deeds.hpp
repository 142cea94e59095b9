#pragma once

#include <optional>
#include <string>

#include "portal/request.hpp"
#include "portal/response.hpp"
#include "portal/route.hpp"
#include "portal/site.hpp"
#include "quarantine-store/directory.hpp"
#include "quarantine-store/link/claim.hpp"
#include "quarantine-store/quarantine.hpp"

namespace lazaret::portal {

/// What came of a press. Nothing is said of what was done before: the page shows the state, which
/// is the same for the second press, and for the slower of two at once.
enum class Pressed {
    Done,        ///< or it was done before
    NotAllowed,  ///< may() says no, or there is nothing that it could be done to
    Gone,        ///< the copy is not there (any more)
    ListsFull,   ///< its owner has made as many entries as he may: store::most_own_entries
};

/// What is told of an entry that was not made.
Pressed pressed(store::DirectoryFault fault);

/// Does what was pressed on a copy, as its owner or his guest: by the rights of `actor`.
Pressed press(const Site& site, store::Database& database, const store::HeldDetails& copy,
              Press what, const Request& request, const store::Actor& actor);

}  // namespace lazaret::portal
