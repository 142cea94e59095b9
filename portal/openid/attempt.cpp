#include "portal/openid/attempt.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "base/base64.hpp"
#include "base/sha256.hpp"
#include "portal/second_step/sealed_text.hpp"
#include "quarantine-store/link/secret_token.hpp"

namespace lazaret::portal {
namespace {

constexpr std::string_view purpose = "sign-in by openid";

}  // namespace

OpenIdAttempt new_attempt(const std::string& issuer, Moment now)
{
    return {.issuer = issuer,
            .state = store::new_secret_token(),
            .nonce = store::new_secret_token(),
            .verifier = store::new_secret_token(),
            .expires = std::chrono::floor<std::chrono::seconds>(now + attempt_life)};
}

std::string challenge_of(const std::string& verifier)
{
    const auto hash = Sha256{}.digest(verifier);
    return base64url({reinterpret_cast<const char*>(hash.data()), hash.size()});
}

std::string seal_attempt(const SealKeys& keys, const OpenIdAttempt& attempt)
{
    const auto expires =
        std::chrono::floor<std::chrono::seconds>(attempt.expires.time_since_epoch());
    return seal_text(keys, purpose,
                     fmt::format("{} {} {} {} {}", expires.count(), attempt.state, attempt.nonce,
                                 attempt.verifier, attempt.issuer));
}

std::optional<OpenIdAttempt> open_attempt(const SealKeys& keys, std::string_view sealed, Moment now)
{
    const auto opened = open_text(keys, purpose, sealed);
    if (!opened) return std::nullopt;
    std::string_view rest = opened->text;
    const auto next = [&] {
        const auto blank = std::min(rest.find(' '), rest.size());
        const auto word = rest.substr(0, blank);
        rest.remove_prefix(std::min(blank + 1, rest.size()));
        return word;
    };
    const auto time = next();
    std::int64_t seconds = 0;
    std::from_chars(time.data(), time.data() + time.size(), seconds);
    OpenIdAttempt attempt;
    attempt.expires = Moment{std::chrono::seconds{seconds}};
    attempt.state = next();
    attempt.nonce = next();
    attempt.verifier = next();
    attempt.issuer = rest;
    if (attempt.expires < now) return std::nullopt;
    return attempt;
}

}  // namespace lazaret::portal
