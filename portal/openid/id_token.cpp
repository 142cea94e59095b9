#include "portal/openid/id_token.hpp"

#include <cjose/cjose.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <vector>

#include "base/enum_table.hpp"
#include "base/handle.hpp"
#include "portal/openid/json.hpp"

namespace lazaret::portal {
namespace {

using Jws = CHandle<cjose_jws_t, cjose_jws_release>;
using Jwk = CHandle<cjose_jwk_t, cjose_jwk_release>;

constexpr std::size_t longest_token = 32 * 1024;  // bytes
constexpr std::size_t longest_subject = 255;      // OpenID Connect Core 2
constexpr std::size_t most_keys = 50;
constexpr std::size_t shortest_rsa = 2048;  // bits
constexpr double clock_skew = 60;           // seconds

// A closed list: what is not here (`none`, HS256) is not looked at.
struct Algorithm {
    std::string_view name;
    std::string_view key_type;
    std::string_view curve;
};
constexpr auto algorithms = std::to_array<Algorithm>({
    {"RS256", "RSA", ""},
    {"RS384", "RSA", ""},
    {"RS512", "RSA", ""},
    {"PS256", "RSA", ""},
    {"PS384", "RSA", ""},
    {"PS512", "RSA", ""},
    {"ES256", "EC", "P-256"},
    {"ES384", "EC", "P-384"},
    {"ES512", "EC", "P-521"},
});

struct FaultInfo {
    TokenFault id;
    std::string_view why;
};
constexpr auto faults = std::to_array<FaultInfo>({
    {TokenFault::NoToken, "there is no ID token"},
    {TokenFault::Algorithm, "the ID token is signed by no way that is taken"},
    {TokenFault::Key, "no key of the provider fits the ID token"},
    {TokenFault::Signature, "the ID token's signature is not the provider's"},
    {TokenFault::Content, "the ID token has no claims"},
    {TokenFault::Issuer, "the ID token is another provider's"},
    {TokenFault::Audience, "the ID token is for another client"},
    {TokenFault::Expired, "the ID token is over; are the clocks right?"},
    {TokenFault::Nonce, "the ID token answers another question"},
});
static_assert(in_enum_order(faults, static_cast<std::size_t>(TokenFault::Nonce) + 1),
              "one row per TokenFault, in the order of the enum");

Json parsed(std::string_view text) { return Json::parse(text, nullptr, false); }

const Algorithm* algorithm_of(cjose_jws_t* token)
{
    const char* name = cjose_header_get(cjose_jws_get_protected(token), CJOSE_HDR_ALG, nullptr);
    if (!name) return nullptr;
    const auto* found = std::find_if(algorithms.begin(), algorithms.end(),
                                     [&](const auto& one) { return one.name == name; });
    return found != algorithms.end() ? found : nullptr;
}

// Of a key that is for signatures by this algorithm.
bool fits(const Json& key, const Algorithm& algorithm)
{
    const auto is_or_absent = [&](const std::string& name, std::string_view value) {
        return !key.contains(name) || text_of(key, name) == value;
    };
    return text_of(key, "kty") == algorithm.key_type && is_or_absent("use", "sig") &&
           is_or_absent("alg", algorithm.name) &&
           (algorithm.curve.empty() || text_of(key, "crv") == algorithm.curve);
}

// From what makes a public key, and nothing else that stands with it.
Jwk key_of(const Json& key)
{
    Json bare = Json::object();
    for (const auto* name : {"kty", "n", "e", "crv", "x", "y"})
        if (auto value = text_of(key, name); !value.empty()) bare[name] = std::move(value);
    const auto text = bare.dump(-1, ' ', false, Json::error_handler_t::replace);
    Jwk read{cjose_jwk_import(text.data(), text.size(), nullptr)};
    if (read && cjose_jwk_get_kty(read.get(), nullptr) == CJOSE_JWK_KTY_RSA &&
        cjose_jwk_get_keysize(read.get(), nullptr) < shortest_rsa)
        return nullptr;
    return read;
}

// `found(key)` for each object of a set, up to a bound.
template <class F>
void each_key(std::string_view jwks, F&& found)
{
    const auto set = parsed(jwks);
    if (!set.is_object()) return;
    const auto keys = set.find("keys");
    if (keys == set.end() || !keys->is_array()) return;
    std::size_t count = 0;
    for (const auto& key : *keys)
        if (key.is_object() && ++count <= most_keys) found(key);
}

// A token that names its key is compared with that one only.
std::vector<Jwk> fitting_keys(std::string_view jwks, const Algorithm& algorithm, const char* id)
{
    std::vector<Jwk> all;
    each_key(jwks, [&](const Json& key) {
        if (!fits(key, algorithm) || (id && text_of(key, "kid") != id)) return;
        if (auto read = key_of(key)) all.push_back(std::move(read));
    });
    return all;
}

// The content, once its signature is right.
Result<std::string, TokenFault> signed_content(std::string_view token, std::string_view jwks)
{
    if (token.size() > longest_token ||
        token.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "-_.") != std::string_view::npos)
        return because(TokenFault::NoToken);
    const Jws jws{cjose_jws_import(token.data(), token.size(), nullptr)};
    if (!jws) return because(TokenFault::NoToken);
    const auto* algorithm = algorithm_of(jws.get());
    if (!algorithm) return because(TokenFault::Algorithm);
    const char* id = cjose_header_get(cjose_jws_get_protected(jws.get()), CJOSE_HDR_KID, nullptr);
    const auto keys = fitting_keys(jwks, *algorithm, id);
    if (keys.empty()) return because(TokenFault::Key);
    const bool is_right = std::any_of(keys.begin(), keys.end(), [&](const auto& key) {
        return cjose_jws_verify(jws.get(), key.get(), nullptr);
    });
    if (!is_right) return because(TokenFault::Signature);
    std::uint8_t* content = nullptr;
    std::size_t size = 0;
    if (!cjose_jws_get_plaintext(jws.get(), &content, &size, nullptr))
        return because(TokenFault::Content);
    return std::string{reinterpret_cast<const char*>(content), size};
}

bool is_for(const Json& claims, const std::string& client_id)
{
    const auto audience = claims.find("aud");
    if (audience == claims.end()) return false;
    if (claims.contains("azp") && text_of(claims, "azp") != client_id) return false;
    if (!audience->is_array()) return *audience == client_id;
    const bool is_among =
        std::find(audience->begin(), audience->end(), client_id) != audience->end();
    return is_among && (audience->size() == 1 || claims.contains("azp"));
}

bool is_over(const Json& claims, Moment now)
{
    const auto expires = claims.find("exp");
    if (expires == claims.end() || !expires->is_number()) return true;
    const std::chrono::duration<double> since = now.time_since_epoch();
    return expires->get<double>() + clock_skew < since.count();
}

OpenIdPerson person_of(const Json& claims, const std::string& address_claim)
{
    return {text_of(claims, "sub"), text_of(claims, address_claim),
            is_true(claims, "email_verified")};
}

bool is_somebody(const OpenIdPerson& person)
{
    return !person.subject.empty() && person.subject.size() <= longest_subject;
}

}  // namespace

std::string_view why(TokenFault fault) { return faults[static_cast<std::size_t>(fault)].why; }

Result<OpenIdPerson, TokenFault> read_id_token(std::string_view token, std::string_view jwks,
                                               const ExpectedToken& expected)
{
    const auto content = signed_content(token, jwks);
    if (!content) return because(content.error());
    const auto claims = parsed(*content);
    if (!claims.is_object()) return because(TokenFault::Content);
    if (text_of(claims, "iss") != expected.issuer) return because(TokenFault::Issuer);
    if (!is_for(claims, expected.client_id)) return because(TokenFault::Audience);
    if (is_over(claims, expected.now)) return because(TokenFault::Expired);
    if (expected.nonce.empty() || text_of(claims, "nonce") != expected.nonce)
        return because(TokenFault::Nonce);
    auto person = person_of(claims, expected.address_claim);
    if (!is_somebody(person)) return because(TokenFault::Content);
    return person;
}

bool has_usable_key(std::string_view jwks)
{
    return std::any_of(algorithms.begin(), algorithms.end(), [&](const auto& algorithm) {
        return !fitting_keys(jwks, algorithm, nullptr).empty();
    });
}

std::optional<OpenIdPerson> read_userinfo(std::string_view json, const std::string& address_claim)
{
    const auto claims = parsed(json);
    if (!claims.is_object()) return std::nullopt;
    auto person = person_of(claims, address_claim);
    if (!is_somebody(person)) return std::nullopt;
    return person;
}

}  // namespace lazaret::portal
