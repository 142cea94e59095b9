#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/mail/seal.hpp"
#include "base/records/identity.hpp"
#include "quarantine-store/sessions.hpp"

namespace lazaret::portal {

/// Somebody who is in; what he may do, its kind says.
using Session = store::Session;

/// The secret of a session as the value of a cookie, sealed with the newest key. What it allows,
/// and how long, stands in the database; the seal only says that we made it, without asking: so a
/// flood of invented cookies costs no look-up, and requests are counted by what nobody invents.
/// @param holder  letters, digits and `-`: sessions of the same are counted as one, however many
/// somebody opens, and also those that are over. Empty: it is counted by itself.
std::string seal_token(const SealKeys& keys, std::string_view token, std::string_view holder = {});

/// What stands in such a cookie.
struct OpenedCookie {
    std::string token;
    std::string holder;
};

/// None when it is not ours, or was changed. A claim of a link is not one: it has another seal.
std::optional<OpenedCookie> open_cookie(const SealKeys& keys, std::string_view cookie);
/// The secret alone.
std::optional<std::string> open_token(const SealKeys& keys, std::string_view cookie);

/// How a cookie of ours is set and read: the session's, or another that only this browser shall
/// have. Over https it is bound to this host (`__Host-`, Secure); over
/// http, which is for a portal that only listens on loopback, a browser would not keep that.
class SessionCookie {
public:
    explicit SessionCookie(bool is_https, std::string_view name = "lazaret")
        : is_https_{is_https}, name_{name}
    {
    }

    /// The value of Set-Cookie; the browser keeps it for `life`.
    [[nodiscard]] std::string set(std::string_view value, std::chrono::seconds life) const;
    [[nodiscard]] std::string clear() const;
    /// Our cookie in the header Cookie; empty when it is not there.
    [[nodiscard]] std::string find(std::string_view cookies) const;

private:
    [[nodiscard]] std::string name() const;
    bool is_https_;
    std::string name_;
};

}  // namespace lazaret::portal
