#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/records/networks.hpp"

namespace lazaret::portal {

/// Whom one-click requests may reach. The defaults are what a site wants; tests have a server of
/// their own.
struct OneClickRules {
    Networks also{};        ///< networks of one's own that may be asked all the same, at any port
    std::string ca_file{};  ///< whose certificates are good; empty: the system's
    std::chrono::milliseconds timeout{8'000};  ///< of everything
};

struct OneClickAnswer {
    int status = 0;         ///< of HTTP; 0: there is no answer
    std::string trouble{};  ///< why there is none
};

/// The host that an address would have us ask; none when it is not one that we ask: https, no user
/// or password, a host, at most 2,000 bytes.
std::optional<std::string> one_click_host(const std::string& url);

/// Ends a subscription (RFC 8058 3.1): one POST of `List-Unsubscribe=One-Click` over TLS 1.2 or
/// newer, with a certificate that is good for the host.
///
/// A stranger wrote the address, so it must not reach what only we can reach: whichever addresses
/// the name has, a connection is made only to one that is_public_address(), and only to port 443.
/// It is judged when the socket is made, with the very address that is then connected to; a second
/// look-up cannot change it. No redirect, no proxy, no cookies, and of the answer only the status
/// counts: more than 64 kB of it end the exchange, and are no answer.
OneClickAnswer ask_to_unsubscribe(const std::string& url, const OneClickRules& rules);

}  // namespace lazaret::portal
