#pragma once

#include <optional>
#include <string>

#include "portal/entry_pages.hpp"
#include "portal/request.hpp"
#include "portal/response.hpp"
#include "portal/second_step/offer.hpp"
#include "portal/site.hpp"
#include "quarantine-store/passwords.hpp"

/// The second step of signing in: where it is asked for, and where it is set up and removed.
namespace lazaret::portal {

/// The password was right: lets in, asks for a code where the account wants one, or has one set up
/// where that is demanded.
/// @param verified  as PasswordProof's.
/// @return none when that is no longer so.
std::optional<Response> enter(const Site& site, store::Database& database, const Request& request,
                              const store::SignInAccount& whose,
                              const std::optional<std::string>& verified);

/// POST: the code, and with it the session.
Response enter_code(const Site& site, const Request& request);

/// Of whom a second step is demanded, and who has none: how to set it up. Nothing opens before.
/// @param step  the secret of the first step. @param offer  none: a new one.
Response demanded_page(const Site& site, const Reader& reader, const std::string& step,
                       const std::string& address, const std::optional<Offer>& offer,
                       const Complaint& complaint);
/// POST: a code of what was set up, and with it the session.
Response set_up_demanded(const Site& site, const Request& request);
/// The first step is too long ago, or used up.
Response too_late(const Site& site, const Request& request);

/// GET and POST in a full session: says how it stands; sets one up by the password, then by a code.
Response factor_page(const Site& site, const Request& request);
/// POST in a full session: by the password and a code.
Response remove_factor(const Site& site, const Request& request);

}  // namespace lazaret::portal
