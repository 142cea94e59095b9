#include "milter/filter/rules/uris/uris.hpp"

#include <algorithm>

#include "tests/support/catch.hpp"
#include "tests/unit/filter/rules/uris/boundaries.hpp"

namespace lazaret::filter::rules {
namespace {

Uris of_text(std::string_view text)
{
    return uris_of({std::span{&text, 1}, {}, {}}, {}, small_world());
}

TEST_CASE("a text's addresses get their schemes", "[uris]")
{
    using enum UriOrigin;
    struct Row {
        const char* text;
        const char* raw;  // "": none
        bool is_schemeless;
        bool is_unlinked;
    };
    const auto row = GENERATE(values<Row>({
        {"http://www.example.org/a", "http://www.example.org/a", false, false},
        {"www.example.org", "http://www.example.org", true, false},
        {"ftp.example.org", "ftp://ftp.example.org", true, false},
        {"example.org", "http://example.org", true, true},
        {"anna@example.org", "mailto:anna@example.org", true, false},
        {"E-Mail:anna@example.org", "mailto:anna@example.org", true, false},
        {"skype::anna@example.org", "mailto:anna@example.org", true, false},
        {"mailto:anna%40example.org", "", false, false},
        {"mailto:anna%2Eb@example.org", "mailto:anna.b@example.org", false, false},
        {"anna@example.nowhere", "", false, false},
        {"vi@gra", "", false, false},
        {"a.test/b@example.org", "http://a.test/b@example.org", true, false},
        {"cid:part@example.org", "", false, false},
        {"http://example.nowhere/", "", false, false},
        {"http://192.0.2.1/", "http://192.0.2.1/", false, false},
        {"exa_mple.org", "", false, false},
    }));
    DYNAMIC_SECTION(row.text)
    {
        const auto uris = of_text(row.text);
        if (row.raw == std::string_view{}) {
            CHECK(uris.details.empty());
            return;
        }
        REQUIRE(uris.details.size() == 1);
        const auto& detail = uris.details.front();
        CHECK(detail.raw == row.raw);
        CHECK(detail.is(Parsed));
        CHECK(detail.is(Schemeless) == row.is_schemeless);
        CHECK(detail.is(Unlinked) == row.is_unlinked);
        CHECK(uris.list.front() == row.raw);
    }
}

TEST_CASE("the HTML's addresses join the text's", "[uris]")
{
    HtmlFacts facts;
    facts.anchors = {"here", "there", "here"};
    facts.uris.push_back(
        {"http://www.example.org/", static_cast<std::uint32_t>(UriElement::A), {0, 1, 2}});
    facts.uris.push_back({"#top", static_cast<std::uint32_t>(UriElement::A), {}});
    facts.uris.push_back({"somewhere.html", 0, {1}});
    const auto* html = &facts;
    const std::string_view text = "at http://www.example.org/ now";
    const auto uris = uris_of({std::span{&text, 1}, std::span{&html, 1}, {}}, {}, small_world());

    REQUIRE(uris.details.size() == 3);
    CHECK(uris.details[0].is(UriElement::A));
    CHECK(uris.details[0].is(UriOrigin::Parsed));
    CHECK(uris.details[0].anchor_text == std::vector<std::string_view>{"here", "there"});
    CHECK(uris.details[0].hosts == std::vector<HostAndDomain>{{"www.example.org", "example.org"}});
    CHECK(uris.details[1].hosts.empty());
    CHECK(uris.details[2].is(UriOrigin::Parsed));
    CHECK(std::count(uris.list.begin(), uris.list.end(), "http://www.example.org/") == 1);
    CHECK(std::count(uris.list.begin(), uris.list.end(), "#top") == 1);
}

TEST_CASE("signatures name hosts that no rule matches", "[uris]")
{
    const std::string_view field = " v=1; a=rsa-sha256; bd=no.test; d = mail.example.org ; s=one";
    const UriSources sources{{}, {}, std::span{&field, 1}};
    const auto uris = uris_of(sources, {}, small_world());
    REQUIRE(uris.details.size() == 1);
    CHECK(uris.details[0].raw == "domainkeys:mail.example.org");
    CHECK(uris.details[0].is(UriOrigin::Domainkeys));
    CHECK(uris.details[0].cleaned.empty());
    CHECK(uris.list.empty());

    UriSettings settings;
    settings.reads_signatures = false;
    CHECK(uris_of(sources, settings, small_world()).details.empty());
}

TEST_CASE("addresses that attachments link to are of the message", "[uris]")
{
    const std::vector<std::string> attached{"http://www.example.org/form", "example.com"};
    const auto uris = uris_of({{}, {}, {}, attached}, {}, small_world());
    REQUIRE(uris.details.size() == 2);
    REQUIRE(uris.details[0].hosts.size() == 1);
    CHECK(uris.details[0].hosts[0].host == "www.example.org");
}

TEST_CASE("a message's addresses are bounded", "[uris]")
{
    std::string text;
    for (int link = 0; link < 200; ++link)
        text += "http://www.example.org/" + std::to_string(link) + ' ';
    const std::string_view view = text;
    UriSettings settings;
    settings.most = 100;
    const auto few = uris_of({std::span{&view, 1}, {}, {}}, settings, small_world());
    CHECK(few.details.size() == 50);
    CHECK(few.has_more);

    settings = {};
    settings.most_bytes = 1000;
    CHECK(uris_of({std::span{&view, 1}, {}, {}}, settings, small_world()).has_more);
}

TEST_CASE("a form that is too long is cut", "[uris]")
{
    HtmlFacts facts;
    facts.uris.push_back({"http://www.example.org/" + std::string(8192, '\\'), 0, {}});
    const auto* html = &facts;
    const auto uris = uris_of({{}, std::span{&html, 1}, {}}, {}, small_world());
    CHECK(uris.has_truncated);
    for (const auto form : uris.list) CHECK(form.size() <= 8192);
}

}  // namespace
}  // namespace lazaret::filter::rules
