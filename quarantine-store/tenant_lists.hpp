#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "quarantine-store/directory.hpp"

namespace lazaret::store {

enum class EntryChange { Enable, Disable, Remove };

/// What came of the wish to change an entry by its number.
enum class EntryAnswer {
    Done,
    Gone,     ///< there is none any more
    Foreign,  ///< it is another's; the audit says that it was named
};

/// The lists of a tenant and its domains, or of the site, for whoever administers that by a full
/// session: for another there is nothing. Audited; wakes the milters. Role lazaret_portal.
class TenantLists {
public:
    TenantLists(Database& database, std::string session_token)
        : database_{database}, token_{std::move(session_token)}
    {
    }

    /// Of the tenant and its domains; of site_tenant those of the site alone.
    std::vector<ListedEntry> entries(TenantId tenant);
    /// Makes an entry that asks for proof of any kind, or changes the one with the same owner, kind
    /// and sender. @return false: he may not.
    bool add(const NewEntry& entry, const std::string& client);
    EntryAnswer change(TenantId tenant, std::int64_t entry, EntryChange change,
                       const std::string& client);

private:
    Database& database_;
    std::string token_;
};

}  // namespace lazaret::store
