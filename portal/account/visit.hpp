#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/records/identity.hpp"
#include "portal/request.hpp"
#include "portal/response.hpp"
#include "portal/site.hpp"
#include "quarantine-store/database.hpp"

namespace lazaret::portal {

/// Whose pages a browser may open, and what they are about.
struct Visit {
    TenantId tenant = site_tenant;
    AccountId account = 0;
    /// Of the account (Address::key()): first the one that he came in by, then the oldest first.
    std::vector<std::string> addresses{};
    Moment expires{};  ///< of the session

    /// The owner, as the audit names him.
    [[nodiscard]] store::Actor actor(const Request& request) const
    {
        return {addresses.front(), request.client, Role::Recipient};
    }
};

/// The one gate to the account's pages: what the cookie lets its owner see and do. `work` is called
/// with a connection for this request; without a session there is a page that says how to begin
/// one.
Response in_account(const Site& site, const Request& request,
                    const std::function<Response(store::Database&, const Visit&)>& work);

}  // namespace lazaret::portal
