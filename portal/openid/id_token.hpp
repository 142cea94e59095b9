#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace lazaret::portal {

/// What a provider says of somebody.
struct OpenIdPerson {
    std::string subject{};     ///< who he is there
    std::string address{};     ///< as it stands in the claim; empty: it is not there
    bool is_verified = false;  ///< `email_verified`

    bool operator==(const OpenIdPerson&) const = default;
};

/// What an ID token must say to be for us, now, and for the browser that asked.
struct ExpectedToken {
    std::string issuer{};
    std::string client_id{};
    std::string nonce{};
    std::string address_claim = "email";
    Moment now{};
};

enum class TokenFault {
    NoToken,    ///< or longer than any should be
    Algorithm,  ///< none, a shared secret's, or one that we do not know
    Key,        ///< no key of the provider fits, or it is too short
    Signature,
    Content,  ///< it has no claims, or no subject
    Issuer,
    Audience,  ///< it is for somebody else, or also for somebody else
    Expired,
    Nonce,  ///< it answers another question
};
/// For the log.
std::string_view why(TokenFault fault);

/// Reads an ID token (OpenID Connect Core 3.1.3.7): signed with RS, PS or ES 256, 384 or 512 by a
/// key of the provider (libcjose). What `alg` says is believed only where the key has that type, so
/// a public key is never taken for a shared secret.
/// @param jwks  the provider's keys (RFC 7517), as it sent them.
/// @return never throws, whatever stands in either.
Result<OpenIdPerson, TokenFault> read_id_token(std::string_view token, std::string_view jwks,
                                               const ExpectedToken& expected);

/// Whether a set has a key that an ID token could be signed with.
bool has_usable_key(std::string_view jwks);

/// Reads the answer of a userinfo endpoint. It is not signed: who sent it, TLS says.
std::optional<OpenIdPerson> read_userinfo(std::string_view json, const std::string& address_claim);

}  // namespace lazaret::portal
