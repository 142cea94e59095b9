#include "portal/http_server.hpp"
#include "tests/support/catch.hpp"

using namespace lazaret;
using namespace lazaret::portal;

TEST_CASE("who asks is what the last proxy that is trusted says", "[portal]")
{
    const auto trusted = Networks::parse(std::vector<std::string>{"127.0.0.1", "198.51.100.0/24"});
    CHECK(client_of("192.0.2.1", "203.0.113.9", trusted) == "192.0.2.1");
    CHECK(client_of("127.0.0.1", "", trusted) == "127.0.0.1");
    CHECK(client_of("127.0.0.1", "203.0.113.9", trusted) == "203.0.113.9");
    CHECK(client_of("127.0.0.1", "1.2.3.4, 203.0.113.9", trusted) == "203.0.113.9");
    CHECK(client_of("127.0.0.1", "203.0.113.9, 198.51.100.7", trusted) == "203.0.113.9");
    CHECK(client_of("127.0.0.1", "not an address", trusted) == "127.0.0.1");
    CHECK(client_of("127.0.0.1", "2001:db8::1", trusted) == "2001:db8::1");
}
