#include "portal/openid/id_token.hpp"

#include "tests/portal/memory_provider.hpp"

using namespace lazaret;
using namespace lazaret::test;
using namespace std::chrono_literals;
using portal::TokenFault;

namespace {

const Moment now = std::chrono::sys_days{std::chrono::year{2026} / 11 / 28} + 12h;

Json good_claims()
{
    const auto seconds = std::chrono::system_clock::to_time_t(now);
    return {{"iss", "https://login.example.com"},
            {"aud", "lazaret"},
            {"sub", "4711"},
            {"nonce", "n-1"},
            {"exp", seconds + 300},
            {"email", "ann@example.com"},
            {"email_verified", true}};
}

const portal::ExpectedToken expected{.issuer = "https://login.example.com",
                                     .client_id = "lazaret",
                                     .nonce = "n-1",
                                     .address_claim = "email",
                                     .now = now};

const Json rs256{{"alg", "RS256"}};

// The fault of a token; none when it is good.
std::optional<TokenFault> fault_of(const std::string& token, const std::string& jwks)
{
    const auto read = portal::read_id_token(token, jwks, expected);
    return read ? std::nullopt : std::optional{read.error()};
}

}  // namespace

TEST_CASE("an ID token is believed when a key of the provider signed it, by a known way",
          "[openid]")
{
    static const auto rsa = SigningKey::rsa();
    static const auto other = SigningKey::rsa();
    static const auto curve = SigningKey::curve();
    static const auto wide = SigningKey::curve(CJOSE_JWK_EC_P_384);
    static const auto small = SigningKey::rsa(1024);
    const auto claims = good_claims();
    const auto two = set_of({other.shown({{"kid", "a"}}), rsa.shown({{"kid", "b"}})});
    // Who takes a public key for a shared secret believes whoever knows the public key.
    const auto confused = SigningKey::shared(rsa.shown().dump());
    struct Row {
        const char* says;
        std::string token;
        std::string jwks;
        std::optional<TokenFault> fault;
    };
    const auto only = set_of({rsa.shown()});
    const std::vector<Row> rows{
        {"RS256", rsa.sign(claims, rs256), only, {}},
        {"RS512", rsa.sign(claims, {{"alg", "RS512"}}), only, {}},
        {"PS256", rsa.sign(claims, {{"alg", "PS256"}}), only, {}},
        {"ES256", curve.sign(claims, {{"alg", "ES256"}}), set_of({curve.shown()}), {}},
        {"ES384", wide.sign(claims, {{"alg", "ES384"}}), set_of({wide.shown()}), {}},
        {"the second of two keys", rsa.sign(claims, rs256), two, {}},
        {"by its name", rsa.sign(claims, {{"alg", "RS256"}, {"kid", "b"}}), two, {}},
        {"a key that says what it is for",
         rsa.sign(claims, rs256),
         set_of({rsa.shown({{"use", "sig"}, {"alg", "RS256"}})}),
         {}},
        {"beside keys of other kinds",
         rsa.sign(claims, rs256),
         set_of({{{"kty", "OKP"}, {"crv", "Ed25519"}, {"x", "AA"}}, 7, rsa.shown()}),
         {}},
        {"a key with more than a key",
         rsa.sign(claims, rs256),
         set_of({rsa.shown({{"x5c", Json::array({Json::array({1})})}})}),
         {}},
        {"nothing", "", only, TokenFault::NoToken},
        {"no token", "no token", only, TokenFault::NoToken},
        {"two parts", "e30.e30", only, TokenFault::NoToken},
        {"endless", std::string(100'000, 'a'), only, TokenFault::NoToken},
        {"none at all", unsigned_token(claims, {{"alg", "none"}}), only, TokenFault::Algorithm},
        {"None at all", unsigned_token(claims, {{"alg", "None"}}), only, TokenFault::NoToken},
        {"a known way, and no signature", unsigned_token(claims, rs256), only,
         TokenFault::Signature},
        {"a shared secret that is the public key", confused.sign(claims, {{"alg", "HS256"}}), only,
         TokenFault::Algorithm},
        {"a shared secret in the set", confused.sign(claims, {{"alg", "HS256"}}),
         set_of({confused.shown()}), TokenFault::Algorithm},
        {"another's key", other.sign(claims, rs256), only, TokenFault::Signature},
        {"another's key by name", rsa.sign(claims, {{"alg", "RS256"}, {"kid", "a"}}), two,
         TokenFault::Signature},
        {"a name that is not there", rsa.sign(claims, {{"alg", "RS256"}, {"kid", "c"}}), two,
         TokenFault::Key},
        {"a curve's way, a key of RSA", curve.sign(claims, {{"alg", "ES256"}}), only,
         TokenFault::Key},
        {"another curve than its way has", wide.sign(claims, {{"alg", "ES256"}}),
         set_of({wide.shown()}), TokenFault::Key},
        {"a key for encrypting", rsa.sign(claims, rs256), set_of({rsa.shown({{"use", "enc"}})}),
         TokenFault::Key},
        {"a key for another way", rsa.sign(claims, rs256), set_of({rsa.shown({{"alg", "PS256"}})}),
         TokenFault::Key},
        {"a short key", small.sign(claims, rs256), set_of({small.shown()}), TokenFault::Key},
        {"no keys", rsa.sign(claims, rs256), "{}", TokenFault::Key},
        {"no set", rsa.sign(claims, rs256), "[[[[", TokenFault::Key},
        {"a deep set", rsa.sign(claims, rs256), std::string(200'000, '['), TokenFault::Key},
    };
    for (const auto& row : rows) DYNAMIC_SECTION(row.says)
        {
            CHECK(fault_of(row.token, row.jwks) == row.fault);
        }
    // One letter of what was signed is another.
    auto changed = rsa.sign(claims, rs256);
    const auto content = changed.find('.') + 10;
    changed[content] = changed[content] == 'A' ? 'B' : 'A';
    CHECK(fault_of(changed, only) == TokenFault::Signature);
    CHECK(portal::has_usable_key(only));
    CHECK_FALSE(portal::has_usable_key(set_of({small.shown(), confused.shown()})));
}

TEST_CASE("an ID token is for us, for now, and for the browser that asked", "[openid]")
{
    static const auto key = SigningKey::rsa();
    const auto seconds = std::chrono::system_clock::to_time_t(now);
    struct Row {
        const char* says;
        Json change;
        std::optional<TokenFault> fault;
    };
    const std::vector<Row> rows{
        {"as it should be", Json::object(), {}},
        {"for several, and asked by us", {{"aud", {"lazaret", "x"}}, {"azp", "lazaret"}}, {}},
        {"for us alone, in a list", {{"aud", Json::array({"lazaret"})}}, {}},
        {"over for less than clocks differ", {{"exp", seconds - 30}}, {}},
        {"another provider's", {{"iss", "https://login.example.net"}}, TokenFault::Issuer},
        {"nearly the same", {{"iss", "https://login.example.com/"}}, TokenFault::Issuer},
        {"nobody's", {{"iss", nullptr}}, TokenFault::Issuer},
        {"another client's", {{"aud", "webmail"}}, TokenFault::Audience},
        {"for nobody", {{"aud", nullptr}}, TokenFault::Audience},
        {"for several, and nobody says who asked",
         {{"aud", {"lazaret", "x"}}},
         TokenFault::Audience},
        {"asked by another", {{"azp", "webmail"}}, TokenFault::Audience},
        {"over", {{"exp", seconds - 61}}, TokenFault::Expired},
        {"without end", {{"exp", nullptr}}, TokenFault::Expired},
        {"an end that is a text", {{"exp", "2099"}}, TokenFault::Expired},
        {"another question's", {{"nonce", "n-2"}}, TokenFault::Nonce},
        {"no question's", {{"nonce", nullptr}}, TokenFault::Nonce},
        {"of nobody", {{"sub", ""}}, TokenFault::Content},
        {"of a number", {{"sub", 4711}}, TokenFault::Content},
    };
    for (const auto& row : rows) DYNAMIC_SECTION(row.says)
        {
            auto claims = good_claims();
            claims.update(row.change);
            CHECK(fault_of(key.sign(claims, rs256), set_of({key.shown()})) == row.fault);
        }
    CHECK(fault_of(key.sign(Json::array({1}), rs256), set_of({key.shown()})) ==
          TokenFault::Content);
}

TEST_CASE("only `true` makes an address verified", "[openid]")
{
    const auto verified = [](const std::string& text) {
        return portal::read_userinfo(
                   R"({"sub":"1","email":"a@b.example","email_verified":)" + text + "}", "email")
            .value()
            .is_verified;
    };
    CHECK(verified("true"));
    for (const auto* text : {"false", "\"true\"", "1", "null", "[true]"})
        CHECK_FALSE(verified(text));
    CHECK_FALSE(portal::read_userinfo("{}", "email"));
    CHECK_FALSE(portal::read_userinfo("<html>", "email"));
    CHECK(
        portal::read_userinfo(R"({"sub":"1","email":["a@b.example"]})", "email")->address.empty());
}
