#include "tools/lazaretctl/owner.hpp"

#include "base/error.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/print.hpp"

using namespace lazaret;
using namespace lazaret::tools;

TEST_CASE("an owner is an address, @domain or the site", "[owner]")
{
    struct Row {
        const char* says;
        std::string text;
        Owner owner;
        std::string again;
    };
    const auto row = GENERATE(values<Row>({
        {"the site", "*", Owner::site(), "*"},
        {"the site by name", "site", Owner::site(), "*"},
        {"a tenant", "tenant:3", Owner::tenant(3), "tenant:3"},
        {"a domain", "@Example.ORG", Owner::domain("example.org"), "@example.org"},
        {"an IDN", "@bücher.example", Owner::domain("xn--bcher-kva.example"),
         "@xn--bcher-kva.example"},
        {"an address", "Bob@example.org", Owner::address("bob@example.org"), "bob@example.org"},
    }));
    DYNAMIC_SECTION(row.says)
    {
        const auto owner = parse_owner(row.text);
        REQUIRE(owner.has_value());
        CHECK(*owner == row.owner);
        CHECK(owner_text(*owner) == row.again);
        CHECK(parse_owner(owner_text(*owner)).value() == *owner);
    }
}

TEST_CASE("what is no owner gets a sentence", "[owner]")
{
    const auto text =
        GENERATE(as<std::string>{}, "", "bob", "@", "@exa mple.org", "tenant:", "tenant:0",
                 "tenant:x", "tenant:3x", "@example.org@", "**");
    DYNAMIC_SECTION(text)
    {
        const auto owner = parse_owner(text);
        REQUIRE_FALSE(owner.has_value());
        CHECK_FALSE(owner.error().empty());
        CHECK_THROWS_AS(owner_argument(text), Error);
    }
}
