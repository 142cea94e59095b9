#pragma once

#include <optional>
#include <string>

#include "base/clock.hpp"
#include "portal/reader.hpp"
#include "portal/request.hpp"
#include "portal/response.hpp"
#include "portal/site.hpp"

/// The pages behind each door of portal/entry.hpp.
namespace lazaret::portal {

/// What a form says above itself, and with what status, when it is shown again.
struct Complaint {
    int status = 200;
    std::string text{};
};

/// A form for address and password, with a second button that asks for a link by mail.
Response sign_in_page(const Site& site, const Request& request, const Complaint& complaint);
/// An unknown address, one without password and a wrong password look the same and cost the same.
Response sign_in(const Site& site, const Request& request);
/// The answer is the same whether the address exists or not; so is what is done.
Response ask_link(const Site& site, const Request& request);

/// A button: who opens links by himself uses none up.
Response link_page(const Site& site, const Request& request, const std::string& token);
/// By that button the form for a password; with a password in it, sets it, and lets in.
Response choose_password(const Site& site, const Request& request, const std::string& token);
/// The form, and what it asks for; in a full session.
Response change_password(const Site& site, const Request& request);

Response sessions_page(const Site& site, const Request& request);
Response end_session(const Site& site, const Request& request);
Response end_sessions(const Site& site, const Request& request);

/// Where the password of an address is kept elsewhere: says where, and that nothing was sent; none
/// where it is kept here.
std::optional<Response> kept_elsewhere(const Site& site, const Reader& reader,
                                       const std::string& mailbox);

/// A code that is none, or no longer.
Complaint wrong_code(const Reader& reader);
/// Too many tries: says when the next may be made.
Response blocked_page(const Site& site, const Reader& reader, Moment until);
/// Passwords are being compared, or asked for elsewhere, for too many people just now.
Response busy_page(const Site& site, const Reader& reader);

}  // namespace lazaret::portal
