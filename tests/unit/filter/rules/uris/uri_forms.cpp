#include "milter/filter/rules/uris/uri_forms.hpp"

#include <set>

#include "milter/filter/rules/uris/host_forms.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/filter/rules/uris/boundaries.hpp"

namespace lazaret::filter::rules {
namespace {

using Forms = std::set<std::string>;

Forms forms(std::string_view uri, const Redirectors& redirectors = {})
{
    const auto list = forms_of(uri, Alphabet::Bytes, redirectors, small_world());
    return {list.begin(), list.end()};
}

TEST_CASE("an address is told in all its plain forms", "[uris]")
{
    struct Row {
        const char* uri;
        std::vector<std::string> others;  // besides itself
    };
    const auto row = GENERATE(values<Row>({
        {"http://example.org/", {}},
        {"#top", {}},
        {"/picture.gif", {}},
        {"x", {}},
        {"", {}},
        {"http:example.org", {"http://example.org"}},
        {"https:/example.org", {"https://example.org"}},
        {"http:\\\\example.org\\a", {"http://example.org/a"}},
        {"www.example.org", {"http://www.example.org"}},
        {"ftp.example.org", {"ftp://ftp.example.org"}},
        {"http://example.org?a", {"http://example.org/?a"}},
        {"http://example.org#a", {"http://example.org/#a"}},
        {"http://exam%70le.org/%20a%zz", {"http://example.org/%20a%25zz"}},
        {"http://example.org/&#65;&#x2e;&#065;&#10;", {"http://example.org/A.A&#10;"}},
        {"http://example.org/&#12290;&#xFF0E;", {"http://example.org/.."}},
        {"http://exam&#112;le.org",
         {"http://exam&/#112;le.org", "http://exam/#112;le.org",
          "http://www.exam&.com/#112;le.org"}},
        {"http://example.org:80/a", {"http://example.org/a"}},
        {"https://example.org:443", {"https://example.org"}},
        {"http://example.org:8080/a", {}},
        {"http://www.bank.test@example.org/", {}},
        {"http://тест.рф/a", {"http://xn--e1aybc.xn--p1ai/a"}},
        {"http://www.example.com谢谢/a",
         {"http://www.example.com/a", "http://www.example.xn--com-mz0ja/a"}},
        {"http://example.org!!!/a", {"http://example.org/a"}},
        {"http://bookshop/a", {"http://www.bookshop.com/a"}},
        {"http://www.bookshop", {"http://www.bookshop.com"}},
        {"http://localhost/a", {}},
        {"https://bookshop/a", {}},
        {"http://anna@bookshop/a", {}},
        {"http://2130706433/a", {"http://127.0.0.1/a"}},
        {"http://0x7f000001/", {"http://127.0.0.1/"}},
        {"http://0xAA7f000001/", {"http://127.0.0.1/"}},
        {"http://0300.0.2.0x1/", {"http://192..2.1/"}},
        {"mailto:anna@example.org?subject=a", {"mailto:anna@example.org"}},
        {"mailto:anna@example.org&x", {"mailto:anna@example.org"}},
        {"mailto:%20anna@example.org%20", {"mailto:anna@example.org"}},
        {"mailto:Anna%20B%20<anna@example.org>", {"mailto:anna@example.org"}},
    }));
    DYNAMIC_SECTION(row.uri)
    {
        auto expected = Forms{row.others.begin(), row.others.end()};
        expected.insert(row.uri);
        CHECK(forms(row.uri) == expected);
    }
}

TEST_CASE("line ends and blanks around an address go", "[uris]")
{
    CHECK(forms(" http://exam\r\nple.org/a b \n") == Forms{"http://example.org/a b"});
}

TEST_CASE("an address inside an address is one, too", "[uris]")
{
    CHECK(forms("http://a.test/?to=http:example.org&x") ==
          Forms{"http://a.test/?to=http:example.org&x", "http:example.org", "http://example.org"});
    CHECK(forms("http://a.test/?to=http:nothing") == Forms{"http://a.test/?to=http:nothing"});
}

TEST_CASE("redirectors are asked before", "[uris]")
{
    Redirectors redirectors;
    int asked = 0;
    redirectors.add("/go\\?to=(.*)", "i", [&asked](std::string_view uri) {
        ++asked;
        return std::optional{uri.substr(uri.find('=') + 1)};
    });
    CHECK(
        forms("http://a.test/GO?to=www.example.org", redirectors) ==
        Forms{"http://a.test/GO?to=www.example.org", "www.example.org", "http://www.example.org"});
    CHECK(asked == 1);
    forms("http://a.test/gone", redirectors);
    CHECK(asked == 1);
}

TEST_CASE("what a redirector's pattern needs is read from it", "[uris]")
{
    struct Row {
        const char* pattern;
        const char* needed;
    };
    const auto row = GENERATE(values<Row>({
        {"^http:\\/\\/a\\.test\\/\\w+\\/(.*)$", "http://a.test/"},
        {"^https?:/*(?:\\w+\\.)?go\\.test/r\\?q=(.*?)(?:$|[&#])", "go.test/r?q="},
        {"abc*def+g", "def"},
        {"ab{2}cd[e-z]f", "cd"},
        {"a|b", ""},
        {"(?i)abc", ""},
        {"(?:abc", ""},
        {"abc(?=def)", "abc"},
        {"\\x41bc", ""},
        {"abc\\", ""},
        {"[]abc]de", "de"},
        {"", ""},
        {"a{", ""},
    }));
    DYNAMIC_SECTION(row.pattern) { CHECK(text_needed_by(row.pattern, "i") == row.needed); }
    CHECK(text_needed_by("a b c", "ix").empty());
}

TEST_CASE("hostile addresses have few forms", "[uris]")
{
    std::string chain;
    while (chain.size() < 8000) chain += "http:a.b/";
    CHECK(forms(chain).size() == most_forms);
    for (const std::string_view piece :
         {"<", "@", "%20", "%41", "&#65;", ".", "0x", "\xFF", "&#x"}) {
        std::string uri = "http://";
        while (uri.size() < 8000) uri += piece;
        CAPTURE(piece);
        CHECK(forms(uri).size() <= most_forms);
        CHECK(forms("mailto:" + uri).size() <= most_forms);
        CHECK(forms(uri.substr(7)).size() <= most_forms);
    }
}

}  // namespace
}  // namespace lazaret::filter::rules
