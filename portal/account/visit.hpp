#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/records/identity.hpp"
#include "portal/request.hpp"
#include "portal/response.hpp"
#include "portal/site.hpp"
#include "quarantine-store/database.hpp"
#include "quarantine-store/sessions.hpp"

namespace lazaret::portal {

/// Whose pages a browser may open, and what they are about: of the session's own account, or of
/// the one whose guest its owner is.
struct Visit {
    TenantId tenant = site_tenant;
    AccountId account = 0;
    /// Of the account (Address::key()), the oldest first; of one's own first the one that one came
    /// in by.
    std::vector<std::string> addresses{};
    store::Session session{};  ///< who looks

    [[nodiscard]] bool is_guest() const { return session.host.has_value(); }
    /// As what he acts: asked through may().
    [[nodiscard]] Role role() const { return is_guest() ? session.host->role : Role::Recipient; }
    /// Who reads the pages (reader_of()), and does what is done there.
    [[nodiscard]] const std::string& visitor() const
    {
        return is_guest() ? session.address : addresses.front();
    }
    /// The same as the audit names him.
    [[nodiscard]] store::Actor actor(const Request& request) const
    {
        return {visitor(), request.client, role(), role() == Role::Recipient};
    }
};

/// What the hidden field `account` of a form says, so that what was filled in for one account is
/// not done to another: a visit may begin, or end, in another tab.
std::string account_field(const Visit& visit);

/// The one gate to the account's pages: what the cookie lets its owner see and do. `work` is called
/// with a connection for this request; without a session there is a page that says how to begin
/// one. A form of another account changes nothing, and a guest's without one neither.
Response in_account(const Site& site, const Request& request,
                    const std::function<Response(store::Database&, const Visit&)>& work);

}  // namespace lazaret::portal
