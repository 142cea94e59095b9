#pragma once

#include "portal/copy_deeds.hpp"
#include "portal/site.hpp"
#include "quarantine-store/database.hpp"
#include "quarantine-store/quarantine.hpp"

namespace lazaret::portal {

/// Accepts the newsletter of a copy for the owner of that copy: the next ones come through, and
/// what is held of it is sent. The one function behind the report's link, the page of the message
/// and the page of newsletters.
Pressed accept_newsletter(const Site& site, store::Database& database,
                          const store::HeldDetails& copy, const store::Actor& actor);

}  // namespace lazaret::portal
