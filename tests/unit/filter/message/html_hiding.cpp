#include "milter/filter/message/html_text.hpp"
#include "milter/filter/message/visibility.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/print.hpp"

using namespace lazaret;
using namespace lazaret::filter;

namespace {

std::string words(bool said) { return said ? "yes" : "no"; }
std::string words(const std::optional<bool>& said) { return said ? words(*said) : "-"; }

}  // namespace

TEST_CASE("a style attribute says what is seen", "[html]")
{
    struct Row {
        const char* says;
        std::string style;
        std::string said;  ///< no_display, no_size
    };
    const auto row = GENERATE(values<Row>({
        {"nothing", "", "- -"},
        {"display", "display:none", "yes -"},
        {"blanks and capitals", " Display :\n NONE ; ", "yes -"},
        {"a value that only begins so", "display:nonesuch", "no -"},
        {"a name that only ends so", "x-display:none", "- -"},
        {"the last counts", "display:none;display:block", "no -"},
        {"but for !important", "display:none ! important;display:block", "yes -"},
        {"for both", "display:block!important;display:none", "no -"},
        {"size", "font-size:0", "- yes"},
        {"with a unit", "font-size: 0.0EM", "- yes"},
        {"some size", "font-size:0.5px", "- no"},
        {"no unit that exists", "font-size:0x", "- no"},
        {"a word", "font-size:small", "- no"},
        {"the shorthand", "font-size:0;font:12px serif", "- no"},
        {"in a string", "font-family:';display:none;'", "- -"},
        {"in a broken string", "a:'\n;display:none", "yes -"},
        {"in brackets", "background:url(;display:none;)", "- -"},
        {"in brackets that do not fit", "a:(];display:none", "- -"},
        {"in a comment", "/*;display:none;*/", "- -"},
        {"behind a comment", "/* ; */;display:none", "yes -"},
        {"an escape", "display:none;f\\6fnt-size:12px", "no no"},
    }));
    DYNAMIC_SECTION(row.says)
    {
        const auto said = visibility_of(row.style);
        CHECK(words(said.no_display) + ' ' + words(said.no_size) == row.said);
    }
}

TEST_CASE("text is hidden where a browser hides it, and nowhere else", "[html]")
{
    struct Row {
        const char* says;
        std::string html;
        std::string text;
    };
    const auto row = GENERATE(values<Row>({
        {"a paragraph ends at the next", "<p hidden>x<p>seen", "seen\n"},
        {"an item too", "<ul><li hidden>x<li>seen</ul>", "seen\n"},
        {"and a cell", "<table><tr><td hidden>x<td>seen</table>", "seen\n"},
        {"and an option", "<select><option hidden>x<option>seen</select>", "seen"},
        {"a list in an item", "<li hidden><ul><li>x</ul>y</li>seen", "seen"},
        {"an end tag that ends nothing", "<div hidden>x</span></td>y</div>seen", "seen"},
        {"one that does not reach out", "<div hidden><table><td></div>x</table>y</div>seen",
         "seen"},
        {"inner ones of the same name", "<span hidden><span>x</span>y</span>seen", "seen"},
        {"names that are unknown", "<o:p hidden><o:q>x</o:p>seen", "seen"},
        {"a block in a paragraph ends it", "<p hidden>x<div>seen</div>", "seen\n"},
        {"but no table, without DOCTYPE", "<p hidden>x<table><td>y</table>", ""},
        {"with one it does", "<!DOCTYPE html><p hidden>x<table><td>seen</table>", "seen\n"},
        {"text right in a table", "<table hidden>seen<td>x</table>", "seen"},
        {"and elements", "<table hidden><b>seen</b><td>x</table>", "seen"},
        {"but not in a cell", "<table hidden><td><b>x</b></table>seen", "seen"},
        {"a cell without a table", "<td hidden>seen", "seen"},
        {"a body that is implied", "<table hidden><td></tbody>seen", "seen"},
        {"formatting goes on behind its block", "<p><b hidden>x</p>y</b>seen", "seen"},
        {"not into a cell", "<p><b hidden>x</p><table><td>seen</table>", "seen\n"},
        {"and ends where a block is open", "<b hidden>x<p>y</b>seen", "seen\n"},
        {"a block that comes out", "<b><span hidden><p>seen</b>", "seen\n"},
        {"formatting that goes in", "<b style='font-size:9px'><p style='font-size:0'>seen</b>",
         "seen\n"},

        {"what many mail programs do not know", "<p style='visibility:hidden'>seen", "seen\n"},
        {"a style that shows what an attribute hides", "<p hidden style='display:block'>seen",
         "seen\n"},
        {"no size, and a font with one", "<p style='font-size:0'>x<font size=2>seen", "seen\n"},
        {"no size, and a table in quirks mode",
         "<div style='font-size:0'>x<table><td>seen</table></div>", "seen\n"},
        {"no size, and a table in standards mode",
         "<!DOCTYPE html><div style='font-size:0'>x<table><td>y</table></div>", ""},
        {"an image with a size", "<p style='font-size:0'><img style='font-size:9px' alt=seen>",
         "seen\n"},
        {"no size, and SVG with one",
         "<p style='font-size:0'>x<svg><text font-size=9>seen</text></svg>", "seen\n"},
        {"a style sheet may show it", "<style>p{}</style><p style='display:none'>seen", "seen\n"},
        {"and what has no size", "<style>p{}</style><p style='font-size:0'>seen", "seen\n"},
        {"also one that comes later", "<p hidden>seen<style>p{}</style>", "seen\n"},
        {"or is in SVG", "<p hidden>seen</p><svg><style>p{}</style></svg>", "seen\n"},
        {"or is linked", "<link REL='Alternate StyleSheet'><p hidden>seen", "seen\n"},
        {"but no other link", "<link rel=icon><p hidden>x</p>seen", "seen"},
        {"a body says nothing", "<body hidden>seen", "seen"},
        {"an object shows what is in it", "<object>seen</object>", "seen"},
        {"a template never does", "<template>x<p>y</template>seen", "seen"},

        {"a comment that ends at once", "<!-->seen<!-- -->", "seen"},
        {"a style in a text area", "<textarea><style></textarea>seen</style>", "<style>seen"},
        {"a style in a select", "<select><style></select>seen</style>", "seen"},
        {"a style in SVG", "<svg><style><p>seen</style>", "seen\n"},
        {"CDATA in SVG", "<svg><![CDATA[seen]]></svg>", "seen"},
        {"SVG ends at what is HTML", "<svg hidden>x<b>seen</b>", "seen"},
        {"HTML in SVG", "<svg><foreignObject><style>x</style>seen", "seen"},
        {"a form in a form", "<form><form hidden>seen", "seen\n"},
        {"a link in a link", "<a hidden>x<a>seen</a>", "seen"},
    }));
    DYNAMIC_SECTION(row.says) { CHECK(read_html(row.html, 1000, 10).text == row.text); }
}

TEST_CASE("behind what is nested too deep all text is seen", "[html]")
{
    std::string html;
    for (int depth = 0; depth < 600; ++depth) html += "<div hidden>";
    html += "seen";
    const auto read = read_html(html, 1000, 10);
    CHECK(read.text == "seen");
    CHECK(read.cut_short);
}

TEST_CASE("a link ends where a browser ends it", "[html]")
{
    struct Row {
        const char* says;
        std::string html;
        std::vector<std::string> texts;
    };
    const auto row = GENERATE(values<Row>({
        {"at the next", "<a href=//a.test>one<a href=//b.test>two</a>three", {"one", "two"}},
        {"with its cell", "<table><td><a href=//a.test>one<td>two</table>", {"one"}},
        {"with its paragraph", "<p><a href=//a.test>one</p>two", {"one"}},
        {"around blocks", "<a href=//a.test><div>one</div><div>two</div></a>three", {"one\ntwo"}},
        {"in SVG", "<svg><a xlink:href=//a.test>one</a>two", {"one"}},
        {"hidden ones show nothing", "<a hidden href=//a.test>one</a>two", {""}},
    }));
    DYNAMIC_SECTION(row.says)
    {
        std::vector<std::string> texts;
        for (const auto& link : read_html(row.html, 1000, 10).links) texts.push_back(link.text);
        CHECK(texts == row.texts);
    }
}
