#pragma once

#include <string>
#include <vector>

#include "base/records/identity.hpp"
#include "quarantine-store/database.hpp"

namespace lazaret::store {

/// The addresses of an account (Address::key()), the oldest first; none when there is no such
/// account.
std::vector<std::string> addresses_of(Database& database, TenantId tenant, AccountId account);

}  // namespace lazaret::store
