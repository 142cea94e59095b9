#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "base/records/identity.hpp"
#include "quarantine-store/database.hpp"

/// Somebody who is in names, by its number, what belongs to another account. Each function says
/// whether it does, and then writes it into the audit. What is over, or never was, is nobody's: who
/// presses a button twice is no trespasser. Role lazaret_portal.
namespace lazaret::store {

/// Of a list entry; also of one that is the site's, a tenant's or a domain's.
bool note_trespass_on_entry(Database& database, TenantId tenant, AccountId account,
                            std::int64_t entry, const Actor& actor);

/// Of the lists of `owner`, as Owner::text(): an account, or one of its addresses.
bool note_trespass_on_lists(Database& database, TenantId tenant, AccountId account,
                            const std::string& owner, const Actor& actor);

/// Of held copies, by whoever acts in all of a tenant: one of another is enough.
bool note_trespass_on_copies(Database& database, TenantId tenant, std::span<const Reference> copies,
                             const Actor& actor);

/// Of a session; for whoever has a full one himself.
bool note_trespass_on_session(Database& database, const std::string& session_token,
                              std::int64_t session, const std::string& client);

}  // namespace lazaret::store
