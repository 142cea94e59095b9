#include "milter/filter/message/html_text.hpp"

#include "milter/filter/message/links.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/print.hpp"

using namespace lazaret;
using namespace lazaret::filter;

TEST_CASE("the text of HTML is what its reader sees", "[html]")
{
    struct Row {
        const char* says;
        std::string html;
        std::string text;
    };
    const auto row = GENERATE(values<Row>({
        {"blocks are lines", "<p>one</p><div>two<br>three</div>", "one\ntwo\nthree\n"},
        {"blanks are one blank", "a  \n b<b> c</b>", "a b c"},
        {"entities", "&lt;b&gt; &amp; &eacute;&#8364;&nbsp;", "<b> & é€\xC2\xA0"},
        {"no script, no style", "<style>p{}</style><script>x()</script>a", "a"},
        {"no title", "<title>t</title><body>a", "a"},
        {"comments are not seen", "a<!-- b -->c", "ac"},
        {"hidden by style", "a<span style='display : NONE'>b</span>", "a"},
        {"hidden by attribute", "a<span hidden>b</span>", "a"},
        {"hidden by size", "a<span style='color:red;font-size:0px'>b</span>", "a"},
        {"a size within no size", "<td style='font-size:0'><p style='font-size:12px'>b</p>", "b\n"},
        {"half a pixel is a size", "<span style='font-size:0.5em'>b</span>", "b"},
        {"alternative of an image", "<img src=x alt='our logo'>", "our logo"},
        {"words on buttons and in fields",
         "a<input type=Button value='Buy now'>b<input placeholder='Your name'><input type=image "
         "alt=c>",
         "a Buy now b Your name c"},
        {"labels",
         "<select><optgroup label=a><option label='b c'></select><textarea placeholder=d>",
         "a b c d"},
        {"a field shows nothing", "a<input>b<input type=HIDDEN value=x><input type=radio value=x>",
         "ab"},
        {"cells are apart", "<table><tr><td>a<td>b</table>", "a b\n"},
        {"CDATA is a comment", "a<![CDATA[b]]>c", "ac"},
        {"a broken tag", "a<b", "a"},
        {"NUL was replaced before", "a\xEF\xBF\xBD", "a\xEF\xBF\xBD"},
        {"nothing", "", ""},
    }));
    DYNAMIC_SECTION(row.says) { CHECK(read_html(row.html, 1000, 10).text == row.text); }
}

TEST_CASE("links of HTML have an address, a host and a text", "[html]")
{
    struct Row {
        const char* says;
        std::string html;
        std::string url;
        std::string host;
        std::string text;
    };
    const auto row = GENERATE(values<Row>({
        {"plain", "<a href='https://Example.org/x'>go <b>there</b></a> now",
         "https://Example.org/x", "example.org", "go there"},
        {"entities", "<a href='https://e.test/?a=1&amp;b=2'>x</a>", "https://e.test/?a=1&b=2",
         "e.test", "x"},
        {"mailto", "<a href='mailto:a@example.org'>mail</a>", "mailto:a@example.org", "", "mail"},
        {"javascript", "<a href='javascript:alert(1)'>x</a>", "javascript:alert(1)", "", "x"},
        {"a form", "<form action='http://collect.test/in'>", "http://collect.test/in",
         "collect.test", ""},
        {"a button", "<button formaction='http://collect.test/in'>go</button>",
         "http://collect.test/in", "collect.test", ""},
        {"an area of a map", "<map><area href='http://m.test/'></map>", "http://m.test/", "m.test",
         ""},
        {"never closed", "<a href='http://o.test/'>text", "http://o.test/", "o.test", "text"},
        {"hidden, for who hides it", "<a href='http://h.test/' style='display:none'>x</a>",
         "http://h.test/", "h.test", ""},
        {"on a base", "<base href='https://b.test/c/d?e'><a href='f/g'>x</a>",
         "https://b.test/c/f/g", "b.test", "x"},
        {"from the base's root", "<base href=https://b.test><a href='/m/'>x</a>",
         "https://b.test/m/", "b.test", "x"},
        {"with a slash turned round", "<base href='https://b.test/c'><a href='\\m'>x</a>",
         "https://b.test/m", "b.test", "x"},
        {"with the base's scheme", "<base href='https://b.test/c'><a href='https:m'>x</a>",
         "https://b.test/m", "b.test", "x"},
        {"with the base's scheme, and long",
         "<base href='https://b.test/'><a href='https:o.test/" + std::string(2'100, 'x') +
             "'>x</a>",
         "https://b.test/o.test/" + std::string(1'978, 'x'), "b.test", "x"},
        {"with a query", "<base href='https://b.test/c'><a href='?d'>x</a>", "https://b.test/c?d",
         "b.test", "x"},
        {"to another host than the base's", "<base href=https://b.test/><a href='//o.test/d'>x</a>",
         "//o.test/d", "o.test", "x"},
        {"to the base itself", "<base href='https://b.test/c'><a href='#d'>x</a>",
         "https://b.test/c", "b.test", ""},
        {"on a base that comes later", "<a href=c>x</a><base href=https://b.test/>",
         "https://b.test/c", "b.test", "x"},
        {"on the first base",
         "<base href=https://b.test/><base href=https://e.test><a href=c>x</a>", "https://b.test/c",
         "b.test", "x"},
        {"on one that counts",
         "<svg><base href=//a.test></svg><template><base href=https://c.test></template>"
         "<base href=https://b.test/><a href=c>x</a>",
         "https://b.test/c", "b.test", "x"},
        {"on no address of the web", "<base href='file:///b/'><a href=c>x</a>", "c", "", "x"},
        {"text that is another address", "<a href='http://evil.test/'>https://bank.example/</a>",
         "http://evil.test/", "evil.test", "https://bank.example/"},
    }));
    DYNAMIC_SECTION(row.says)
    {
        const auto links = read_html(row.html, 1000, 10).links;
        REQUIRE(links.size() == 1);
        CHECK(links[0].url == row.url);
        CHECK(links[0].host == row.host);
        CHECK(links[0].text == row.text);
    }
}

TEST_CASE("a link keeps its text, whatever stands in it", "[html]")
{
    struct Row {
        const char* says;
        std::string within;
    };
    const auto row = GENERATE(values<Row>({
        {"a hidden field", "<input type=hidden formaction=/x>"},
        {"a button", "<button formaction=/x></button>"},
        {"an area", "<area href=/x>"},
        {"a hidden area", "<area href=/x style='display:none'>"},
        {"a form", "<form action=/x style='display:inline'></form>"},
    }));
    DYNAMIC_SECTION(row.says)
    {
        const auto links =
            read_html("<a href=//evil.test>bank" + row.within + "</a> and more", 1000, 10).links;
        REQUIRE(links.size() == 2);
        CHECK(links[0].text == "bank");
        CHECK(links[1].text.empty());
    }
}

namespace {

std::string repeated(const std::string& piece, std::size_t count)
{
    std::string out;
    for (std::size_t at = 0; at < count; ++at) out += piece;
    return out;
}

std::string soft_hyphens(std::size_t count) { return repeated("\u00AD", count); }

}  // namespace

TEST_CASE("a host is what a browser would go to", "[links]")
{
    struct Row {
        const char* says;
        std::string url;
        std::string host;
    };
    const auto row = GENERATE(values<Row>({
        {"plain", "http://example.org", "example.org"},
        {"capitals and a port", "HTTP://WWW.Example.ORG:8080/", "www.example.org"},
        {"a user name that looks like a host", "http://bank.example@evil.test/", "evil.test"},
        {"backslashes", "http:\\\\evil.test\\a", "evil.test"},
        {"one slash", "http:/evil.test", "evil.test"},
        {"no scheme", "//evil.test/a", "evil.test"},
        {"a tab inside", "ht\ttp://ev\nil.test", "evil.test"},
        {"an escaped dot", "http://evil%2etest/", "evil.test"},
        {"IDN",
         "http://b\xC3\xBC"
         "cher.example/",
         "xn--bcher-kva.example"},
        {"IPv4", "http://192.0.2.1/", "192.0.2.1"},
        {"IPv6", "http://[2001:db8::1]:80/", "[2001:db8::1]"},
        {"brackets around a name", "http://[evil.test]/", ""},
        {"an emoji", "https://\u2764.evil.test/", "xn--qei.evil.test"},
        {"what only the DNS must know", "https://a!b$&',*();=+~\"`_.evil.test/",
         "a!b$&',*();=+~\"`_.evil.test"},
        {"hyphens anywhere", "https://-a--\u00E4-.evil.test/", "xn---a----jra.evil.test"},
        {"wide letters and dots", "https://\uFF45vil\u3002test/", "evil.test"},
        {"a final dot", "https://evil.test./", "evil.test"},
        {"a name that no browser opens", "https://a%2Fb.test/", ""},
        {"nor one of letters that are none", "https://\u2FF0.test/", ""},
        {"a long user name", "http://bank.example:" + std::string(2'000, 'a') + "@evil.test/x",
         "evil.test"},
        {"many slashes", "http:" + std::string(2'100, '/') + "evil.test/", "evil.test"},
        {"many blanks", "http://" + std::string(2'100, '\t') + "evil.test/", "evil.test"},
        {"letters that count for nothing", "http://e" + soft_hyphens(2'000) + "vil.test/",
         "evil.test"},
        {"and few of them", "http://e" + soft_hyphens(70) + "vil.test/", "evil.test"},
        {"letters apart from their marks",
         "http://" + repeated("e\u0301", 40) + repeated("\u3002a\u0308", 20) + "/",
         "xn--9c" + std::string(40, 'a') + repeated(".xn--4ca", 20)},
        {"too many marks", "http://" + repeated("\u0315", 300) + ".test/", ""},
        {"too long a name", "http://" + std::string(300, 'a') + ".test/", ""},
        {"a query right behind", "http://evil.test?x@bank.example", "evil.test"},
        {"a path", "/index.html", ""},
        {"mailto", "mailto:a@example.org", ""},
        {"data", "data:text/html,<b>", ""},
        {"nothing", "", ""},
        {"no host", "http://", ""},
    }));
    DYNAMIC_SECTION(row.says) { CHECK(host_of_url(row.url) == row.host); }
}

TEST_CASE("of a long address its host and path are kept", "[links]")
{
    struct Row {
        const char* says;
        std::string url;
        std::string kept;
    };
    const std::string path(2'000, 'p');
    const auto row = GENERATE_COPY(values<Row>({
        {"short as it is", "HTTP:\\\\u@Evil.test:80/x", "HTTP:\\\\u@Evil.test:80/x"},
        {"a long user name", "http://bank.example:" + path + "@evil.test/m/x",
         "http://evil.test/m/x"},
        {"many slashes", "http:" + std::string(2'100, '/') + "evil.test?x", "http://evil.test?x"},
        {"without a scheme", "//u" + path + "@evil.test/x", "//evil.test/x"},
        {"letters that count for nothing", "http://e" + soft_hyphens(2'000) + "vil.test/m/x",
         "http://evil.test/m/x"},
        {"a long path", "http://evil.test/" + path, "http://evil.test/" + path.substr(17)},
        {"no host", "mailto:" + path, "mailto:" + path.substr(7)},
    }));
    DYNAMIC_SECTION(row.says) { CHECK(kept_url(row.url) == row.kept); }
}

TEST_CASE("addresses are found in plain text, without the sentence around them", "[links]")
{
    struct Row {
        const char* says;
        std::string text;
        std::vector<std::string> urls;
    };
    const auto row = GENERATE(values<Row>({
        {"in a sentence", "See http://example.org/a.", {"http://example.org/a"}},
        {"in brackets", "(https://example.org/a)", {"https://example.org/a"}},
        {"in angle brackets", "<https://example.org/a?b=c>", {"https://example.org/a?b=c"}},
        {"www", "Visit www.example.org, now", {"www.example.org"}},
        {"capitals", "HTTP://EXAMPLE.ORG", {"HTTP://EXAMPLE.ORG"}},
        {"two", "http://a.test http://b.test", {"http://a.test", "http://b.test"}},
        {"of both kinds",
         "www.a.test, https://b.test and www.c.test: HTTP://d.test",
         {"www.a.test", "https://b.test", "www.c.test", "HTTP://d.test"}},
        {"one in another",
         "http://www.a.test/?http://b.test",
         {"http://www.a.test/?http://b.test"}},
        {"signs that begin none", "a: b. c:// ww. http:/a.test ahttps://b.test wwww.c.test", {}},
        {"inside a word", "xhttp://a.test", {}},
        {"no host", "http:// and www.", {}},
        {"a host that is no mail domain", "http://a!b.test", {"http://a!b.test"}},
        {"none", "nothing here", {}},
    }));
    DYNAMIC_SECTION(row.says)
    {
        std::vector<Message::Link> links;
        CHECK(add_links_of_text(row.text, 10, links));
        std::vector<std::string> urls;
        for (const auto& link : links) urls.push_back(link.url);
        CHECK(urls == row.urls);
    }
}
