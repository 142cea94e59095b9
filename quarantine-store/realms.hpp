#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/records/identity.hpp"
#include "quarantine-store/database.hpp"

namespace lazaret::store {

/// What somebody administers: a tenant, or all of the site.
struct Realm {
    TenantId tenant = site_tenant;  ///< site_tenant: all of the site
    std::string name{};

    [[nodiscard]] bool is_site() const { return tenant == site_tenant; }
    bool operator==(const Realm&) const = default;
};

/// What the owner of a full session administers, asked anew with each request. Role
/// lazaret_portal.
class Realms {
public:
    /// So many are offered; another can be named all the same.
    static constexpr std::size_t most = 500;

    Realms(Database& database, std::string session_token)
        : database_{database}, token_{std::move(session_token)}
    {
    }

    /// The site before all others.
    std::vector<Realm> all();

    /// As what he may act there. @return none: he may not, and the audit says that he tried, if
    /// there is such a tenant.
    std::optional<Role> role_in(TenantId tenant, const std::string& client);

    /// Audits that he looks through what is held there, once an hour for the same; whoever has
    /// the address is shown it.
    /// @param looked_for  in words of the form.
    /// @param mailbox  the one address that he asks after; empty: more than one.
    void note_search(TenantId tenant, const std::string& looked_for, const std::string& mailbox,
                     const std::string& client);

private:
    Database& database_;
    std::string token_;
};

}  // namespace lazaret::store
