#include "milter/filter/rules/uris/uri_tests.hpp"

#include "milter/filter/rules/uris/uris.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/filter/rules/uris/boundaries.hpp"

namespace lazaret::filter::rules {
namespace {

// A part with one link, and as many others as said.
struct LinkedPart {
    LinkedPart(std::string uri, std::string text, std::size_t others = 0)
    {
        facts.anchors = {std::move(text), "other"};
        facts.uris.push_back({std::move(uri), static_cast<std::uint32_t>(UriElement::A), {0}});
        for (std::size_t link = 0; link < others; ++link)
            facts.uris.push_back({"http://www" + std::to_string(link) + ".example.com/",
                                  static_cast<std::uint32_t>(UriElement::A),
                                  {1}});
    }
    [[nodiscard]] std::span<const HtmlFacts* const> parts() const { return {&only, 1}; }

    HtmlFacts facts;
    const HtmlFacts* only = &facts;
};

TEST_CASE("redirectors to other domains are told", "[uris]")
{
    struct Row {
        const char* text;
        bool leads_on;
    };
    const auto row = GENERATE(values<Row>({
        {"http://a.example.org/?http://example.com/", true},
        {"http://a.example.org/?http:example.com", true},
        {"http://a.example.org/?http://b.example.org/", false},
        {"http://a.example.org/?http://b.example.org/?https://example.com", true},
        {"http://a.example.org/?http://", false},
        {"http://a.example.org/", false},
        {"http://example.orghttp://example.com", true},
    }));
    DYNAMIC_SECTION(row.text)
    {
        Uris uris;
        uris.list.emplace_back(row.text);
        CHECK(has_http_redirector(uris, small_world()) == row.leads_on);
    }
}

TEST_CASE("links that name another domain than theirs are told", "[uris]")
{
    struct Row {
        const char* uri;
        const char* text;
        bool is_mismatch;
    };
    const auto row = GENERATE(values<Row>({
        {"http://www.example.com/", "https://www.example.org/", true},
        {"http://www.example.com/", "see HTTPS://example.org now", true},
        {"http://www.example.com/", "https://shop.example.com", false},
        {"http://www.example.com/", "http://example.org", false},
        {"http://www.example.com/", "https://example.nowhere", false},
        {"http://www.example.com/", "https://192.0.2.1/", true},
        {"http://192.0.2.1/", "https://example.org", false},
        {"mailto:anna@example.com", "https://example.org", false},
        {"http://www.example.com/", "https:// https://example.org", true},
    }));
    DYNAMIC_SECTION(row.uri << ' ' << row.text)
    {
        const LinkedPart part{row.uri, row.text};
        CHECK(has_https_mismatch(part.parts(), 1, {}, small_world()) == row.is_mismatch);
    }
}

TEST_CASE("the number of links bounds the mismatch", "[uris]")
{
    const LinkedPart part{"http://www.example.com/", "https://example.org", 9};
    CHECK(has_https_mismatch(part.parts(), 1, {}, small_world()));
    CHECK(has_https_mismatch(part.parts(), 10, 11, small_world()));
    CHECK_FALSE(has_https_mismatch(part.parts(), 11, {}, small_world()));
    CHECK_FALSE(has_https_mismatch(part.parts(), 1, 10, small_world()));
}

TEST_CASE("links to a bare number that name https are told", "[uris]")
{
    const auto is_mismatch = [](const char* uri, const char* text) {
        const LinkedPart part{uri, text};
        return has_https_ip_mismatch(part.parts());
    };
    CHECK(is_mismatch("http://192.0.2.1/", "https://example.org"));
    CHECK(is_mismatch("http://user@192.0.2.1/", "secure https: here"));
    CHECK_FALSE(is_mismatch("http://192.0.2.1/", "https://192.0.2.1/"));
    CHECK_FALSE(is_mismatch("http://192.0.2.1/", "http://example.org"));
    CHECK_FALSE(is_mismatch("http://192.0.2./", "https://example.org"));
    CHECK_FALSE(is_mismatch("http://www.example.org/", "https://example.org"));
}

TEST_CASE("all conditions on an address must hold for the same one", "[uris]")
{
    using enum UriDetailCondition::Key;
    const std::string_view text = "www.example.org/a http://example.com/b";
    const auto uris = uris_of({std::span{&text, 1}, {}, {}}, {}, small_world());
    const auto has = [](std::string_view part) {
        return
            [part](std::string_view value) { return value.find(part) != std::string_view::npos; };
    };
    const auto check = [&uris](std::vector<UriDetailCondition> conditions) {
        return meets_all(uris, conditions);
    };
    CHECK(check({{Host, false, has("www.")}, {Cleaned, false, has("/a")}}));
    CHECK_FALSE(check({{Host, false, has("www.")}, {Cleaned, false, has("/b")}}));
    CHECK(check({{Domain, true, has("org")}, {Raw, false, has("/b")}}));
    CHECK_FALSE(check({{Text, true, has("anything")}}));
}

}  // namespace
}  // namespace lazaret::filter::rules
