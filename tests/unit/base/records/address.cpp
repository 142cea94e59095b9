#include "base/records/address.hpp"

#include "base/records/list_entry.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/print.hpp"

using namespace lazaret;

TEST_CASE("an address is read as RFC 5321 and 6531 write it", "[address]")
{
    struct Row {
        const char* says;
        std::string text;
        std::string key;
    };
    const auto row = GENERATE(values<Row>({
        {"plain", "bob@example.org", "bob@example.org"},
        {"in brackets", "<Bob@Example.ORG>", "bob@example.org"},
        {"with a source route", "<@relay.example,@b.example:bob@example.org>", "bob@example.org"},
        {"needless quotes", "\"bob\"@example.org", "bob@example.org"},
        {"quotes that are needed", "\"bob smith\"@example.org", "\"bob smith\"@example.org"},
        {"an @ in quotes", "\"a@b\"@example.org", "\"a@b\"@example.org"},
        {"a literal", "bob@[192.0.2.1]", "bob@[192.0.2.1]"},
        {"a final dot", "bob@example.org.", "bob@example.org"},
        {"IDN in Unicode", "jürgen@bücher.example", "jürgen@xn--bcher-kva.example"},
        {"IDN in ASCII", "bob@XN--BCHER-KVA.example", "bob@xn--bcher-kva.example"},
        {"longer than RFC 5321 has it", "bob+" + std::string(90, 'x') + "@example.org",
         "bob+" + std::string(90, 'x') + "@example.org"},
        {"as long as a line of Postfix may be", "bob+" + std::string(2000, 'x') + "@example.org",
         "bob+" + std::string(2000, 'x') + "@example.org"},
        {"odd dots", ".bob..x.@example.org", ".bob..x.@example.org"},
    }));
    DYNAMIC_SECTION(row.says)
    {
        const auto read = parse_address(row.text);
        REQUIRE(read.has_value());
        CHECK(read->key() == row.key);
        CHECK(parse_address(read->text()).value() == *read);
    }
}

TEST_CASE("what is not an address gets a reason", "[address]")
{
    struct Row {
        const char* says;
        std::string text;
        AddressFault fault;
    };
    const auto row = GENERATE(values<Row>({
        {"nothing", "", AddressFault::Empty},
        {"the null sender", "<>", AddressFault::Empty},
        {"no domain", "bob", AddressFault::NoDomain},
        {"empty local part", "@example.org", AddressFault::BadLocal},
        {"empty domain", "bob@", AddressFault::BadDomain},
        {"a space in the domain", "bob@exa mple.org", AddressFault::BadDomain},
        {"a NUL", std::string{"b\0b@example.org", 15}, AddressFault::BadLocal},
        {"a NUL in the domain", std::string{"b@exam\0ple.org", 14}, AddressFault::BadDomain},
        {"a local part without end", std::string(2049, 'a') + "@example.org",
         AddressFault::BadLocal},
        {"invalid UTF-8 in the local part", "b\xff@example.org", AddressFault::BadLocal},
        {"invalid UTF-8 in the domain", "bob@\xff\xfe.example", AddressFault::BadDomain},
        {"two final dots", "bob@example.org..", AddressFault::BadDomain},
        {"an open literal", "bob@[192.0.2.1", AddressFault::BadDomain},
    }));
    DYNAMIC_SECTION(row.says)
    {
        const auto read = parse_address(row.text);
        REQUIRE_FALSE(read.has_value());
        CHECK(read.error() == row.fault);
    }
}

TEST_CASE("a tag is taken off, but not from an address that begins with it", "[address]")
{
    CHECK(without_tag({"bob+list", "example.org"}).key() == "bob@example.org");
    CHECK(without_tag({"+bob", "example.org"}).key() == "+bob@example.org");
    CHECK(without_tag({"bob-list", "example.org"}, '-').key() == "bob@example.org");
}

TEST_CASE("a sender pattern names an address, a domain, or a domain with those below", "[address]")
{
    using Form = SenderPattern::Form;
    struct Row {
        const char* says;
        std::string text;
        SenderPattern pattern;
    };
    const auto row = GENERATE(values<Row>({
        {"address", "Bob@Example.org", {Form::Address, "bob@example.org"}},
        {"address that begins with a dot", ".bob@example.org", {Form::Address, ".bob@example.org"}},
        {"domain", "Example.org", {Form::Domain, "@example.org"}},
        {"domain with @", "@example.org", {Form::Domain, "@example.org"}},
        {"with those below", ".example.org", {Form::DomainAndSubdomains, ".example.org"}},
        {"IDN", "@bücher.example", {Form::Domain, "@xn--bcher-kva.example"}},
    }));
    DYNAMIC_SECTION(row.says) { CHECK(parse_sender_pattern(row.text).value() == row.pattern); }
    CHECK_FALSE(parse_sender_pattern("").has_value());
    CHECK_FALSE(parse_sender_pattern(".*").has_value());
    CHECK_FALSE(parse_sender_pattern("@").has_value());
}
