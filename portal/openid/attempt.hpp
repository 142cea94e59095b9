#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/mail/seal.hpp"

namespace lazaret::portal {

/// A sign-in that somebody has begun and a provider is to finish. It waits sealed in a cookie of
/// his browser, so that no other browser can finish it, and nothing is kept of those who give up.
struct OpenIdAttempt {
    std::string issuer{};
    std::string state{};     ///< comes back in the address
    std::string nonce{};     ///< comes back in the ID token
    std::string verifier{};  ///< PKCE (RFC 7636): only who has it can use the code
    Moment expires{};

    bool operator==(const OpenIdAttempt&) const = default;
};
inline constexpr std::chrono::minutes attempt_life{10};

OpenIdAttempt new_attempt(const std::string& issuer, Moment now);
/// What is told of a verifier beforehand: S256.
std::string challenge_of(const std::string& verifier);

std::string seal_attempt(const SealKeys& keys, const OpenIdAttempt& attempt);
/// None when it is not ours, was changed, or took too long.
std::optional<OpenIdAttempt> open_attempt(const SealKeys& keys, std::string_view sealed,
                                          Moment now);

}  // namespace lazaret::portal
