#include "milter/filter/rules/rendering/html_rendering.hpp"
#include "milter/filter/rules/rendering/html_source.hpp"
#include "milter/filter/rules/rendering/target_uri.hpp"
#include "tests/support/catch.hpp"

using namespace lazaret::filter::rules;

namespace {

std::string pieces_of(std::string_view html)
{
    HtmlSource source{html};
    std::string out;
    for (;;) {
        const auto kind = source.next();
        if (kind == HtmlSource::Kind::End) return out;
        constexpr std::string_view letters = "TSECD";
        out += letters[static_cast<std::size_t>(kind)];
        out += '(';
        out += source.text();
        if (kind == HtmlSource::Kind::StartTag)
            for (const auto& one : source.attributes())
                out += ' ' + std::string{one.name} + '=' + std::string{one.value};
        out += ')';
    }
}

}  // namespace

TEST_CASE("HTML is cut as the rules' tests count it", "[rendering]")
{
    struct Row {
        const char* says;
        std::string html;
        std::string pieces;
    };
    const auto row = GENERATE(values<Row>({
        {"tags and text", "a <b>c</b>", "T(a )S(b)T(c)E(b)"},
        {"attributes", "<a href=x b='c d' e>t", "S(a href=x b=c d e=e)T(t)"},
        {"no blank between attributes", "<a b=\"c\"d=e>", "S(a b=c d=e)"},
        {"a closed start tag", "<br/><hr />", "S(br)S(hr)"},
        {"but not with attributes", "<br a/>", "S(br a/=a/)"},
        {"names as they come", "<a.b$c>", "S(a.b$c)"},
        {"no tag", "a < b <1>", "T(a )T(<)T( b)T( )T(<1>)"},
        {"a comment", "<!-- a -- b -->c", "C(<!-- a -- b -->)T(c)"},
        {"a comment with a blank in its end", "<!-- a -- >c", "C(<!-- a -- >)T(c)"},
        {"a comment never closed", "<!-- a > b", "C(<!-- a >)T( b)"},
        {"a conditional", "<![if !mso]>a<![endif]>", "C(<![if !mso]>)T(a)C(<![endif]>)"},
        {"a declaration", "<!DOCTYPE html>", "D(<!DOCTYPE html>)"},
        {"an instruction is nothing", "<?xml a?>b", "T(b)"},
        {"an end tag without name", "</ a>b", "C(</ a>)T(b)"},
        {"an end tag with a quoted end", "</a b='>'>c", "E(a)T(c)"},
        {"a script", "<script>a<b></script>c", "S(script)T(a<b>)E(script)T(c)"},
        {"a style never closed", "<style>a<b>", "S(style)T(a<b>)E(style)"},
        {"a title never closed", "<title>a<b>c", "S(title)T(a)E(title)S(b)T(c)"},
        {"CDATA", "<![CDATA[a<b>]]>c", "T(a<b>)T(c)"},
        {"a tag never closed", "a<b c", "T(a)C(<b c)"},
        {"nothing", "", ""},
    }));
    DYNAMIC_SECTION(row.says)
    {
        auto pieces = pieces_of(row.html);
        // How a text is cut matters to nobody.
        for (auto at = pieces.find(")T("); at != std::string::npos; at = pieces.find(")T("))
            pieces.erase(at, 3);
        auto wanted = row.pieces;
        for (auto at = wanted.find(")T("); at != std::string::npos; at = wanted.find(")T("))
            wanted.erase(at, 3);
        CHECK(pieces == wanted);
    }
}

TEST_CASE("what a reader sees of HTML is kept apart from what not", "[rendering]")
{
    struct Row {
        const char* says;
        std::string html;
        std::string visible;
        std::string invisible;
    };
    const auto row = GENERATE(values<Row>({
        {"all is seen", "a<p>b</p>c<br>d", "a\n\nb\n\nc\nd", ""},
        {"cells", "<td>a</td><td>b</td>", " a  b ", ""},
        {"blanks", " a\n\n b <br> c", " a b\nc", ""},
        {"white on white", "a<font color=white>b</font>c", "ac", "b"},
        {"nearly white", "<font color='#fefefe'>b</font>", "", "b"},
        {"an invalid colour", "<font color=ff0000>b</font>", "", "b"},
        {"a good colour", "<font color=#F00>b</font>", "b", ""},
        {"small", "<font size=1>b</font>", "", "b"},
        {"smaller", "<font size=-2>b</font><big>c</big>", "c", "b"},
        {"not displayed", "a<span style='display:none'>b<i>c</i></span>d", "ad", "bc"},
        {"hidden", "<div style='VISIBILITY:x; visibility: hidden'>b</div>", "\n\n", "b"},
        {"black on black", "<td style='background-color:rgb(0,0,0)'>b</td>", "  ", "b"},
        {"a background", "<p style='background: url(x) #000 no-repeat'>b", "\n\n", "b"},
        {"transparent", "<p style='color:transparent'>b", "\n\n", "b"},
        {"important", "<p style='color:red !important'>b", "\n\nb", ""},
        {"blanks are seen", "<font color=white>a<b> </b></font>", " ", "a"},
        {"cells close cells", "<tr><td><font color=white>a<td>b",
         " "
         " b",
         "a"},
        {"scripts and styles are no text", "<script>a</script><style>b</style>c", "c", ""},
    }));
    DYNAMIC_SECTION(row.says)
    {
        const auto html = render_html(row.html, false);
        CHECK(html.visible.text == row.visible);
        CHECK(html.invisible.text == row.invisible);
    }
}

TEST_CASE("character references for rules are those of HTML 4", "[rendering]")
{
    struct Row {
        const char* says;
        std::string html;
        std::string text;
    };
    const auto row = GENERATE(values<Row>({
        {"names", "&amp;&eacute;&euro;", "&é€"},
        {"without their end", "&copy2 &eurox", "©2 &eurox"},
        {"no such name", "&commat;&x;", "&commat;&x;"},
        {"numbers", "&#65;&#x42;&#8364", "AB€"},
        {"as they are", "&#146;", "\xC2\x92"},
        {"two halves", "&#55357;&#56832;", "\xF0\x9F\x98\x80"},
        {"a half alone", "&#55357;x", "\xEF\xBF\xBDx"},
        {"none", "&#0; &#x; &#99999999; &", "&#0; &#x; &#99999999; &"},
        {"a blank", "a&nbsp;b", "a b"},
        {"typographic quotes", "“a”", "\"a\""},
    }));
    DYNAMIC_SECTION(row.says) { CHECK(render_html(row.html, true).all.text == row.text); }
}

TEST_CASE("facts of HTML", "[rendering]")
{
    const auto facts =
        render_html(
            "<!doctype html><html><head><title>T</title><meta http-equiv=Content-Type "
            "content='text/html; charset=koi8-r'></head><body><!-- c --><o:p></o:p><foo>"
            "<img width=10 height=50%><font face='2x' size=5>v<b></b>i</font></x>"
            "<form action='mailto:a@example.org'><embed></body></html>",
            false)
            .facts;
    REQUIRE(facts.inside("body"));
    CHECK(*facts.inside("body") == 0);
    CHECK(*facts.inside("foo") == 1);
    CHECK(facts.inside("table") == nullptr);
    CHECK(facts.titles == std::vector<std::string>{"T"});
    CHECK(facts.comments == std::vector<std::string>{"<!-- c -->"});
    CHECK(facts.charsets == std::vector<std::string>{"koi8-r"});
    CHECK(facts.image_area == 3'000);
    CHECK(facts.has_font_face_bad);
    CHECK(facts.has_mailto_form);
    CHECK(facts.has_embeds);
    CHECK(facts.number("max_size") == 5.0);
    CHECK(facts.number("obfuscation_ratio") > 0.0);
    CHECK(facts.number("closed_extra_ratio") > 0.0);
    CHECK(facts.number("bad_tag_ratio") > 0.0);
    CHECK(facts.number("html") == 1.0);
    CHECK_FALSE(facts.number("uri_truncated"));
    CHECK_FALSE(facts.number("no such"));
}

TEST_CASE("addresses of HTML", "[rendering]")
{
    const auto facts =
        render_html(
            "<base href='http://e.test/a/index.html'><a href=' ../b?c#d '>one</a>"
            "<a href='https://x.example/'>two<img src='cid:i'></a>"
            "<a href='https://x.example/'>three</a>"
            "<meta http-equiv=refresh content='0; URL=http://m.test/ ; x'><a name=n>four",
            false)
            .facts;
    std::vector<std::string> uris;
    for (const auto& uri : facts.uris) {
        auto& line = uris.emplace_back(uri.uri);
        for (const auto element : uri_elements())
            if (uri.is_in(element)) line += ' ' + std::string{name_of(element)};
        for (const auto anchor : uri.anchors) line += " '" + facts.anchors[anchor] + "'";
    }
    CHECK(uris == std::vector<std::string>{"http://e.test/a/index.html base",
                                           "http://e.test/b?c#d a", "../b?c#d 'one'",
                                           "https://x.example/ a 'two<img>\n' 'three'", "cid:i img",
                                           "http://m.test/ meta", " 'four'"});
}

TEST_CASE("references mean something by their base", "[rendering]")
{
    struct Row {
        const char* base;
        const char* reference;
        const char* target;
    };
    const auto row = GENERATE(values<Row>({
        {"http://e.test/a/b", "c", "http://e.test/a/c"},
        {"http://e.test/a/b", "../c", "http://e.test/c"},
        {"http://e.test/a/b", "../../../c", "http://e.test/c"},
        {"http://e.test/a/b/d", "..", "http://e.test/a/"},
        {"http://e.test/a/b", "./c/./d/../f", "http://e.test/a/c/f"},
        {"http://e.test/a/b", "/c", "http://e.test/c"},
        {"http://e.test/a/b", "?q", "http://e.test/a/b?q"},
        {"http://e.test/a/b", "#f", "http://e.test/a/b#f"},
        {"http://e.test/a/b", "//f.test/x", "http://f.test/x"},
        {"http://e.test/a/b", "https://f.test/./x", "https://f.test/x"},
        {"http://e.test", "c", "http://e.test/c"},
        {"", "//www.f.test/x", "http://www.f.test/x"},
        {"", "//ftp2.f.test/x", "ftp://ftp2.f.test/x"},
        {"", "x/y", "x/y"},
        {"", "", ""},
    }));
    DYNAMIC_SECTION(row.base << " and " << row.reference)
    {
        CHECK(target_uri(row.base, row.reference) == row.target);
    }
    CHECK(usable_base("http://e.test/a/x.html") == "http://e.test/a/");
    CHECK(usable_base("http://e.test") == "http://e.test/");
    CHECK(usable_base("mailto:a@example.org").empty());
}
