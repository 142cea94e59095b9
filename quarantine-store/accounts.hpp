#pragma once

#include <string>
#include <vector>

#include "base/records/identity.hpp"
#include "quarantine-store/database.hpp"

namespace lazaret::store {

/// The addresses of an account (Address::key()) whose domain is its tenant's now, the oldest first;
/// none when there is no such account. Role lazaret_portal.
std::vector<std::string> addresses_of(Database& database, TenantId tenant, AccountId account);

/// Where mail about an account may go: its addresses, and its delegate who gets its reports. Role
/// lazaret_portal.
std::vector<std::string> mailboxes_of(Database& database, TenantId tenant, AccountId account);

}  // namespace lazaret::store
