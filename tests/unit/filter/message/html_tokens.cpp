#include "milter/filter/message/html_tokens.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/print.hpp"

using namespace lazaret;
using namespace lazaret::filter;

namespace {

// The tokens, one behind the other: `(text)`, `<name a=value>`, `</name>`, `!doctype`. Of the
// attributes only `a` is shown. The content of these elements is read as browsers read it.
std::string tokens_of(std::string_view html)
{
    HtmlTokens tokens{html};
    std::string out;
    for (;;) {
        const auto kind = tokens.next();
        const std::string name{tokens.name()};
        switch (kind) {
            case HtmlTokens::Kind::Text: out += '(' + std::string{tokens.text()} + ')'; break;
            case HtmlTokens::Kind::StartTag:
                out += '<' + name;
                if (tokens.has_attribute("a")) out += " a=" + std::string{tokens.attribute("a")};
                out += tokens.self_closing() ? "/>" : ">";
                break;
            case HtmlTokens::Kind::EndTag: out += "</" + name + '>'; break;
            case HtmlTokens::Kind::Doctype: out += '!' + std::string{tokens.doctype()}; break;
            case HtmlTokens::Kind::End: return out;
        }
        if (kind != HtmlTokens::Kind::StartTag) continue;
        if (name == "title") tokens.read_content_as(HtmlTokens::Content::Rcdata);
        if (name == "style") tokens.read_content_as(HtmlTokens::Content::Rawtext);
        if (name == "script") tokens.read_content_as(HtmlTokens::Content::Script);
        if (name == "plaintext") tokens.read_content_as(HtmlTokens::Content::Plaintext);
        tokens.allow_cdata(name == "svg");
    }
}

}  // namespace

TEST_CASE("HTML is cut into tokens as the standard does", "[html]")
{
    struct Row {
        const char* says;
        std::string html;
        std::string tokens;
    };
    const auto row = GENERATE(values<Row>({
        {"text and tags", "x<p>y</p>z", "(x)<p>(y)</p>(z)"},
        {"names as written", "<P></DIV>", "<P></DIV>"},
        {"a name takes what is no blank, slash or end", "<a<b:\"c>", "<a<b:\"c>"},
        {"a lone less-than", "1 < 2 <3 <", "(1 < 2 <3 <)"},
        {"an end tag without a name", "a</>b", "(a)(b)"},
        {"the start of one at the end", "a</", "(a</)"},
        {"an end tag that is none", "a</ b>c</3>d", "(a)(c)(d)"},
        {"attributes of an end tag", "</p a='>'>x", "</p>(x)"},
        {"self-closing", "<a/><a /><a / ><a b/>", "<a/><a/><a><a/>"},

        {"values in double quotes", "<p a=\"b>c'd\">", "<p a=b>c'd>"},
        {"in single quotes", "<p a='b>c\"d'>", "<p a=b>c\"d>"},
        {"in none", "<p a=b/c=d\"e >", "<p a=b/c=d\"e>"},
        {"blanks around the sign", "<p a \n=\t b>", "<p a=b>"},
        {"no value", "<p a><p a=>", "<p a=><p a=>"},
        {"names in capitals", "<p A=b>", "<p a=b>"},
        {"the first counts", "<p a=1 a=2 A=3>", "<p a=1>"},
        {"nothing between two", "<p b='1'a='2'>", "<p a=2>"},
        {"slashes between", "<p/b/a=1>", "<p a=1>"},
        {"a sign begins a name", "<p =a=1 a=2>", "<p a=2>"},
        {"quotes in a name", "<p \"a=1 a=2>", "<p a=2>"},
        {"references in a value", "<p a='&lt;&#65;&amp'>", "<p a=<A&>"},
        {"line ends in a value", "<p a='1\r\n2\r3'>", "<p a=1\n2\n3>"},
        {"no end of a tag", "x<p a=b", "(x)"},
        {"no end of a value", "x<p a=\"b>c</p>", "(x)"},

        {"a comment", "a<!-- b -- > - c -->d", "(a)(d)"},
        {"the shortest", "a<!-->b<!--->c<!---->d", "(a)(b)(c)(d)"},
        {"an end with a bang", "a<!-- b --!>c", "(a)(c)"},
        {"many hyphens", "a<!-----b----->c", "(a)(c)"},
        {"a comment in a comment", "a<!-- <!-- b --> c", "(a)( c)"},
        {"one that begins at its end", "a<!-- <!-->b", "(a)(b)"},
        {"no end of a comment", "a<!-- b", "(a)"},
        {"what counts as a comment", "a<?b>c<!d>e</ f>g<![CDATA[h]]>i", "(a)(c)(e)(g)(i)"},
        {"CDATA in SVG", "<svg><![CDATA[<b>&amp;]]>c", "<svg>(<b>&amp;)(c)"},
        {"a DOCTYPE", "<!DocType html \"a\">x", "! html \"a\"(x)"},

        {"a title", "<title>a<b>&amp;</titles></TITLE >c", "<title>(a<b>&</titles>)</TITLE>(c)"},
        {"a title without end", "<title>a</title", "<title>(a</title)"},
        {"an empty title", "<title></title>a", "<title></title>(a)"},
        {"a style", "<style>a<!--</style>-->&amp;", "<style>(a<!--)</style>(-->&)"},
        {"no references in a style", "<style>&amp;</style/>", "<style>(&amp;)</style>"},
        {"plaintext", "<plaintext></plaintext>&amp;", "<plaintext>(</plaintext>&amp;)"},
        {"a script", "<script>a</b></script>c", "<script>(a</b>)</script>(c)"},
        {"a comment in a script", "<script><!--</script>-->", "<script>(<!--)</script>(-->)"},
        {"a script in it", "<script><!--<script></script>--></script>a",
         "<script>(<!--<script></script>-->)</script>(a)"},
        {"which ends with the comment", "<script><!--<script>--></script>a",
         "<script>(<!--<script>-->)</script>(a)"},
        {"which is none", "<script><!--<scripts></script>a", "<script>(<!--<scripts>)</script>(a)"},
        {"a comment that ends at once", "<script><!--><script></script>a",
         "<script>(<!--><script>)</script>(a)"},

        {"NUL in text", std::string{"a\0b", 3}, "(ab)"},
        {"NUL in a title", std::string{"<title>a\0b", 10},
         "<title>(a\xEF\xBF\xBD"
         "b)"},
        {"NUL in a value", std::string{"<p a=b\0c>", 9},
         "<p a=b\xEF\xBF\xBD"
         "c>"},
        {"nothing", "", ""},
    }));
    DYNAMIC_SECTION(row.says) { CHECK(tokens_of(row.html) == row.tokens); }
}
