#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/records/identity.hpp"
#include "portal/request.hpp"
#include "portal/response.hpp"
#include "portal/site.hpp"
#include "quarantine-store/database.hpp"
#include "quarantine-store/directory.hpp"
#include "quarantine-store/realms.hpp"
#include "quarantine-store/sessions.hpp"

namespace lazaret::portal {

/// Whose mail a page is about, as its reader is told.
enum class Whose {
    Own,
    Host,   ///< of the account whose guest he is
    Realm,  ///< of all whom he administers
};

/// What the pages of an administrator are about.
struct RealmVisit {
    store::Realm realm;
    Role role = Role::DomainAdministrator;
    std::vector<store::Realm> all{};  ///< that he may choose from
    std::string session_token{};
};

/// Whose pages a browser may open, and what they are about: of the session's own account, of the
/// one whose guest its owner is, or of a realm that he administers.
struct Visit {
    /// Of the account; of a realm its own, and `account` and `addresses` those of the
    /// administrator.
    TenantId tenant = site_tenant;
    AccountId account = 0;
    /// Of the account (Address::key()), the oldest first; of one's own first the one that one came
    /// in by.
    std::vector<std::string> addresses{};
    store::Session session{};  ///< who looks
    std::optional<RealmVisit> realm{};

    [[nodiscard]] Whose whose() const
    {
        if (realm) return Whose::Realm;
        return session.host ? Whose::Host : Whose::Own;
    }
    [[nodiscard]] bool is_guest() const { return whose() == Whose::Host; }
    /// Came in by the link of a report, which may have been forwarded.
    [[nodiscard]] bool is_by_link() const { return session.kind == store::SessionKind::Link; }
    /// As what he acts: asked through may().
    [[nodiscard]] Role role() const
    {
        if (realm) return realm->role;
        return is_guest() ? session.host->role : Role::Recipient;
    }
    /// Who reads the pages (reader_of()), and does what is done there.
    [[nodiscard]] const std::string& visitor() const
    {
        return whose() == Whose::Own ? addresses.front() : session.address;
    }
    /// Below which its pages stand.
    [[nodiscard]] std::string_view path() const { return realm ? "/account/tenant" : "/account"; }
    /// The same as the audit names him.
    [[nodiscard]] store::Actor actor(const Request& request) const
    {
        return {visitor(), request.client, role(), role() == Role::Recipient};
    }
};

/// By a report's link single senders are listed, and no domain.
bool may_list(const Visit& visit, const SenderPattern& sender);

/// The same of an entry that is there: what a link made, it may take back.
bool may_change(const Visit& visit, const store::ListedEntry& listed);

/// account_field() of the account that the visit is to: one may begin, or end, in another tab.
std::string account_field(const Visit& visit);
/// The same of a realm.
std::string realm_field(TenantId tenant);
/// What the addresses of its pages end with: `?account=tenant.3`; of an account nothing.
std::string realm_query(const Visit& visit);

/// The one gate to the account's pages: what the cookie lets its owner see and do. `work` is called
/// with a connection for this request; without a session there is a page that says how to begin
/// one. A form of another account changes nothing, and a guest's without one neither.
Response in_account(const Site& site, const Request& request,
                    const std::function<Response(store::Database&, const Visit&)>& work);

/// The gate to an administrator's pages, behind a full session, about the realm that the field
/// `account` names; a page without one is about the first of his. Whoever administers nothing, or
/// not that, finds nothing.
Response in_realm(const Site& site, const Request& request,
                  const std::function<Response(store::Database&, const Visit&)>& work);

/// Whether a page is about a realm is said by its path; those that are there for both pass here.
Response in_pages(const Site& site, const Request& request, bool of_realm,
                  const std::function<Response(store::Database&, const Visit&)>& work);

}  // namespace lazaret::portal
