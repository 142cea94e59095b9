#include <algorithm>
#include <array>
#include <random>
#include <set>
#include <sstream>

#include "milter/filter/message/html_document.hpp"
#include "milter/filter/message/html_text.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/print.hpp"

using namespace lazaret;
using namespace lazaret::filter;

// What read_html() reads without a tree, beside what stands in the tree that browsers make.
namespace {

struct Seen {
    std::vector<std::string> words;
    std::vector<std::string> links;
};

void add_words(std::string_view text, std::vector<std::string>& words)
{
    std::istringstream in{std::string{text}};
    for (std::string word; in >> word;) words.push_back(word);
}

bool is_hidden(const GumboElement& element)
{
    constexpr auto never_shown = std::to_array<GumboTag>(
        {GUMBO_TAG_HEAD, GUMBO_TAG_SCRIPT, GUMBO_TAG_STYLE, GUMBO_TAG_TITLE, GUMBO_TAG_TEMPLATE,
         GUMBO_TAG_NOFRAMES, GUMBO_TAG_IFRAME, GUMBO_TAG_NOEMBED});
    return std::find(never_shown.begin(), never_shown.end(), element.tag) != never_shown.end() ||
           attribute(element, "style") == "display:none";
}

bool is_apart(const GumboElement& element)
{
    constexpr auto apart = std::to_array<GumboTag>({
        GUMBO_TAG_ADDRESS, GUMBO_TAG_ARTICLE, GUMBO_TAG_BLOCKQUOTE, GUMBO_TAG_BR,
        GUMBO_TAG_CENTER,  GUMBO_TAG_DD,      GUMBO_TAG_DIV,        GUMBO_TAG_DT,
        GUMBO_TAG_FOOTER,  GUMBO_TAG_FORM,    GUMBO_TAG_H1,         GUMBO_TAG_H2,
        GUMBO_TAG_H3,      GUMBO_TAG_HEADER,  GUMBO_TAG_HR,         GUMBO_TAG_LI,
        GUMBO_TAG_OL,      GUMBO_TAG_P,       GUMBO_TAG_PRE,        GUMBO_TAG_SECTION,
        GUMBO_TAG_TABLE,   GUMBO_TAG_TD,      GUMBO_TAG_TH,         GUMBO_TAG_TR,
        GUMBO_TAG_UL,
    });
    return std::find(apart.begin(), apart.end(), element.tag) != apart.end();
}

// Words that touch are one word, but for those in elements that are apart.
Seen seen_in_tree(const std::string& html)
{
    const HtmlDocument document{html};
    std::string text;
    Seen seen;
    walk(
        document.root(),
        [&](const GumboNode& node) {
            const auto* element = element_of(&node);
            if (!element) {
                if (node.type != GUMBO_NODE_COMMENT) text += node.v.text.text;
                return false;
            }
            if (is_hidden(*element)) return false;
            if (is_apart(*element)) text += ' ';
            text += attribute(*element, "alt");
            const auto link = attribute(*element, "href");
            if (element->tag == GUMBO_TAG_A && !link.empty()) seen.links.emplace_back(link);
            return true;
        },
        [&](const GumboNode& node) {
            if (is_apart(node.v.element)) text += ' ';
        });
    add_words(text, seen.words);
    return seen;
}

Seen seen_without(const std::string& html)
{
    const auto read = read_html(html, 1 << 20, 1'000);
    Seen seen;
    add_words(read.text, seen.words);
    for (const auto& link : read.links) seen.links.push_back(link.url);
    return seen;
}

template <class Choices>
const auto& one_of(const Choices& choices, std::mt19937& random)
{
    return choices[random() % choices.size()];
}

// A document of some tags, all in disorder, and numbered words.
std::string made_up_document(std::mt19937& random)
{
    constexpr auto tags = std::to_array<std::string_view>(
        {"p",     "div",    "span",     "b",       "font",   "a",      "table",    "tr",
         "td",    "th",     "tbody",    "caption", "ul",     "li",     "dl",       "dt",
         "dd",    "h1",     "select",   "option",  "center", "button", "template", "textarea",
         "style", "script", "noscript", "pre",     "hr",     "br",     "i",        "nobr"});
    constexpr auto hiding =
        std::to_array<std::string_view>({"", "", "", " style='display:none'", " a='>'"});
    std::vector<std::string_view> few;
    for (int at = 0; at < 6; ++at) few.push_back(one_of(tags, random));
    std::string out = random() % 2 == 0 ? "<!DOCTYPE html>" : "";
    const auto pieces = 3 + random() % 30;
    for (unsigned at = 0; at < pieces; ++at) {
        const std::string tag{one_of(few, random)};
        switch (random() % 3) {
            case 0: out += " word" + std::to_string(at) + ' '; break;
            case 1: out += '<' + tag + std::string{one_of(hiding, random)} + '>'; break;
            default: out += "</" + tag + '>';
        }
    }
    return out;
}

}  // namespace

TEST_CASE("words and links are those of a browser's tree, in its order", "[html]")
{
    const std::string html = GENERATE(values<std::string>({
        "<html><head><title>t</title><style>s{}</style></head><body>a <b>b</b>c</body></html> d",
        "<!DOCTYPE html><meta charset=utf-8><p>a<p>b<br>c&nbsp;d &lt;e&gt; &eacute;&#8217;s",
        "<table><tr><td>a<td>b<tr><td><table><td>c</table>d</table>e",
        "<ul><li>a<ul><li>b</ul><li><a href=http://c.test/?d=1&amp;e=2>f</a></ul>",
        "<dl><dt>a<dd>b<dt>c<dd>d</dl><h1>e<h2>f</h1>g",
        "a<div style='display:none'>b<p>c</div>d<p style='display:none'>e<p>f",
        "<a href=http://a.test>b<a href=http://c.test>d</a></a>e",
        "<b>a<p>b</b>c</p>d<i>e<b>f</i>g</b>h",
        "<a href=http://a.test><table><tr><td>b</table></a>",
        "<img alt='a b'><img alt=c>d<img src=x>",
        "a<!-- b -->c<!-->d<!--->e<!-- --!>f<?g>h</ i>j<!k>l",
        "<textarea><style></textarea>a<title><b></title>b<style><!--</style>c",
        "<script><!--<script></script>a--></script>b<xmp><p>c</xmp>d",
        "<select><option>a<option>b<style>c</select>d<p>e",
        "<p title='>'>a<p title=\">\"b>c<p title=>d<p/x>e<p =>f",
        "&amp;&ampa&notit;&notin;&hellip;&#x80;&#0;&unknown;&",
        "<noscript><p>a</noscript>b<template><p>c</template>d<iframe><p>e</iframe>f",
        "a<input>b<button>c</button>d<label>e",
        "a<svg><title>b</title></svg>c<math><mi>d</mi></math>e<svg><p>f",
        "<center><font size=2>a<p>b</font>c</center>d",
        "a</p>b</br>c</div>d</table>e</td>f</body>g</html>h",
        "<div><td>a</td><tr>b</tr><tbody>c</div>d",
        "<pre>\na\n b</pre><listing>\nc</listing>d",
        "a<plaintext>b<p>c</plaintext>",
        "a<b",
        "a<b c='",
        "a</",
        "a<",
        "",
        "<",
        "</p>",
    }));
    CAPTURE(html);
    const auto tree = seen_in_tree(html);
    const auto read = seen_without(html);
    CHECK(read.words == tree.words);
    CHECK(read.links == tree.links);
}

TEST_CASE("nothing that a browser shows is missed, whatever the tags", "[html]")
{
    std::mt19937 random{20'070'401};
    for (int count = 0; count < 5'000; ++count) {
        const auto html = made_up_document(random);
        const auto read = seen_without(html).words;
        const std::set<std::string> known{read.begin(), read.end()};
        for (const auto& word : seen_in_tree(html).words) {
            if (known.contains(word) || !word.starts_with("word")) continue;
            INFO(html);
            FAIL_CHECK("missed: " << word);
        }
    }
}
