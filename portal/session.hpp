#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/mail/seal.hpp"
#include "base/records/identity.hpp"

namespace lazaret::portal {

/// Somebody who pressed "Open my quarantine": he may look at this account's copies and release.
struct Session {
    TenantId tenant = site_tenant;
    AccountId account = 0;
    auto operator<=>(const Session&) const = default;
};

/// The session as the value of a cookie, sealed with the newest key. A sealed cookie and no table
/// of sessions: several portals and a restart need nothing in common but the keys, and a flood
/// fills no memory. What it allows ends with `expires`, or with the key.
std::string seal_session(const SealKeys& keys, const Session& session, Moment expires);

/// What such a cookie says; none when it is not ours, was changed or is over. A claim of a link is
/// not one: it has another seal.
std::optional<Session> open_session(const SealKeys& keys, std::string_view cookie, Moment now);

/// How the cookie is set and read. Over https it is bound to this host (`__Host-`, Secure); over
/// http, which is for a portal that only listens on loopback, a browser would not keep that.
class SessionCookie {
public:
    explicit SessionCookie(bool is_https) : is_https_{is_https} {}

    /// The value of Set-Cookie; the browser forgets it when it is closed, or after `life`.
    [[nodiscard]] std::string set(std::string_view value, std::chrono::seconds life) const;
    [[nodiscard]] std::string clear() const;
    /// Our cookie in the header Cookie; empty when it is not there.
    [[nodiscard]] std::string find(std::string_view cookies) const;

private:
    [[nodiscard]] std::string_view name() const;
    bool is_https_;
};

}  // namespace lazaret::portal
