#include "portal/session.hpp"

#include "tests/support/catch.hpp"

using namespace lazaret;
using namespace lazaret::portal;
using namespace std::chrono_literals;

TEST_CASE("a session's cookie is what we sealed", "[portal]")
{
    const auto keys = SealKeys::parse("k1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "test");
    const std::string token(43, 'a');
    const auto cookie = seal_token(keys, token);
    CHECK(open_token(keys, cookie) == token);
    for (std::size_t at = 0; at < cookie.size(); ++at) {
        auto changed = cookie;
        changed[at] = static_cast<char>(changed[at] ^ 1);
        CHECK_FALSE(open_token(keys, changed));
    }
    CHECK_FALSE(open_token(keys, token));
    CHECK_FALSE(open_token(keys, ""));
    CHECK_FALSE(open_token(keys, "...."));
    CHECK_FALSE(open_token(keys, std::string(100'000, '.')));
    const auto others = SealKeys::parse("k1 AQECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "test");
    CHECK_FALSE(open_token(others, cookie));
}

TEST_CASE("our cookie is found among others", "[portal]")
{
    const SessionCookie secure{true};
    CHECK(secure.find("a=b; __Host-lazaret=x.y; c=d") == "x.y");
    CHECK(secure.find("lazaret=x").empty());
    CHECK(secure.find("").empty());
    CHECK(SessionCookie{false}.find("lazaret=x") == "x");
    CHECK(SessionCookie{false}.set("v", 60s).find("Secure") == std::string::npos);
}
