#include "milter/filter/rules/rendering/header_query.hpp"

#include <string>

#include "milter/filter/rules/relays/relay_chain.hpp"
#include "tests/support/catch.hpp"

using namespace lazaret::filter::rules;

namespace {

constexpr std::string_view header =
    "Received: from a.example (a.example [192.0.2.1])\n"
    "\tby mx.example.org (Postfix) with ESMTP id 1\n"
    "Received: from b.example (b.example [198.51.100.2]) by a.example (Postfix) with ESMTP id 2\n"
    "From: =?utf-8?q?'Ann=20_B'?= <ann@mail.example.org>\n"
    "To: bo@example.org,\n cy@example.org\n"
    "Cc: di@example.org\n"
    "Subject:  =?utf-8?q?Gr=C3=BC=C3=9Fe?=\n"
    "Message-ID: <1@www.example.org>\n"
    "X-Message-Id: <2@example.org>\n"
    "X-Two: one\n"
    "x-two: two\n"
    "\n";

/// The letter above, its header only, the first hop trusted.
Rendering letter()
{
    Rendering rendering;
    rendering.header = header;
    auto& headers = rendering.parts.emplace_back().headers;
    std::string_view rest = header;
    while (rest.size() > 1) {
        auto end = rest.find('\n');
        while (end + 1 < rest.size() && (rest[end + 1] == ' ' || rest[end + 1] == '\t'))
            end = rest.find('\n', end + 1);
        const auto colon = rest.find(':');
        headers.add(rest.substr(0, colon), rest.substr(colon + 1, end - colon));
        rest.remove_prefix(end + 1);
    }
    RelaySettings settings;
    settings.trusted.emplace().add("192.0.2.0/24");
    rendering.relays = read_relays(headers, settings);
    return rendering;
}

RegistryBoundaries boundaries()
{
    const std::vector<std::string> top{"org", "example", "com"}, none;
    return {top, none, none};
}

}  // namespace

TEST_CASE("a header rule finds what it asks for", "[headerquery]")
{
    struct Row {
        const char* query;
        const char* text;
    };
    const auto row = GENERATE(values<Row>({
        {"Subject",
         "Gr\xc3\xbc\xc3\x9f"
         "e\n"},
        {"subject",
         "Gr\xc3\xbc\xc3\x9f"
         "e\n"},
        {"Subject:raw", "  =?utf-8?q?Gr=C3=BC=C3=9Fe?=\n"},
        {"From:addr", "ann@mail.example.org"},
        {"From:name", "Ann B"},
        {"From:name:raw", "=?utf-8?q?'Ann=20_B'?= "},
        {"From:addr:domain", "example.org"},
        {"From:addr:host", "mail.example.org"},
        {"Message-ID:host", "www.example.org"},
        {"Message-ID:domain", "example.org"},
        {"To:addr", "bo@example.org\ncy@example.org"},
        {"To", "bo@example.org, cy@example.org\n"},
        {"ToCc", "bo@example.org, cy@example.org\ndi@example.org\n"},
        {"ToCc:addr", "bo@example.org\ncy@example.org\ndi@example.org"},
        {"ToCc:raw", " bo@example.org, cy@example.org\n di@example.org\n"},
        {"MESSAGEID", "<2@example.org>\n<1@www.example.org>\n"},
        {"X-Two", "one\ntwo\n"},
        {"X-Two:first", "one\n"},
        {"X-Two:last", "two\n"},
        {"Received:ip", "192.0.2.1\n198.51.100.2"},
        {"Received:last:revip", "2.100.51.198"},
        {"X-Spam-Relays-Trusted",
         "[ ip=192.0.2.1 rdns=a.example helo=a.example by=mx.example.org ident= envfrom= intl=1 "
         "id= auth= msa=0 ]"},
    }));
    DYNAMIC_SECTION(row.query)
    {
        const auto text = HeaderQuery::parse(row.query).text(letter(), boundaries());
        REQUIRE(text);
        CHECK(*text == row.text);
    }
}

TEST_CASE("whole headers are given whole, or as far as they are trusted", "[headerquery]")
{
    const auto rendering = letter();
    const auto text = [&](std::string_view query) {
        return HeaderQuery::parse(query).text(rendering, boundaries()).value_or("none");
    };
    CHECK(text("ALL:raw") + "\n" == header);
    CHECK(text("ALL").starts_with("Received: from a.example (a.example [192.0.2.1]) by mx"));
    CHECK(text("ALL").ends_with("X-Two: one\nx-two: two\n"));
    CHECK(text("ALL-UNTRUSTED").starts_with("Received: from b.example"));
    CHECK(text("ALL-UNTRUSTED").ends_with("x-two: two\n"));
    CHECK(text("ALL-TRUSTED").starts_with("Received: from a.example"));
    CHECK(text("ALL-TRUSTED").ends_with("id 2\n"));
    CHECK(text("ALL-EXTERNAL") == text("ALL-UNTRUSTED"));
    CHECK(text("ALL-INTERNAL:raw")
              .starts_with("Received: from a.example (a.example [192.0.2.1])\n\t"));
}

TEST_CASE("what is not there has no text", "[headerquery]")
{
    const auto rendering = letter();
    for (const auto* query : {"X-None", "X-None:addr", "EnvelopeFrom", "Subject:addr", "all"})
        CHECK_FALSE(HeaderQuery::parse(query).text(rendering, boundaries()));
    CHECK(HeaderQuery::parse("X-None").first(rendering, boundaries()).empty());
    CHECK(HeaderQuery::parse("X-Spam-Relays-Internal").text(rendering, boundaries()));
}

TEST_CASE("questions are the same, however a field's name is written", "[headerquery]")
{
    struct Row {
        const char* one;
        const char* other;
        bool same;
    };
    const auto row = GENERATE(values<Row>({
        {"Message-Id", "Message-ID", true},
        {"to:addr", "To:addr", true},
        {"To:unknown", "To", true},
        {"ToCc", "tocc", true},
        {"From:first:addr", "From:addr:first", true},
        {"From:addr", "From:name", false},
        {"From", "From:raw", false},
        {"ALL", "all", false},  // that is a field
        {"MESSAGEID", "messageid", false},
    }));
    DYNAMIC_SECTION(row.one << " " << row.other)
    {
        CHECK((HeaderQuery::parse(row.one) == HeaderQuery::parse(row.other)) == row.same);
    }
}
