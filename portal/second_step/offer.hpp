#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/html/templates.hpp"
#include "base/words/words.hpp"
#include "portal/response.hpp"
#include "portal/site.hpp"

namespace lazaret::portal {

/// A secret that an app has, and we not yet: it waits in a form, sealed, for a quarter of an hour.
struct Offer {
    std::string secret;
    std::optional<std::string> verified{};  ///< the hash of the password that was typed for it
};

/// @param to  the secret of whoever it is offered to: a session's, or a first step's.
std::string seal_offer(const Site& site, const std::string& to, const Offer& offer);
/// None when it is too old, was offered to somebody else, or is no offer.
std::optional<Offer> open_offer(const Site& site, const std::string& to, std::string_view sealed);

/// The section OFFER of factor.html: a picture, the key as text, the form for a code.
/// @param address  of whose code it will be, for the app
/// @return the section
Fill& add_offer(Fill& fill, const Site& site, const Words& words, const std::string& to,
                const Offer& offer, const std::string& address);
/// The section DONE.
void add_done(Fill& fill, const Words& words, const std::vector<std::string>& codes);

/// factor.html, whole.
Response factor_response(const Site& site, const Fill& fill, int status);

/// The step of a code that was typed, with blanks or without; none: it does not fit the offer.
std::optional<std::int64_t> step_of_typed(const Offer& offer, std::string_view code, Moment now);

}  // namespace lazaret::portal
