#include "portal/senders.hpp"

#include "portal/http_server.hpp"
#include "tests/support/catch.hpp"

using namespace lazaret;
using namespace lazaret::portal;

TEST_CASE("the part of a sender that does not change", "[portal]")
{
    struct Row {
        const char* says;
        std::string address;
        std::string steady;
    };
    const auto row = GENERATE(values<Row>({
        {"a plain address", "ada@example.org", ""},
        {"a tag", "news+8f3a@example.org", "news@example.org"},
        {"nothing before the tag", "+tag@example.org", ""},
        {"VERP", "bounce-77-bob=example.com@lists.example.org", "bounce@lists.example.org"},
        {"VERP with a tag", "bounce+bob=example.com@lists.example.org", "bounce@lists.example.org"},
        {"an equals sign alone", "a=b@example.org", ""},
        {"SRS", "SRS0=HHH=TT=example.org=ada@forward.example.net", "ada@example.org"},
        {"a cut SRS", "SRS0=HHH=TT@forward.example.net", ""},
        {"a broken SRS", "SRS0=HHH=TT=-=@forward.example.net", ""},
    }));
    DYNAMIC_SECTION(row.says)
    {
        const auto steady = steady_part(parse_address(row.address).value());
        CHECK((steady ? steady->key() : "") == row.steady);
    }
}

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
