#include "base/html/templates.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/private_folder.hpp"

using namespace lazaret;
using lazaret::test::PrivateFolder;

namespace {

/// What one template writes.
std::string written(std::string_view name, std::string_view text, const Fill& fill)
{
    std::vector<std::string> problems;
    return Templates{{{name, text}}, "", problems}.text(name, fill);
}

/// A value X in a piece of HTML.
std::string html(std::string_view text, const char* value)
{
    return written("page.html", text, Fill{}.set("X", value).set("OTHER", "EXPANDED"));
}

const std::vector<Templates::Source>& built_in()
{
    static const std::vector<Templates::Source> all = {
        {"page.html", "{{>HEAD}}\n<h1>{{TITLE}}</h1>\n{{#ROW}}\n<p>{{NAME}}</p>\n{{/ROW}}\n"},
        {"head.html", "<title>{{TITLE}}</title>\n"},
        {"page.txt", "{{TITLE}}\n{{#ROW}}\n* {{NAME}}\n{{/ROW}}\n\nend\n"},
    };
    return all;
}

Fill page()
{
    Fill fill;
    fill.set("TITLE", "T & U");
    fill.add("ROW").set("NAME", "a");
    fill.add("ROW").set("NAME", "<b>");
    return fill;
}

constexpr auto built_in_page =
    "<title>T &amp; U</title>\n<h1>T &amp; U</h1>\n<p>a</p>\n<p>&lt;b&gt;</p>\n";

}  // namespace

TEST_CASE("templates are written with sections, includes and comments", "[html]")
{
    std::vector<std::string> problems;
    const Templates templates{built_in(), "", problems};
    CHECK(problems.empty());
    CHECK(templates.text("page.html", page()) == built_in_page);
    CHECK(templates.text("page.txt", page()) == "T & U\n* a\n* <b>\n\nend\n");
    CHECK_THROWS_AS(templates.text("other.html", page()), Error);

    CHECK(written("a.txt", "a{{! of\nmany {{ lines }}b\n  {{! alone }}\nc", {}) == "ab\nc");
    CHECK(written("a.txt", "x {{#S}}{{A}}{{/S}} y", Fill{}.set("A", "1").show("S").show("S")) ==
          "x 1 y");
    CHECK(written("a.txt", "x {{#S}}{{A}}{{/S}} y", Fill{}.set("A", "1")) == "x  y");
    CHECK(written("a.txt", "{{A}}", {}).empty());
    CHECK(written("a.txt", "", {}).empty());
}

TEST_CASE("a section sees the values around it, and its own first", "[html]")
{
    Fill fill;
    fill.set("A", "outer").set("B", "b");
    fill.add("S").set("A", "inner").add("T").set("C", "c");
    CHECK(written("a.txt", "{{#S}}{{#T}}{{A}}{{B}}{{C}}{{/T}}{{/S}}{{A}}{{C}}", fill) ==
          "innerbcouter");
}

TEST_CASE("a value is escaped for the place where it stands", "[html]")
{
    struct Row {
        const char* says;
        const char* text;
        const char* value;
        const char* result;
    };
    const auto row = GENERATE(values<Row>({
        {"text", "<p>{{X}}</p>", "<b>'\"&", "<p>&lt;b&gt;&#39;&quot;&amp;</p>"},
        {"text with :h", "<p>{{X:h}}</p>", "<b>&", "<p>&lt;b&gt;&amp;</p>"},
        {"lines kept", "<pre>{{X:p}}</pre>", "<\n>", "<pre>&lt;\n&gt;</pre>"},
        {"lines not kept", "<p>{{X}}</p>", "a\r\nb", "<p>a  b</p>"},
        {"another marker", "<p>{{X}}</p>", "{{OTHER}}{{#X}}", "<p>{{OTHER}}{{#X}}</p>"},
        {"a marker in an attribute", "<p title=\"{{X}}\">", "{{OTHER:none}}",
         "<p title=\"{{OTHER:none}}\">"},
        {"attribute", "<p title=\"{{X}}\">", "\"><script>",
         "<p title=\"&quot;&gt;&lt;script&gt;\">"},
        {"attribute in single quotes", "<p title='{{X}}'>", "' onx='",
         "<p title='&#39; onx=&#39;'>"},
        {"attribute without quotes", "<p title={{X}}>", "a onclick=x()>",
         "<p title=a_onclick=x___>"},
        {"URL", "<a href=\"{{X}}\">", "https://a.example/?x=1&y=2",
         "<a href=\"https://a.example/?x=1&amp;y=2\">"},
        {"relative URL", "<a href=\"{{X}}\">", "/l/abc", "<a href=\"/l/abc\">"},
        {"javascript:", "<a href=\"{{X}}\">", "javascript:alert(1)", "<a href=\"#\">"},
        {"JaVaScRiPt:", "<a href=\"{{X}}\">", " JaVaScRiPt:alert(1)", "<a href=\"#\">"},
        {"java\\tscript:", "<a href='{{X}}'>", "java\tscript:alert(1)", "<a href='#'>"},
        {"data:", "<img src=\"{{X}}\">", "data:text/html,x", "<img src=\"#\">"},
        {"form", "<form action=\"{{X}}\">", "vbscript:x", "<form action=\"#\">"},
        {"inside a URL", "<a href=\"https://h/{{X}}\">", "\" onclick=\"",
         "<a href=\"https://h/&quot; onclick=&quot;\">"},
        {"style", "<p style=\"color:{{X}}\">", "red;background:url(//x)",
         "<p style=\"color:redbackgroundurlx\">"},
        {"colour", "<p style=\"color:{{X}}\">", "#0a7", "<p style=\"color:#0a7\">"},
        {"style sheet", "<style>p{color:{{X}}}</style>", "red}</style><script>",
         "<style>p{color:redstylescript}</style>"},
        {"script", "<script>var a={{X}};</script>", "alert(1)", "<script>var a=null;</script>"},
        {"handler", "<p onclick=\"{{X}}\">", "alert(1)", "<p onclick=\"null\">"},
        {"comment", "<!-- {{X}} -->", "--><script>", "<!-- --&gt;&lt;script&gt; -->"},
        {"title", "<title>{{X}}</title>", "</title><script>",
         "<title>&lt;/title&gt;&lt;script&gt;</title>"},
    }));
    DYNAMIC_SECTION(row.says) { CHECK(html(row.text, row.value) == row.result); }
}

TEST_CASE("a value in a text template is one line as it is", "[html]")
{
    const auto text = [](const char* value) {
        return written("a.txt", "[{{X}}]", Fill{}.set("X", value).set("OTHER", "EXPANDED"));
    };
    CHECK(text("<b> & \"c\"") == "[<b> & \"c\"]");
    CHECK(text("a\nb\r\nc\vd\fe") == "[a b  c d e]");
    CHECK(text("a\u0085b\u2028c\u2029d") == "[a b c d]");
    CHECK(text("{{OTHER}} {{#OTHER}}") == "[{{OTHER}} {{#OTHER}}]");
    CHECK(text("10 € à 5 %") == "[10 € à 5 %]");
}

TEST_CASE("a site's file stands in for the built-in one", "[html]")
{
    const PrivateFolder site;
    site.write("head.html", "<title>Ours: {{TITLE:h}}</title>\n");
    site.write("page.txt", "{{! ours }}\n{{#ROW}}{{NAME}};{{/ROW}}\n");
    site.write(".hidden", "nobody looks");
    std::vector<std::string> problems;
    const Templates templates{built_in(), site.path().string(), problems};
    CHECK(problems.empty());
    CHECK(templates.text("page.html", page()) ==
          "<title>Ours: T &amp; U</title>\n<h1>T &amp; U</h1>\n<p>a</p>\n<p>&lt;b&gt;</p>\n");
    CHECK(templates.text("page.txt", page()) == "a;<b>;\n");
}

TEST_CASE("a mistake in a site's file is named, and the built-in one is used", "[html]")
{
    struct Row {
        const char* says;
        const char* text;
        std::vector<std::string> problems;
    };
    const auto row = GENERATE(values<Row>({
        {"unknown marker", "<p>\n{{TITEL}}</p>", {":2: there is no marker TITEL here"}},
        {"unknown section",
         "{{#ROW}}{{/ROW}}\n\n{{#LINE}}{{/LINE}}",
         {":3: there is no section LINE here"}},
        {"unknown include",
         "\n{{>FOOT}}",
         {":2: there is no template to include called foot.html here"}},
        {"itself", "{{>PAGE}}", {":1: there is no template to include called page.html here"}},
        {":none",
         "{{TITLE:none}}",
         {":1: ':none' could switch escaping off; only ':h' and ':p' are allowed"}},
        {"a chain",
         "{{TITLE:h:none}}",
         {":1: ':h:none' could switch escaping off; only ':h' and ':p' are allowed"}},
        {"another modifier",
         "{{TITLE:j}}",
         {":1: ':j' could switch escaping off; only ':h' and ':p' are allowed"}},
        {"section open", "a\n{{#ROW}}\n{{NAME}}", {":2: section ROW is not closed"}},
        {"not open", "a\n{{/ROW}}", {":2: section ROW is closed but not open"}},
        {"pragma",
         "{{%AUTOESCAPE context=\"JSON\"}}",
         {":1: '{{%AUTOESCAPE context=\"JSON\"}}' is no marker: a name has letters, digits and "
          "'_'"}},
        {"other delimiters",
         "{{=<% %>=}}",
         {":1: '{{=<% %>=}}' is no marker: a name has letters, digits and '_'"}},
        {"no end", "a\nb {{TITLE", {":2: '{{' is not closed by '}}'"}},
        {"section with modifier",
         "{{#ROW:none}}",
         {":1: '{{#ROW:none}}': only a value has a modifier"}},
        {"after a long comment", "{{! a\nb\n}}\n{{X}}", {":4: there is no marker X here"}},
        {"URL without quotes",
         "<a href={{TITLE}}>",
         {": its HTML leaves open how a value in page.html must be escaped (are all attributes in "
          "quotes?)"}},
        {"two mistakes",
         "{{B}}\n{{A:none}}",
         {":1: there is no marker B here",
          ":2: ':none' could switch escaping off; only ':h' and ':p' are allowed",
          ":2: there is no marker A here"}},
    }));
    DYNAMIC_SECTION(row.says)
    {
        const PrivateFolder site;
        site.write("page.html", row.text);
        std::vector<std::string> problems;
        const Templates templates{built_in(), site.path().string(), problems};
        auto expected = row.problems;
        for (auto& problem : expected) problem.insert(0, site.at("page.html"));
        CHECK(problems == expected);
        CHECK(templates.text("page.html", page()) == built_in_page);
    }
}

TEST_CASE("sections that cross are named", "[html]")
{
    const PrivateFolder site;
    site.write("page.txt", "{{#ROW}}\n{{#EXTRA}}\n{{/ROW}}\n{{/EXTRA}}\n");
    std::vector<std::string> problems;
    const Templates templates{
        {{"page.txt", "{{#ROW}}{{/ROW}}{{#EXTRA}}{{/EXTRA}}"}}, site.path().string(), problems};
    const auto file = site.at("page.txt");
    CHECK(problems ==
          std::vector<std::string>{
              file + ":3: section ROW is closed, but EXTRA (line 2) is the one to close",
              file + ":4: section EXTRA is closed, but ROW (line 1) is the one to close"});
}

TEST_CASE("files that cannot be templates are named", "[html]")
{
    const PrivateFolder site;
    site.write("pgae.html", "x");
    site.write("page.txt", std::string(256 * 1024 + 1, 'x'));
    std::filesystem::create_directory(site.at("head.html"));
    std::filesystem::create_symlink("/nowhere", site.at("page.html"));
    std::vector<std::string> problems;
    const Templates templates{built_in(), site.path().string(), problems};
    REQUIRE(problems.size() == 4);
    CHECK(problems[0] == site.path().string() + "/head.html: is not a file");
    CHECK(problems[1] ==
          site.path().string() + "/page.html: cannot be read: No such file or directory");
    CHECK(problems[2] == site.path().string() + "/page.txt: is larger than 256 kB");
    CHECK(problems[3] == site.path().string() + "/pgae.html: there is no template of this name");
    CHECK(templates.text("page.html", page()) == built_in_page);

    problems.clear();
    const Templates others{built_in(), site.at("none"), problems};
    CHECK(problems == std::vector<std::string>{site.path().string() +
                                               "/none: cannot be read: No such file or directory"});
    CHECK(others.text("page.html", page()) == built_in_page);
}

TEST_CASE("a FIFO under a template's name is not waited for", "[html]")
{
    const PrivateFolder site;
    REQUIRE(::mkfifo(site.at("page.html").c_str(), 0600) == 0);
    std::vector<std::string> problems;
    const Templates templates{built_in(), site.path().string(), problems};
    CHECK(problems == std::vector<std::string>{site.at("page.html") + ": is not a file"});
}

TEST_CASE("a template that is empty is a mistake, a part of others may be", "[html]")
{
    const PrivateFolder site;
    site.write("page.html", " \n");
    site.write("head.html", "");
    std::vector<std::string> problems;
    const Templates templates{built_in(), site.path().string(), problems};
    CHECK(problems == std::vector<std::string>{site.at("page.html") + ": is empty"});
    CHECK(templates.text("page.html", page()) == std::string{built_in_page}.substr(25));
}

TEST_CASE("a template is measured with all that it includes", "[html]")
{
    const PrivateFolder site;
    site.write("head.html", std::string(600, 'x'));
    std::string many;
    for (int at = 0; at < 50; ++at) many += "{{>HEAD}}";
    site.write("page.html", many);
    std::vector<std::string> problems;
    const Templates templates{built_in(), site.path().string(), problems, 10 * 1024};
    CHECK(problems == std::vector<std::string>{site.path().string() +
                                               ": its files do not fit together: page.html is "
                                               "larger than 10 kB with what it includes; none is "
                                               "used"});
    CHECK(templates.text("page.html", page()) == built_in_page);
}

TEST_CASE("no marker is made of the end of one file and the beginning of the next", "[html]")
{
    const PrivateFolder site;
    site.write("head.html", "<title>{{TITLE}}</title>{");
    site.write("page.html", "{{>HEAD}}{TITLE:none}}");
    std::vector<std::string> problems;
    const Templates templates{built_in(), site.path().string(), problems};
    REQUIRE(problems.size() == 1);
    CHECK(problems[0].find("':none' could switch escaping off") != std::string::npos);
    CHECK(templates.text("page.html", page()) == built_in_page);
}

TEST_CASE("a text template has no modifiers", "[html]")
{
    const PrivateFolder site;
    site.write("page.txt", "{{TITLE:h}}");
    std::vector<std::string> problems;
    const Templates templates{built_in(), site.path().string(), problems};
    CHECK(problems == std::vector<std::string>{site.path().string() +
                                               "/page.txt:1: ':h': a text template has no "
                                               "modifiers"});
}

TEST_CASE("a wrong built-in template is a bug", "[html]")
{
    for (const auto* text : {"{{#A}}", "{{A:none}}", "{{>MISSING}}", "{{>A}}", "<a href={{X}}>"}) {
        CAPTURE(text);
        std::vector<std::string> problems;
        CHECK_THROWS_AS((Templates{{{"a.html", text}}, "", problems}), Error);
    }
}

TEST_CASE("two sets of templates do not know each other", "[html]")
{
    std::vector<std::string> problems;
    const Templates one{{{"a.html", "one"}}, "", problems};
    const Templates two{{{"a.html", "two"}}, "", problems};
    CHECK(one.text("a.html", {}) == "one");
    CHECK(two.text("a.html", {}) == "two");
}

TEST_CASE("each program has a folder of its own for a site's templates", "[templates]")
{
    const PrivateFolder site;
    CHECK(site_folder(site.path().string(), "portal").empty());
    std::filesystem::create_directory(site.at("portal"));
    CHECK(site_folder(site.path().string(), "portal") == site.at("portal"));
    CHECK(site_folder(site.path().string(), "report").empty());
    CHECK(site_folder("", "portal").empty());
}
