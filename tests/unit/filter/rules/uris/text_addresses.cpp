#include "milter/filter/rules/uris/text_addresses.hpp"

#include <string>

#include "tests/support/catch.hpp"
#include "tests/unit/filter/rules/uris/boundaries.hpp"

namespace lazaret::filter::rules {
namespace {

// What was found, each with the letter of its kind: `s:http://a.example m:b@a.example`.
std::string found_in(std::string_view text)
{
    std::string out;
    find_text_addresses(text, small_world(), [&out](const TextAddress& address) {
        if (!out.empty()) out += ' ';
        out += "smh"[static_cast<std::size_t>(address.kind)];
        out += ':';
        out += address.text;
        return true;
    });
    return out;
}

TEST_CASE("addresses are found in text", "[uris]")
{
    struct Row {
        const char* text;
        const char* found;
    };
    const auto row = GENERATE(values<Row>({
        {"nothing here, e.g. this. Or 3.14: that", ""},
        {"See http://example.org/a?b=c, please.", "s:http://example.org/a?b=c"},
        {"HTTPS://Example.org!!!", "s:HTTPS://Example.org"},
        {"(see http://example.org/a)", "s:http://example.org/a"},
        {"http://example.org/a_(b)", "s:http://example.org/a_(b"},
        {"http://example.org/a)b)c", "s:http://example.org/a)b"},
        {"www.example.org www2.example.org ftp.example.org",
         "s:www.example.org s:www2.example.org s:ftp.example.org"},
        {"www123.example.org", "h:www123.example.org"},
        {"xwww.example.org", "h:xwww.example.org"},
        {"foo:http://example.org", "s:http://example.org"},
        {"foohttp://example.org", "h:example.org"},
        {"http://", ""},
        {"http:// example", ""},
        {"write to anna@example.org, or not", "m:anna@example.org"},
        {"<anna@example.org>", "m:anna@example.org"},
        {"'anna@example.org'", "m:anna@example.org"},
        {"mailto:anna@example.org?subject=hello", "m:mailto:anna@example.org?subject=hello"},
        {"a=http://b.example?to=anna@example.org", "m:a=http://b.example?to=anna@example.org"},
        {"bei anna@example.org\xC3\xA4", "m:anna@example.org"},
        {"@example.org", "h:example.org"},
        {"anna@ example.org", "h:example.org"},
        {"go to example.org now", "h:example.org"},
        {"go to example.org. Now", "h:example.org"},
        {"go to example.org, now", ""},
        {"go to example.org/ now", ""},
        {"go to example.org/a:b now", "h:example.org/a:b"},
        {"go to example.org:8080 now", "h:example.org:8080"},
        {"go to example.org:808080 now", ""},
        {"go to example.nowhere now", ""},
        {"go to EXAMPLE.ORG now", "h:EXAMPLE.ORG"},
        {"go to -example.org now", ""},
        {"go to example.org.. now", ""},
        {"file.txt and Makefile.am", ""},
        {"\x1B(Bhttp://example.org\x1B(B", "s:http://example.org"},
        {"http://example.org/\xA0next", "s:http://example.org/"},
        {"one|example.org|two", "h:example.org"},
        {"one,example.org", "h:example.org"},
        {"one-example.org", "h:one-example.org"},
        {"one%example.org", ""},
    }));
    DYNAMIC_SECTION(row.text) { CHECK(found_in(row.text) == row.found); }
}

TEST_CASE("addresses have a longest length", "[uris]")
{
    const auto many = [](std::size_t count) { return std::string(count, 'a'); };
    CHECK(found_in("http://" + many(2048)) == "s:http://" + many(2048));
    CHECK(found_in("http://" + many(2049)).empty());
    CHECK(found_in(many(251) + "@example.org") == "m:" + many(251) + "@example.org");
    CHECK(found_in(many(252) + "@example.org") == "h:example.org");
    CHECK(found_in("a@" + many(252)).empty());
    CHECK(found_in(many(252) + ".org") == "h:" + many(252) + ".org");
    CHECK(found_in(many(253) + ".org").empty());
}

TEST_CASE("the search for addresses can be ended", "[uris]")
{
    int found = 0;
    find_text_addresses("www.a.org,b@a.org,c@a.org,d@a.org b.org", small_world(),
                        [&found](const TextAddress&) { return ++found < 1; });
    find_text_addresses("b@a.org,c@a.org,d@a.org b.org", small_world(),
                        [&found](const TextAddress&) { return ++found < 3; });
    CHECK(found == 3);
}

TEST_CASE("hostile text is searched in linear time", "[uris]")
{
    constexpr std::size_t size = 2'000'000;
    for (const std::string_view piece :
         {"a@", "a.", "http://", "www.", "mailto:", "@", ".", ":", "a:", "-a", "(", ")", "\x1B(",
          "\xA0", "a.org/", "a@a.org,", "!a.org:1/"}) {
        std::string text;
        while (text.size() < size) text += piece;
        CAPTURE(piece);
        found_in(text);
    }
}

}  // namespace
}  // namespace lazaret::filter::rules
