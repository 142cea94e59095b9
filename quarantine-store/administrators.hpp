#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/records/address.hpp"
#include "base/records/identity.hpp"
#include "base/records/settings.hpp"
#include "quarantine-store/database.hpp"

namespace lazaret::store {

/// Somebody who administers something.
struct Administrator {
    std::string address{};
    TenantId over = site_tenant;
    std::string tenant_name{};
};

/// Who administers what in the pages. Role lazaret_admin.
class Administrators {
public:
    explicit Administrators(Database& database) : database_{database} {}

    /// An address that has no account yet gets one; doing it twice changes nothing.
    /// @param over  the site, a tenant, or a domain for its tenant; none: that of the address.
    /// @return the tenant that is his now; none: there is no such one, or the domain of the address
    /// is not protected.
    std::optional<TenantId> add(const Address& address, const std::optional<Owner>& over,
                                const Actor& actor);
    /// @param over  none: all that he administers. @return false: he was none.
    bool remove(const Address& address, const std::optional<Owner>& over, const Actor& actor);
    std::vector<Administrator> list();

private:
    Database& database_;
};

}  // namespace lazaret::store
