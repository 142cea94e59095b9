#include "base/records/networks.hpp"

#include "base/error.hpp"
#include "tests/support/catch.hpp"

using namespace lazaret;

TEST_CASE("a network holds its addresses and no others", "[networks]")
{
    struct Row {
        const char* says;
        const char* network;
        const char* address;
        bool holds;
    };
    const auto row = GENERATE(values<Row>({
        {"the one address", "127.0.0.1/32", "127.0.0.1", true},
        {"not its neighbour", "127.0.0.1/32", "127.0.0.2", false},
        {"an address alone", "192.0.2.7", "192.0.2.7", true},
        {"an address alone is one", "192.0.2.7", "192.0.2.6", false},
        {"first of a net", "192.0.2.128/25", "192.0.2.128", true},
        {"before a net", "192.0.2.128/25", "192.0.2.127", false},
        {"odd prefix", "198.51.100.0/22", "198.51.103.255", true},
        {"behind an odd prefix", "198.51.100.0/22", "198.51.104.0", false},
        {"everything of IPv4", "0.0.0.0/0", "203.0.113.9", true},
        {"but not of IPv6", "0.0.0.0/0", "2001:db8::1", false},
        {"IPv6", "2001:db8::/32", "2001:db8:ffff::1", true},
        {"not next to it", "2001:db8::/32", "2001:db9::1", false},
        {"IPv4 within IPv6", "127.0.0.1/32", "::ffff:127.0.0.1", true},
        {"bits behind the prefix", "192.0.2.77/24", "192.0.2.1", true},
        {"no address", "0.0.0.0/0", "", false},
        {"no address either", "0.0.0.0/0", "localhost", false},
    }));

    DYNAMIC_SECTION(row.says)
    {
        const std::vector<std::string> list{"203.0.113.200/32", row.network};
        CHECK(Networks::parse(list).hold(row.address) == row.holds);
    }
}

TEST_CASE("what is no network is a mistake in the settings", "[networks]")
{
    const auto* text = GENERATE("", "example.org", "192.0.2.0/33", "192.0.2.0/", "192.0.2.0/-1",
                                "192.0.2.0/8x", "2001:db8::/129", "192.0.2/24", "/24");
    CAPTURE(text);
    const std::vector<std::string> list{text};
    CHECK_FALSE(Networks::is_network(text));
    CHECK_THROWS_AS(Networks::parse(list), Error);
}

TEST_CASE("the network in which a client is likely to stay", "[networks]")
{
    struct Row {
        const char* says;
        const char* text;
        const char* network;
    };
    const auto row = GENERATE(values<Row>({
        {"IPv4", "192.0.2.7", "192.0.2.0/24"},
        {"IPv4 within IPv6", "::ffff:192.0.2.7", "192.0.2.0/24"},
        {"IPv6", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"},
        {"the network itself", "192.0.2.0/24", "192.0.2.0/24"},
        {"with bits behind the prefix", "192.0.2.7/24", "192.0.2.0/24"},
        {"the network of IPv6", "2001:db8:1:2::/64", "2001:db8:1:2::/64"},
        {"a wider one", "192.0.0.0/16", ""},
        {"a narrower one", "192.0.2.0/28", ""},
        {"a wider one of IPv6", "2001:db8::/32", ""},
        {"nothing", "", ""},
        {"a name", "mx.example.org", ""},
    }));
    DYNAMIC_SECTION(row.says) { CHECK(Networks::neighbourhood_of(row.text) == row.network); }
}
