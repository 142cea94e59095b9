#include <chrono>

#include "base/processor_time.hpp"
#include "milter/filter/rules/evals/uri_detail_match.hpp"
#include "milter/filter/rules/uris/uris.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/filter/rules/evals/content_case.hpp"
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
    [[nodiscard]] unsigned hits(std::string_view function,
                                const std::vector<std::string>& arguments = {}) const
    {
        Rendering rendering;
        rendering.all_html = {&facts};
        return hits_of(function, arguments, rendering, small_world());
    }

    HtmlFacts facts;
};

bool leads_on(std::string_view uri)
{
    Rendering rendering;
    rendering.uris.list.emplace_back(uri);
    return hits_of("check_for_http_redirector", {}, rendering, small_world()) > 0;
}

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
        {"http://example.orgHTTPS:example.com", true},
        {"http://http://example.com", false},
        {"ftp://example.org/?http://example.com/", false},
    }));
    DYNAMIC_SECTION(row.text) { CHECK(leads_on(row.text) == row.leads_on); }
}

TEST_CASE("a chain of redirectors is followed, but not for ever", "[uris]")
{
    const auto chain = [](int length) {
        std::string uri;
        for (int count = 0; count < length; ++count) uri += "http://a.example.org/?";
        return uri + "http://example.com/";
    };
    CHECK(leads_on(chain(40)));
    CHECK_FALSE(leads_on(chain(60)));
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
        CHECK((part.hits("check_https_http_mismatch", {"1"}) > 0) == row.is_mismatch);
    }
}

TEST_CASE("the number of links bounds the mismatch", "[uris]")
{
    const LinkedPart part{"http://www.example.com/", "https://example.org", 9};
    const auto hits = [&part](const std::vector<std::string>& bounds) {
        return part.hits("check_https_http_mismatch", bounds);
    };
    CHECK(hits({"1"}) == 1);
    CHECK(hits({"10", "11"}) == 1);
    CHECK(hits({"11"}) == 0);
    CHECK(hits({"1", "10"}) == 0);
}

TEST_CASE("links to a bare number that name https are told", "[uris]")
{
    const auto is_mismatch = [](const char* uri, const char* text) {
        const LinkedPart part{uri, text};
        return part.hits("check_https_ip_mismatch") > 0;
    };
    CHECK(is_mismatch("http://192.0.2.1/", "https://example.org"));
    CHECK(is_mismatch("http://user@192.0.2.1/", "secure https: here"));
    CHECK(is_mismatch("http://192.0.2.1@example.org/", "https://example.org"));
    CHECK_FALSE(is_mismatch("http://192.0.2.1/", "https://192.0.2.1/"));
    CHECK_FALSE(is_mismatch("http://192.0.2.1/", "http://example.org"));
    CHECK_FALSE(is_mismatch("http://192.0.2./", "https://example.org"));
    CHECK_FALSE(is_mismatch("http://www.example.org/", "https://example.org"));
}

TEST_CASE("all conditions on an address must hold for the same one", "[uris]")
{
    const std::string_view text = "www.example.org/a http://example.com/b";
    const auto uris = uris_of({std::span{&text, 1}, {}, {}}, {}, small_world());
    const auto matches = [&uris](std::vector<UriDetailTest::Term> terms) {
        const auto match = UriDetailMatch::compile({std::move(terms)});
        REQUIRE(match);
        return match->matches(uris);
    };
    CHECK(matches({{"host", false, {"www\\.", ""}}, {"cleaned", false, {"/a", ""}}}));
    CHECK_FALSE(matches({{"host", false, {"www\\.", ""}}, {"cleaned", false, {"/b", ""}}}));
    CHECK(matches({{"domain", true, {"org", ""}}, {"raw", false, {"/b", ""}}}));
    CHECK_FALSE(matches({{"text", true, {"anything", ""}}}));
    const auto slow_host = "(?:\\w+[.]?)+[!?]";  // is given up: nothing is known
    const auto long_text = std::string("http://example.org/") + std::string(100, 'a');
    const std::string_view long_uri = long_text;
    const auto slow = UriDetailMatch::compile({{{"raw", true, {slow_host, ""}}}});
    REQUIRE(slow);
    CHECK_FALSE(slow->matches(uris_of({std::span{&long_uri, 1}, {}, {}}, {}, small_world())));
}

TEST_CASE("a rule about addresses ends its search, however many there are", "[uris]")
{
    const std::string text = "abcdefghijklmnopqr!";
    Uris uris;
    uris.details.resize(20'000);
    for (auto& uri : uris.details) uri.anchor_text = {text};
    uris.details.back().anchor_text.assign(20'000, text);
    const auto match = UriDetailMatch::compile({{{"text", false, {"^(?:\\w+ ?)+$", ""}}}});
    REQUIRE(match);
    const auto begin = thread_processor_time();
    CHECK_FALSE(match->matches(uris));
    CHECK(thread_processor_time() - begin < std::chrono::seconds{2});
}

}  // namespace
}  // namespace lazaret::filter::rules
