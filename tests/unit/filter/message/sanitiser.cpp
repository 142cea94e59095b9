#include "milter/filter/message/sanitiser.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "milter/filter/message/html_document.hpp"
#include "milter/filter/message/message.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/print.hpp"

using namespace lazaret;
using namespace lazaret::filter;

namespace {

// What may be found in the output, written down a second time: a slip in the sanitiser's own lists
// must not make its test agree.
bool is_allowed_element(const std::string& name)
{
    static const std::vector<std::string> allowed{
        "html",   "head",   "body", "p",    "br",       "div",        "span",    "b",
        "strong", "i",      "em",   "u",    "s",        "strike",     "sub",     "sup",
        "small",  "big",    "tt",   "code", "pre",      "blockquote", "ul",      "ol",
        "li",     "dl",     "dt",   "dd",   "table",    "caption",    "thead",   "tbody",
        "tfoot",  "tr",     "td",   "th",   "colgroup", "col",        "h1",      "h2",
        "h3",     "h4",     "h5",   "h6",   "hr",       "center",     "font",    "address",
        "abbr",   "cite",   "q",    "ins",  "del",      "mark",       "section", "article",
        "header", "footer", "kbd",  "samp", "var",      "wbr",        "bdo",     "bdi",
        "img"};
    return std::find(allowed.begin(), allowed.end(), name) != allowed.end();
}

bool is_allowed_attribute(const std::string& name)
{
    static const std::vector<std::string> allowed{
        "align", "alt",     "bgcolor", "border", "cellpadding", "cellspacing",
        "color", "colspan", "dir",     "height", "lang",        "rowspan",
        "size",  "src",     "start",   "style",  "valign",      "width"};
    return std::find(allowed.begin(), allowed.end(), name) != allowed.end();
}

// The first thing in `html` that is not harmless; empty when there is none.
std::string harm_in(const std::string& html)
{
    const HtmlDocument document{html};
    if (!document.root()) return "too complex";
    std::string harm;
    walk(
        document.root(),
        [&](const GumboNode& node) {
            const auto* element = element_of(&node);
            if (node.type == GUMBO_NODE_COMMENT) harm = "comment";
            if (!element) return false;
            const std::string name = gumbo_normalized_tagname(element->tag);
            if (!is_allowed_element(name)) harm = "element " + name;
            for (unsigned at = 0; at < element->attributes.length; ++at) {
                const auto& attribute = *static_cast<GumboAttribute*>(element->attributes.data[at]);
                const std::string value = ascii_lower(attribute.value);
                if (!is_allowed_attribute(attribute.name))
                    harm = std::string{"attribute "} + attribute.name;
                if (std::string{attribute.name} == "src" && value.rfind("cid:", 0) != 0)
                    harm = "src " + value;
                for (const char* bad :
                     {"url", "expression", "javascript", "\\", "/*", "@import", "binding"})
                    if (std::string{attribute.name} == "style" &&
                        value.find(bad) != std::string::npos)
                        harm = "style " + value;
            }
            return true;
        },
        [](const GumboNode&) {});
    return harm;
}

// The host of a link as it stands behind it.
std::string host(const std::string& name)
{
    return "<bdi style=\"font-size: 13px; color: #111111; background-color: #ffffff\">[" + name +
           "]</bdi>";
}

}  // namespace

TEST_CASE("HTML is reduced to what is harmless", "[sanitiser]")
{
    struct Row {
        const char* says;
        std::string html;
        std::string out;
    };
    const auto row = GENERATE(values<Row>({
        {"text", "a < b", "a &lt; b"},
        {"formatting stays", "<p>a <b>b</b></p>", "<p>a <b>b</b></p>"},
        {"a table stays", "<table width=100%><tr><td colspan=2 onclick=x()>a</table>",
         "<table width=\"100%\"><tbody><tr><td colspan=\"2\">a</td></tr></tbody></table>"},
        {"a link is its text and its host", "<a href='https://evil.test/x'>bank.example</a>",
         "bank.example " + host("evil.test")},
        {"a link on a base", "<base href='https://evil.test/x'><a href='/m'>a</a><a>b</a>",
         "a " + host("evil.test") + "b"},
        {"a link without a host is its text", "<a href='javascript:x()'>a</a>", "a"},
        {"whose name is shown whatever is around it",
         "<span style='font-size:0;line-height:0;color:#fff'><a href=//evil.test>"
         "<b style='font-size:16px'>x [bank.test]</b></a></span>",
         "<span style=\"color: #fff\"><b style=\"font-size: 16px\">x [bank.test] " +
             host("evil.test") + "</b></span>"},
        {"and each line of it has the name",
         "<a href=//evil.test>bank.test <br><br><p>a <b>b</b> c</p><br><sup>.</sup></a>",
         "bank.test  " + host("evil.test") + "<br><br><p>a <b>b</b> c " + host("evil.test") +
             "</p><br><sup>. " + host("evil.test") + "</sup>"},
        {"lines end at the page's end", "<p style='white-space:nowrap'>a", "<p>a</p>"},
        {"an empty link has a name", "<p><a href=//evil.test> </a></p>",
         "<p>  " + host("evil.test") + "</p>"},
        {"and is not turned round",
         "<bdo dir=rtl><a href=//moc.test.evil.test>\u2066x\u202E</a></bdo>",
         "x " + host("moc.test.evil.test")},
        {"nothing is moved away from its line, or laid over the one before",
         "<p style='line-height:50%'>a<sub style='vertical-align:-5000px'>b</sub>"
         "<sub style='vertical-align:Top'>c</sub>",
         "<p>a<sub>b</sub><sub style=\"vertical-align: top\">c</sub></p>"},
        {"letters that nobody can read grow",
         "<p style='font-size:5px'>a<p style='font-size:0.1em'>b"
         "<p style='font-size:1%'>c<p style='font-size:6px'>d<p style='font-size:small'>e",
         "<p>a</p><p>b</p><p>c</p><p style=\"font-size: 6px\">d</p>"
         "<p style=\"font-size: small\">e</p>"},
        {"scripts go with what they hold", "a<script>b</script>c", "ac"},
        {"a form goes, its words stay",
         "<form action=x>name <input name=n><button>go</button></form>", "name go"},
        {"remote images are their alternative", "<img src='https://e.test/p.png' alt='a logo'>",
         "a logo"},
        {"inline images stay", "<img src='cid:logo@example.org' alt=l width=20>",
         "<img src=\"cid:logo@example.org\" alt=\"l\" width=\"20\">"},
        {"an inline image with an odd name does not", "<img src='cid:a\"b' alt=l>", "l"},
        {"unknown elements lose their tags", "<blink>a</blink><o:p>b</o:p>", "ab"},
        {"colours stay",
         "<p style='COLOR: Red; position:absolute; background-color:rgb(1, 2,3)'>a</p>",
         "<p style=\"color: red; background-color: rgb(1, 2,3)\">a</p>"},
        {"addresses in styles go", "<p style='background-color:url(https://e.test/)'>a</p>",
         "<p>a</p>"},
        {"escapes in styles go", "<p style='color:\\75 rl(x)'>a</p>", "<p>a</p>"},
        {"comments in styles go", "<p style='color:re/**/d'>a</p>", "<p>a</p>"},
        {"comments go", "a<!-- <script> -->b", "ab"},
        {"what is open is closed", "<b><i>a", "<b><i>a</i></b>"},
        {"quotes are escaped", "<img src=cid:x alt='\"><script>'>",
         "<img src=\"cid:x\" alt=\"&quot;&gt;&lt;script&gt;\">"},
        {"SVG goes", "a<svg><p>b</p><text>c</text></svg>", "a<p>b</p>c"},
        {"nothing", "", ""},
    }));
    DYNAMIC_SECTION(row.says)
    {
        CHECK(sanitised_html(row.html) == row.out);
        CHECK(sanitised_html(row.out) == row.out);
    }
}

TEST_CASE("hostile HTML leaves nothing active", "[sanitiser]")
{
    // Views, not strings: the compiler takes minutes for as many strings in one list.
    static constexpr auto vectors = std::to_array<std::string_view>({
        "<script>alert(1)</script>",
        "<SCRIPT SRC=//e.test/x.js></SCRIPT>",
        "<scr<script>ipt>alert(1)</scr</script>ipt>",
        "<img src=x onerror=alert(1)>",
        "<img src=\"cid:x\" onerror=\"alert(1)\">",
        "<img src='cid:x' alt='`onerror=alert(1)'>",
        "<img/src/onerror=alert(1)>",
        "<img srcset='https://e.test/a 1x' src='cid:a'>",
        "<body onload=alert(1) background=https://e.test/a>",
        "<svg onload=alert(1)>",
        "<svg><script>alert(1)</script></svg>",
        "<svg><style><img src=x onerror=alert(1)></style></svg>",
        "<svg></p><style><a id=\"</style><img src=1 onerror=alert(1)>\">",
        "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 "
        "onerror=alert(1)&gt;\">",
        "<math><annotation-xml "
        "encoding=text/html><script>alert(1)</script></annotation-xml></math>",
        "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
        "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
        "<template><script>alert(1)</script></template>",
        "<iframe src=javascript:alert(1)></iframe>",
        "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
        "<frameset><frame src=javascript:alert(1)></frameset>",
        "<object data=data:text/html;base64,PHNjcmlwdD4=></object>",
        "<embed src=//e.test/x.swf>",
        "<applet code=x></applet>",
        "<base href=//e.test/>",
        "<link rel=stylesheet href=//e.test/x.css>",
        "<meta http-equiv=refresh content='0;url=//e.test'>",
        "<style>@import '//e.test/x.css';</style>",
        "<p style='background-image:url(//e.test/a)'>a",
        "<p style='width:expression(alert(1))'>a",
        "<p style='color:red;-moz-binding:url(//e.test)'>a",
        "<p style='behavior:url(x.htc)'>a",
        "<p style='position:fixed;top:0;left:0;width:9999px;height:9999px'>over it all",
        "<p style=\"color:&#34;x&#34;;background:u\\72l(x)\">a",
        "<a href=javascript:alert(1)>a</a>",
        "<a href='java\tscript:alert(1)'>a</a>",
        "<a href='&#106;avascript:alert(1)'>a</a>",
        "<a href='data:text/html,<script>alert(1)</script>'>a</a>",
        "<a href='vbscript:x'>a</a>",
        "<a href='https://e.test' ping='https://e.test' target=_blank>a</a>",
        "<area href=javascript:alert(1)>",
        "<form action=javascript:alert(1)><input type=submit></form>",
        "<button formaction=javascript:alert(1)>a</button>",
        "<isindex action=javascript:alert(1)>",
        "<input autofocus onfocus=alert(1)>",
        "<select autofocus onfocus=alert(1)><option>a</select>",
        "<textarea autofocus onfocus=alert(1)></textarea>",
        "<textarea></textarea><script>alert(1)</script></textarea>",
        "<video><source onerror=alert(1)></video>",
        "<audio src=x onerror=alert(1)>",
        "<details ontoggle=alert(1) open>a</details>",
        "<marquee onstart=alert(1)>a</marquee>",
        "<table background=javascript:alert(1)><td background=//e.test/a>",
        "<xmp><script>alert(1)</script></xmp>",
        "<xmp><p title=\"</xmp><img src=x onerror=alert(1)>\">",
        "<plaintext><script>alert(1)</script>",
        "<listing>&lt;img src=x onerror=alert(1)&gt;</listing>",
        "<noembed><img title=\"</noembed><img src onerror=alert(1)>\"></noembed>",
        "<title><img title=\"</title><img src onerror=alert(1)>\"></title>",
        "<!--><img src=x onerror=alert(1)>-->",
        "<!--[if gte IE 4]><script>alert(1)</script><![endif]-->",
        "<![CDATA[<script>alert(1)</script>]]>",
        "<?xml-stylesheet href=\"javascript:alert(1)\"?>",
        "<% <script>alert(1)</script> %>",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "<div id=\"&quot;&gt;&lt;script&gt;\">a",
        "<p align='\"><script>alert(1)</script>'>a",
        "<font color='red\" onclick=\"alert(1)'>a</font>",
        "<td width='1 onclick=alert(1)'>",
        "<a\x0Bhref=javascript:alert(1)>a</a>",
        std::string_view{"<img \0src=x onerror=alert(1)>", 29},
        "\xFF<script\xFF>alert(1)</script>",
        "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
        "<p><object><p>x</p></object></p>",
        "<p><button><p>x</p></button>y</p>",
        "<h1><blink><h2>x</h2></blink></h1>",
        "<li><fieldset><li>x</li></fieldset></li>",
        "<table><tr><td><form><table><tr><td>x</form></table>",
        "<b><p><i><b><p></i>x</b></p>",
        "<pre>\n\nx</pre><listing>\n\ny</listing>",
        "<p>&#13;&#10;&#0;&#x1;&#x80;&#xD800;&#x10FFFF;x",
        "<a><a><table><a><td></a><a>x",
        "<nobr><nobr><nobr><b><b><b><b><b>x",
    });
    for (const auto html : vectors) {
        const auto out = sanitised_html(html);
        INFO(html << "\nbecame\n" << out);
        CHECK(harm_in(out).empty());
        CHECK(out == valid_utf8(out));
        CHECK(sanitised_html(out) == out);
    }
}

TEST_CASE("the check of this test finds what is active", "[sanitiser]")
{
    CHECK(harm_in("<p>a</p>").empty());
    CHECK_FALSE(harm_in("<script>a</script>").empty());
    CHECK_FALSE(harm_in("<p onclick=a>a</p>").empty());
    CHECK_FALSE(harm_in("<img src=https://e.test/a>").empty());
    CHECK_FALSE(harm_in("<p style='background:url(a)'>a</p>").empty());
    CHECK_FALSE(harm_in("<svg></svg>").empty());
}

TEST_CASE("a preview shows text, parts, hosts, and images that are ones", "[preview]")
{
    const std::string png =
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYI"
        "I=";
    const auto bytes =
        "Subject: x\r\nContent-Type: multipart/related; boundary=r\r\n\r\n"
        "--r\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
        "<p onclick=x()>Gr\xC3\xBC\xC3\x9F"
        "e <img src=cid:good@a.test><img src=cid:bad@a.test alt=bad>"
        "<a href=https://e.test/>go</a></p>\r\n"
        "--r\r\nContent-Type: image/png\r\nContent-ID: <good@a.test>\r\nContent-Transfer-Encoding: "
        "base64\r\n\r\n" +
        png +
        "\r\n--r\r\nContent-Type: image/png\r\nContent-ID: <bad@a.test>\r\n\r\n<svg onload=x()>\r\n"
        "--r\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\n%PDF-1.4\r\n--r--\r\n";
    const auto preview = preview_of(bytes);
    CHECK(preview.sanitiser == sanitiser_version);
    CHECK(preview.text == "Grüße badgo\n");
    CHECK(preview.html ==
          "<p>Grüße <img src=\"cid:good@a.test\" alt=\"\">badgo " + host("e.test") + "</p>");
    REQUIRE(preview.images.size() == 1);
    CHECK(preview.images[0].content_id == "good@a.test");
    CHECK(preview.images[0].type == "image/png");
    CHECK(preview.images[0].bytes.size() == 68);
    CHECK(preview.link_hosts == std::vector<std::string>{"e.test"});
    REQUIRE(preview.parts.size() == 3);
    CHECK(preview.parts[1].type != "image/png");
    CHECK(preview.parts[2].name == "a.pdf");
    CHECK(preview.parts[2].type == "application/pdf");
}

TEST_CASE("a preview has the parts that a mail program shows, in their order", "[preview]")
{
    const std::string mixed = "Content-Type: multipart/mixed; boundary=m\r\n\r\n";
    const std::string either = "Content-Type: multipart/alternative; boundary=a\r\n\r\n";
    const std::string html = "Content-Type: text/html\r\n\r\n";
    const std::string pre = "<div style=\"white-space: pre-wrap\">";
    struct Row {
        const char* says;
        std::string bytes;
        std::string html;
        std::string text;
    };
    const auto row = GENERATE_COPY(values<Row>({
        {"text alone", "\r\nHello", "", "Hello"},
        {"HTML alone", html + "<p>Hello", "<p>Hello</p>", "Hello\n"},
        {"two of HTML", mixed + "--m\r\n" + html + "<b>one\r\n--m\r\n" + html + "<i>two\r\n--m--",
         "<div><b>one</b></div><div><i>two</i></div>", "one\ntwo"},
        {"HTML, and text behind it", mixed + "--m\r\n" + html + "one\r\n--m\r\n\r\n 2 < 3\r\n--m--",
         "<div>one</div>" + pre + " 2 &lt; 3</div>", "one\n 2 < 3"},
        {"alternatives", either + "--a\r\n\r\none\r\n--a\r\n" + html + "<b>two\r\n--a--",
         "<b>two</b>", "one"},
        {"blank text beside HTML",
         either + "--a\r\n\r\n \r\n\r\n--a\r\n" + html + "<p>two\r\n--a--", "<p>two</p>", "two\n"},
        {"blank HTML beside text", either + "--a\r\n\r\none\r\n--a\r\n" + html + " \r\n--a--", "",
         "one"},
        {"HTML in a multipart beside text",
         either +
             "--a\r\n\r\none\r\n--a\r\nContent-Type: multipart/related; boundary=r\r\n\r\n--r\r\n" +
             html + "<b>two\r\n--r--\r\n--a--",
         "<b>two</b>", "one"},
        {"text and HTML in one alternative",
         either + "--a\r\n" + mixed + "--m\r\n\r\none\r\n--m\r\n" + html +
             "<b>two\r\n--m--\r\n--a--",
         pre + "one</div><div><b>two</b></div>", "one\ntwo"},
        {"text between HTML in the last alternative",
         either + "--a\r\n\r\none\r\n--a\r\n" + mixed + "--m\r\n" + html +
             "two\r\n--m\r\n\r\nthree\r\n--m\r\n" + html + "four\r\n--m--\r\n--a--",
         "<div>two</div>" + pre + "three</div><div>four</div>", "one\nthree"},
        {"lines that go on",
         "Content-Type: text/plain; format=flowed; delsp=yes\r\n\r\nhttps:// \r\ne.test/", "",
         "https://e.test/"},
        {"long text in front of its HTML",
         either + "--a\r\n\r\none" + std::string(1'100'000, 'x') + "\r\n--a\r\n" + html +
             "<b>two\r\n--a--",
         "<b>two</b>", "one" + std::string((256 << 10) - 3, 'x') + "\n[\u2026]"},
        {"text behind long HTML",
         mixed + "--m\r\n" + html + "one" + std::string(1'100'000, ' ') +
             "\r\n--m\r\n\r\ntwo\r\n--m--",
         "<div>one</div><hr>[\u2026]", "one\n[\u2026]"},
        {"a letter around a message",
         mixed + "--m\r\n\r\nLook at this\r\n--m\r\nContent-Type: message/rfc822\r\n\r\n" + html +
             "<b>that</b>\r\n--m\r\n\r\nBye\r\n--m--",
         pre + "Look at this</div><hr><div><b>that</b></div><hr>" + pre + "Bye</div>",
         "Look at this\nthat\nBye"},
        {"a message among alternatives",
         either + "--a\r\n\r\none\r\n--a\r\nContent-Type: message/rfc822\r\n\r\n" + html +
             "two\r\n--a--",
         pre + "one</div><hr><div>two</div>", "one\ntwo"},
        {"what is attached is none",
         mixed + "--m\r\n" + html + "one\r\n--m\r\nContent-Disposition: attachment\r\n" + html +
             "two\r\n--m--",
         "one", "one"},
    }));
    DYNAMIC_SECTION(row.says)
    {
        const auto preview = preview_of(row.bytes);
        CHECK(preview.html == row.html);
        CHECK(preview.text == row.text);
        CHECK(preview.sanitiser == (row.html.empty() ? 0 : sanitiser_version));
        CHECK(sanitised_html(preview.html) == preview.html);
    }
}

TEST_CASE("images of a preview pass 256 kB together never", "[preview]")
{
    std::string bytes = "Content-Type: multipart/related; boundary=r\r\n\r\n";
    for (const char* id : {"a", "b", "c"})
        bytes += std::string{"--r\r\nContent-Type: image/gif\r\nContent-ID: <"} + id +
                 ">\r\n\r\nGIF89a" + std::string(100 << 10, 'x') + "\r\n";
    const auto preview = preview_of(bytes);
    CHECK(preview.images.size() == 2);
    CHECK(preview.parts.size() == 3);
    CHECK(preview.sanitiser == 0);
    CHECK(preview.html.empty());
}
