#include "milter/filter/rules/uris/registry_boundaries.hpp"

#include "milter/filter/rules/uris/idn.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/filter/rules/uris/boundaries.hpp"

namespace lazaret::filter::rules {
namespace {

TEST_CASE("a host is cut at its registry", "[uris]")
{
    struct Row {
        const char* host;
        const char* domain;
    };
    const auto row = GENERATE(values<Row>({
        {"www.shop.example.org", "example.org"},
        {"example.org", "example.org"},
        {"org", "org"},
        {"", ""},
        {"www.shop.co.uk", "shop.co.uk"},
        {"shop.co.uk", "shop.co.uk"},
        {"co.uk", "co.uk"},
        {"a.b.sites.co.example", "b.sites.co.example"},
        {"b.other.co.example", "other.co.example"},
        {"www.town.ca.us", "www.town.ca.us"},
        {"a.www.town.ca.us", "www.town.ca.us"},
        {"office.fed.us", "office.fed.us"},
        {"www.fire.ci.anywhere.ca.us", "fire.ci.anywhere.ca.us"},
        {"www.school.pvt.k12.ca.us", "school.pvt.k12.ca.us"},
        {"www.shop.us", "shop.us"},
        {"..www.example.org..", "example.org"},
    }));
    DYNAMIC_SECTION(row.host) { CHECK(small_world().registered_domain(row.host) == row.domain); }
}

TEST_CASE("only known top-level domains are valid", "[uris]")
{
    const auto& world = small_world();
    CHECK(world.is_valid_domain("example.org"));
    CHECK(world.is_valid_domain("xn--e1aybc.xn--p1ai"));
    CHECK_FALSE(world.is_valid_domain("example.nowhere"));
    CHECK_FALSE(world.is_valid_domain("org"));
    CHECK_FALSE(world.is_valid_domain("example.org."));
    CHECK_FALSE(world.is_valid_domain("exam ple.org"));
    CHECK(world.is_top_level("ORG"));
    CHECK_FALSE(world.is_top_level(std::string(300, 'o')));
}

TEST_CASE("an address leads to a host", "[uris]")
{
    struct Row {
        const char* uri;
        const char* host;  // "": none
        const char* domain;
    };
    const auto row = GENERATE(values<Row>({
        {"http://WWW.Example.org/a?b#c", "www.example.org", "example.org"},
        {"https://user:word@www.example.org:8080/", "www.example.org", "example.org"},
        {"http://example.org:", "example.org", "example.org"},
        {"http:/example.org", "example.org", "example.org"},
        {"example.org/path", "example.org", "example.org"},
        {"domainkeys:mail.example.org", "mail.example.org", "example.org"},
        {"http://192.0.2.7/a", "192.0.2.7", "192.0.2.7"},
        {"http://192.0.2.700/a", "", ""},
        {"mailto:anna@mail.example.org?subject=x", "mail.example.org", "example.org"},
        {"mailto:anna@one@example.org", "", ""},
        {"mailto:anna", "", ""},
        {"javascript:example.org", "", ""},
        {"cid:part1@example.org", "", ""},
        {"file://example.org/a", "", ""},
        {"http://exam%70le.org/", "", ""},
        {"http://exam_ple.org/", "", ""},
        {"http://a_b.example.org/", "a_b.example.org", "example.org"},
        {"http://-a.example.org/", "", ""},
        {"http://example..org/", "", ""},
        {"http://example.nowhere/", "", ""},
        {"http://тест.рф/", "xn--e1aybc.xn--p1ai", "xn--e1aybc.xn--p1ai"},
        {"", "", ""},
        {"http://", "", ""},
        {"%", "", ""},
        {"http://a%2", "", ""},
    }));
    DYNAMIC_SECTION(row.uri)
    {
        const auto found = small_world().host_of(row.uri);
        CHECK((found ? found->host : "") == row.host);
        CHECK((found ? found->domain : "") == row.domain);
    }
}

TEST_CASE("a host name becomes what DNS asks for", "[uris]")
{
    CHECK(ascii_host("WWW.Example.ORG") == "www.example.org");
    CHECK(ascii_host("тест。рф") == "xn--e1aybc.xn--p1ai");
    CHECK(ascii_host("b\xFC"
                     "cher.example") == "xn--bcher-kva.example");
    CHECK(ascii_host("A\xFF\xFE.example") == "a\xFF\xFE.example");
    CHECK(ascii_host(std::string(5000, '\xC3')).size() == 5000);
    CHECK(ascii_host("") == "");
}

TEST_CASE("IP addresses are told from names", "[uris]")
{
    CHECK(is_ip_address("192.0.2.1"));
    CHECK(is_ip_address("2001:db8::1"));
    CHECK(is_ip_address("ipv6:2001:db8::1"));
    CHECK(is_ip_address("::ffff:192.0.2.1"));
    CHECK_FALSE(is_ip_address("192.0.02.1"));
    CHECK_FALSE(is_ip_address("[2001:db8::1]"));
    CHECK_FALSE(is_ip_address("dead.beef"));
    CHECK_FALSE(is_ip_address(""));
    CHECK_FALSE(is_ip_address(std::string(10'000, '1')));
}

}  // namespace
}  // namespace lazaret::filter::rules
