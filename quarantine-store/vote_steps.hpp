#pragma once

#include <pqxx/pqxx>
#include <span>

#include "base/clock.hpp"
#include "base/records/identity.hpp"
#include "quarantine-store/database.hpp"
#include "quarantine-store/pg_values.hpp"
#include "quarantine-store/standing.hpp"

namespace lazaret::store {

/// Whose copies were released says so that they are wanted; in the release's transaction. Nothing
/// when the actor does not speak for the owner.
inline void say_wanted(pqxx::work& transaction, std::span<const Reference> copies,
                       const Actor& actor, Deed as, Moment now)
{
    if (!actor.speaks_for_owner || copies.empty()) return;
    const bool as_newsletter = as == Deed::AcceptNewsletter;
    run(transaction, "select lazaret.say_of_copies($1::text[], $2, $3, 0, lazaret.moment($4))",
        reference_array(copies), as_newsletter ? "newsletter" : "ham",
        as_newsletter ? "newsletter" : "release", micros(now));
}

}  // namespace lazaret::store
