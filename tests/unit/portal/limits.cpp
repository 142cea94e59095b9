#include "portal/limits.hpp"

#include "tests/support/catch.hpp"

using namespace lazaret;
using namespace lazaret::portal;
using namespace std::chrono_literals;

TEST_CASE("so many a minute, and no more", "[portal]")
{
    const Moment start{1h};
    RateLimit limit{3};
    for (int time = 0; time < 3; ++time) CHECK(limit.allows("a", start));
    CHECK_FALSE(limit.allows("a", start + 59s));
    CHECK(limit.allows("b", start + 59s));
    // What was in the minute before counts for as much of it as is still within a minute.
    CHECK_FALSE(limit.allows("a", start + 60s));
    CHECK(limit.allows("a", start + 90s));
    CHECK(limit.allows("a", start + 91s));
    CHECK_FALSE(limit.allows("a", start + 92s));
    CHECK(limit.allows("a", start + 5min));
    // A clock that was set back locks nobody out.
    for (int time = 0; time < 3; ++time) limit.allows("c", start + 5min);
    CHECK(limit.allows("c", start));
}

TEST_CASE("a flood from many addresses costs bounded memory and blocks nobody new", "[portal]")
{
    const Moment now{1h};
    RateLimit limit{1};
    for (std::size_t key = 0; key < RateLimit::most_keys; ++key)
        limit.allows(std::to_string(key), now);
    CHECK(limit.allows("new", now));
    CHECK(limit.allows("new", now));
    CHECK_FALSE(limit.allows("0", now));
}

TEST_CASE("IPv6 addresses of one customer are counted together", "[portal]")
{
    CHECK(counted_address("2001:db8:1:2::1") == counted_address("2001:db8:1:2:ffff::2"));
    CHECK(counted_address("2001:db8:1:2::1") != counted_address("2001:db8:1:3::1"));
    CHECK(counted_address("192.0.2.1") == "192.0.2.1");
    // As a portal sees them that listens on [::].
    CHECK(counted_address("::ffff:192.0.2.1") == "192.0.2.1");
    CHECK(counted_address("::FFFF:c000:201") == "192.0.2.1");
    // What is no address is counted as it stands; nothing else is taken for it.
    CHECK(counted_address("").empty());
    CHECK(counted_address("a:b") == "a:b");
}
