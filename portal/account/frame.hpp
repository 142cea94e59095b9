#pragma once

#include <string>

#include "portal/account/visit.hpp"
#include "portal/reader.hpp"
#include "portal/response.hpp"
#include "portal/site.hpp"
#include "quarantine-store/sessions.hpp"

namespace lazaret::portal {

/// The pages of the account that the navigation leads to, in its order.
enum class AccountPage {
    Quarantine,
    Newsletters,
    Lists,
    Delivered,
    Statistics,
    Settings,
    Sessions,
    Others,    ///< whose guest one may be
    Requests,  ///< of what one administers
    Trace,     ///< where its mail went
    Realm,     ///< its pages as a whole
    Help,
};

/// What every page of the account begins with: head, title, and the navigation, in which `page` is
/// the one that is open. A guest sees whose account it is, and how to leave it. Its forms say whose
/// they are (ACCOUNT): in_account() refuses them elsewhere.
Fill account_fill(const Site& site, const Reader& reader, const Visit& visit, AccountPage page,
                  const std::string& title);
/// The same of a page that is always the session's own account's, also while its owner is a guest.
Fill account_fill(const Site& site, const Reader& reader, const store::Session& session,
                  AccountPage page, const std::string& title);

/// The page of a template of the account, protected.
Response account_response(const Site& site, const std::string& name, const Fill& fill);

}  // namespace lazaret::portal
