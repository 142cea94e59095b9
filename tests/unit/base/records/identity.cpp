#include "base/records/identity.hpp"

#include <set>

#include "base/records/list_entry.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/print.hpp"

using namespace lazaret;

TEST_CASE("a reference is read however a person types it", "[identity]")
{
    struct Row {
        const char* says;
        std::string typed;
        std::string text;
    };
    const auto row = GENERATE(values<Row>({
        {"as written", "0123456789ab", "0123456789ab"},
        {"capitals", "0123456789AB", "0123456789ab"},
        {"hyphens", "0123-4567-89ab", "0123456789ab"},
        {"confusable", "oOiIlL456789", "001111456789"},
        {"too short", "0123456789a", ""},
        {"too long", "0123456789abc", ""},
        {"a letter that is not used", "0123456789au", ""},
        {"a blank", "0123456789a ", ""},
        {"nothing", "", ""},
        {"only hyphens", "------------", ""},
    }));
    DYNAMIC_SECTION(row.says)
    {
        const auto read = Reference::parse(row.typed);
        CHECK((read ? read->text() : "") == row.text);
    }
}

TEST_CASE("references are random and readable", "[identity]")
{
    std::set<Reference> all;
    for (int at = 0; at < 1'000; ++at) {
        const auto one = Reference::random();
        CHECK(Reference::parse(one.text()) == one);
        all.insert(one);
    }
    CHECK(all.size() == 1'000);
}

TEST_CASE("a digest is shown as 64 digits", "[identity]")
{
    Digest digest;
    digest.bytes[0] = 0xAB;
    digest.bytes[31] = 1;
    CHECK(digest.hex() == "ab" + std::string(60, '0') + "01");
}

TEST_CASE("tokens of lists are read as they are written", "[identity]")
{
    for (const auto kind : {ListKind::Allow, ListKind::Deny, ListKind::Newsletter, ListKind::Warn})
        CHECK(list_kind_of(token(kind)) == kind);
    CHECK_FALSE(list_kind_of("").has_value());
}
