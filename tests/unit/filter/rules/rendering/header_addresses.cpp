#include "milter/filter/rules/rendering/header_addresses.hpp"

#include <string>

#include "tests/support/catch.hpp"

using namespace lazaret::filter::rules;

TEST_CASE("addresses and names are found in address fields", "[headerquery]")
{
    struct Row {
        const char* says;
        const char* value;
        const char* found;  ///< `address|name`, with `-` for none, by blanks and slashes
    };
    const auto row = GENERATE(values<Row>({
        {"bare", " ann@example.org\n", "ann@example.org|-"},
        {"name", "Ann B <ann@example.org>", "ann@example.org|Ann B "},
        {"quoted name", "\"B, Ann\" <ann@example.org>", "ann@example.org|B, Ann "},
        {"comment", "ann@example.org (Ann B)", "ann@example.org|Ann B"},
        {"list", "ann@example.org, Bo <bo@example.org>", "ann@example.org|- / bo@example.org|Bo "},
        {"without blanks", "<ann@example.org>,<bo@example.org>",
         "ann@example.org|- / bo@example.org|-"},
        {"unquoted comma", "B, Ann <ann@example.org>", "-|B / ann@example.org|Ann "},
        {"group", "us: ann@example.org, bo@example.org;", "ann@example.org|- / bo@example.org|-"},
        {"empty group", "undisclosed-recipients:;", ""},
        {"twice", "Ann <ann@example.org> <ann@example.org>", "ann@example.org|Ann "},
        {"name only", "Ann B", "-|Ann B"},
        {"address as name", "\"ann@example.org\"", "ann@example.org|-"},
        {"another address as name", "bo@example.org <ann@example.org>",
         "ann@example.org|bo@example.org "},
        {"empty", "<>", "-|-"},
        {"cut", "Ann <ann@example.org", "ann@example.org|Ann"},
        {"quoted local part", "\"a b\"@example.org", "\"a b\"@example.org|-"},
        {"literal", "x@[192.0.2.1]", "x@[192.0.2.1]|-"},
        {"nested comment", "ann@example.org (A (B) C), bo@example.org",
         "-|ann@example.org (A  C) / bo@example.org|-"},
        {"blank", " \n", ""},
    }));
    DYNAMIC_SECTION(row.says)
    {
        std::string text;
        for (const auto& entry : read_header_addresses(row.value))
            text += (text.empty() ? "" : " / ") + entry.address.value_or("-") + "|" +
                    entry.name.value_or("-");
        CHECK(text == row.found);
    }
}

TEST_CASE("no address field is slow to read", "[headerquery]")
{
    for (const std::string text : {"<a@", "<", "\"", "(", "a:", "a,", ">", "<a@b>", "<a@b> ", "\\",
                                   "@", "<a@b>>>", "a@b (", ",,", "<@a:", "(()"}) {
        std::string value;
        while (value.size() < 60000) value += text;
        CHECK_NOTHROW(read_header_addresses(value));
    }
}
