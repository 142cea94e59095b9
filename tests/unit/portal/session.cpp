#include "portal/session.hpp"

#include "tests/support/catch.hpp"

using namespace lazaret;
using namespace lazaret::portal;
using namespace std::chrono_literals;

TEST_CASE("a session is what we sealed, and ends", "[portal]")
{
    const auto keys = SealKeys::parse("k1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "test");
    const Moment now{1000h};
    const Session session{3, 17};
    const auto cookie = seal_session(keys, session, now + 1h);
    CHECK((open_session(keys, cookie, now) == session));
    CHECK((open_session(keys, cookie, now + 1h) == session));
    CHECK_FALSE(open_session(keys, cookie, now + 1h + 1s));
    for (std::size_t at = 0; at < cookie.size(); ++at) {
        auto changed = cookie;
        changed[at] = static_cast<char>(changed[at] ^ 1);
        CHECK_FALSE(open_session(keys, changed, now));
    }
    CHECK_FALSE(open_session(keys, "", now));
    CHECK_FALSE(open_session(keys, "....", now));
    CHECK_FALSE(open_session(keys, std::string(100'000, '.'), now));
    const auto others = SealKeys::parse("k1 AQECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "test");
    CHECK_FALSE(open_session(others, cookie, now));
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
