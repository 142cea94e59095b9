#pragma once

#include <cjose/cjose.h>

#include <chrono>
#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/base64.hpp"
#include "base/handle.hpp"
#include "portal/form.hpp"
#include "portal/openid/provider.hpp"
#include "tests/portal/private_portal.hpp"
#include "tests/support/catch.hpp"

namespace lazaret::test {

using Json = nlohmann::json;

/// A key that signs, as providers have them.
class SigningKey {
public:
    explicit SigningKey(cjose_jwk_t* made) : key_{made} { REQUIRE(key_); }
    static SigningKey rsa(std::size_t bits = 2048)
    {
        const unsigned char exponent[] = {1, 0, 1};
        return SigningKey{cjose_jwk_create_RSA_random(bits, exponent, sizeof exponent, nullptr)};
    }
    static SigningKey curve(cjose_jwk_ec_curve curve = CJOSE_JWK_EC_P_256)
    {
        return SigningKey{cjose_jwk_create_EC_random(curve, nullptr)};
    }
    static SigningKey shared(const std::string& secret)
    {
        return SigningKey{cjose_jwk_create_oct_spec(
            reinterpret_cast<const unsigned char*>(secret.data()), secret.size(), nullptr)};
    }

    /// As it stands in a set, with what else is to stand there.
    [[nodiscard]] Json shown(const Json& more = Json::object()) const
    {
        const CHandle<char, std::free> text{cjose_jwk_to_json(key_.get(), false, nullptr)};
        auto key = Json::parse(text.get());
        key.update(more);
        return key;
    }
    [[nodiscard]] std::string sign(const Json& claims, const Json& header) const
    {
        const CHandle<cjose_header_t, cjose_header_release> head{cjose_header_new(nullptr)};
        for (const auto& [name, value] : header.items())
            REQUIRE(cjose_header_set(head.get(), name.c_str(), value.get<std::string>().c_str(),
                                     nullptr));
        const auto content = claims.dump();
        const CHandle<cjose_jws_t, cjose_jws_release> token{cjose_jws_sign(
            key_.get(), head.get(), reinterpret_cast<const unsigned char*>(content.data()),
            content.size(), nullptr)};
        const char* text = nullptr;
        REQUIRE(token);
        REQUIRE(cjose_jws_export(token.get(), &text, nullptr));
        return text;
    }

private:
    CHandle<cjose_jwk_t, cjose_jwk_release> key_;
};

/// A list, since a Json that is made from one alone would be that one.
inline std::string set_of(const std::vector<Json>& keys) { return Json{{"keys", keys}}.dump(); }

/// A token whose head and content are nobody's.
inline std::string unsigned_token(const Json& claims, const Json& header)
{
    return base64url(header.dump()) + '.' + base64url(claims.dump()) + '.';
}

/// A provider in memory: it behaves, but for what a test changes.
struct MemoryProvider {
    using HttpsAnswer = portal::HttpsAnswer;

    std::string issuer = "https://login.example.com";
    std::string secret = "a secret: +/&=%";
    SigningKey key = SigningKey::rsa();
    Json metadata{{"issuer", issuer},
                  {"authorization_endpoint", issuer + "/authorize?theme=dark"},
                  {"token_endpoint", issuer + "/token"},
                  {"jwks_uri", issuer + "/keys"},
                  {"userinfo_endpoint", issuer + "/userinfo"}};
    Json claims{{"sub", "4711"}, {"email", "ann@example.com"}, {"email_verified", true}};
    Json userinfo{{"sub", "4711"}};
    std::string fails{};  ///< the path that nobody answers
    std::map<std::string, std::map<std::string, std::string>> codes{};  ///< what each answers
    std::vector<std::string> asked{};                                   ///< paths

    /// Somebody signs in there. @return the code that his browser brings back.
    std::string let_in(const std::map<std::string, std::string>& query)
    {
        auto code = "code-" + std::to_string(++number_);
        codes[code] = query;
        return code;
    }

    HttpsAnswer answer(const portal::HttpsQuestion& question, Moment now)
    {
        REQUIRE(question.url.starts_with(issuer));
        const auto path = question.url.substr(issuer.size());
        asked.push_back(path);
        if (path == fails) return {.trouble = "nobody listens"};
        if (path == "/.well-known/openid-configuration") return {200, metadata.dump(), {}};
        if (path == "/keys") return {200, set_of({key.shown({{"kid", "k1"}})}), {}};
        if (path == "/userinfo" && question.bearer == "access") return {200, userinfo.dump(), {}};
        if (path == "/token") return tokens(question, now);
        return {404, {}, {}};
    }

private:
    HttpsAnswer tokens(const portal::HttpsQuestion& question, Moment now)
    {
        const auto form = portal::read_form(question.form);
        const auto found = codes.find(form.at("code"));
        const bool is_right =
            found != codes.end() && question.user == "lazaret" &&
            question.password == portal::in_query(secret) &&
            form.at("redirect_uri") == found->second.at("redirect_uri") &&
            portal::challenge_of(form.at("code_verifier")) == found->second.at("code_challenge");
        if (!is_right) return {400, R"({"error":"invalid_grant"})", {}};
        const auto query = found->second;
        codes.erase(found);
        Json token{{"iss", issuer},
                   {"aud", query.at("client_id")},
                   {"nonce", query.at("nonce")},
                   {"exp", std::chrono::system_clock::to_time_t(now) + 300}};
        token.update(claims);
        const Json tokens{{"id_token", key.sign(token, {{"alg", "RS256"}, {"kid", "k1"}})},
                          {"access_token", "access"}};
        return {200, tokens.dump(), {}};
    }

    int number_ = 0;
};

}  // namespace lazaret::test
