#include "milter/filter/rules/rendering/part_type.hpp"
#include "milter/filter/rules/rendering/rendering.hpp"
#include "tests/support/catch.hpp"

using namespace lazaret::filter::rules;

namespace {

// A message and what was made of it, which points into it.
class Rendered {
public:
    explicit Rendered(std::string bytes) : bytes_{std::move(bytes)}, rendering_{render(bytes_)} {}
    Rendered(const Rendered&) = delete;
    Rendered& operator=(const Rendered&) = delete;
    const Rendering* operator->() const { return &rendering_; }

private:
    std::string bytes_;
    Rendering rendering_;
};

std::vector<std::string> types_of(const Rendered& rendering)
{
    std::vector<std::string> types;
    for (const auto& part : rendering->parts)
        types.push_back(std::string(part.depth, '.') + part.type);
    return types;
}

using Lines = std::vector<std::string>;

Lines copied(const std::vector<std::string_view>& lines) { return {lines.begin(), lines.end()}; }

}  // namespace

TEST_CASE("header fields are unfolded and decoded", "[rendering]")
{
    struct Row {
        const char* says;
        std::string field;
        std::string value;
    };
    const auto row = GENERATE(values<Row>({
        {"plain", "Subject:  Hello ", "Hello"},
        {"folded", "Subject: one\n\t two\n three", "one two three"},
        {"encoded", "Subject: =?utf-8?q?caf=C3=A9_x?=", "café x"},
        {"base64 of Latin-1", "Subject: =?ISO-8859-1?B?6Q==?=", "é"},
        {"words lose the blank between them", "Subject: =?utf-8?q?a?= =?utf-8?q?b?= c", "ab c"},
        {"a character cut in two", "Subject: =?utf-8?q?=C3?=\n =?utf-8?q?=A9?=", "é"},
        {"a language", "Subject: =?us-ascii*en?q?x?=", "x"},
        {"no encoded word", "Subject: =?utf-8?x?a?= =?", "=?utf-8?x?a?= =?"},
        {"8-bit that is no UTF-8", "Subject: caf\xE9", "café"},
        {"never encoded", "Message-ID: =?utf-8?q?a?=", "=?utf-8?q?a?="},
        {"Japanese", "Subject: =?iso-2022-jp?B?GyRCJDMbKEI=?=", "こ"},
        {"Shift_JIS has what ASCII has", "Subject: =?shift_jis?q?a=5Cb=7Ec=82=A0?=", "a\\b~cあ"},
        {"a charset by another name", "Subject: =?koi8_r?B?8NLJ18XU?=", "Привет"},
        {"an accent that stands alone", "Subject: =?windows-1258?q?as?=", "as"},
    }));
    DYNAMIC_SECTION(row.says)
    {
        const auto message = row.field + "\n\nx\n";
        const Rendered rendering(message);
        REQUIRE(rendering->headers().fields().size() == 1);
        CHECK(rendering->headers().fields()[0].value == row.value);
    }
}

TEST_CASE("what another SpamAssassin said is no field of the message", "[rendering]")
{
    const std::string message =
        "X-Spam-Flag: YES\nSubject: a\nx-spam-status: No\n folded\nX-Spam: b\n"
        "Content-Type: message/rfc822\n\nX-Spam-Level: *\n\nx\n";
    const Rendered rendering(message);
    std::vector<std::string> names;
    for (const auto& field : rendering->headers().fields()) names.push_back(field.name);
    CHECK(names == std::vector<std::string>{"Subject", "X-Spam", "Content-Type"});
    CHECK(rendering->headers().value("content-type") == "message/rfc822");
    CHECK(rendering->headers().value("x-spam-flag").empty());
    REQUIRE(rendering->parts.size() == 2);
    CHECK(rendering->parts[1].headers.value("x-spam-level") == "*");
}

TEST_CASE("the header ends where SpamAssassin says", "[rendering]")
{
    SECTION("a blank line")
    {
        const Rendered rendering("A: 1\nB: 2\n\nC: 3\n");
        CHECK(rendering->header == "A: 1\nB: 2\n\n");
        CHECK(rendering->body_text == "C: 3\n");
        CHECK_FALSE(rendering->faults.missing_head_body_separator);
    }
    SECTION("no body")
    {
        const Rendered rendering("A: 1\nB: 2");
        CHECK(rendering->headers().fields().size() == 2);
        CHECK(rendering->faults.missing_head_body_separator);
    }
    SECTION("four lines that are no fields")
    {
        const Rendered rendering("A: 1\nw\nx\ny\nz\nB: 2\n");
        CHECK(rendering->headers().fields().size() == 1);
        CHECK(rendering->body_text == "z\nB: 2\n");
    }
    SECTION("a boundary") { CHECK(Rendered("A: 1\n--x\nB: 2\n\n")->body_text == "--x\nB: 2\n\n"); }
    SECTION("the line of an mbox is none of it")
    {
        CHECK(Rendered("From a@example.org today\nA: 1\n\nx")->text == "A: 1\n\nx");
    }
    SECTION("long ones are cut")
    {
        const Rendered rendering("A: " + std::string(9'000, 'x') + "\n\n");
        CHECK(rendering->headers().fields()[0].raw.size() == 8'192);
        CHECK(rendering->faults.truncated_header);
    }
}

TEST_CASE("CRLF is LF", "[rendering]")
{
    const Rendered rendering("A: 1\r\n 2\r\nSubject: s\r\n\r\nx\r\n\r\ny\r\n");
    CHECK(rendering->text == "A: 1\n 2\nSubject: s\n\nx\n\ny\n");
    CHECK(rendering->headers().fields()[0].raw == " 1\n 2\n");
    CHECK(copied(rendering->body) == Lines{"s\n", "x\n", "y "});
    CHECK(copied(rendering->raw_body) == Lines{"x\n\ny\n"});
}

TEST_CASE("the MIME tree", "[rendering]")
{
    const std::string head = "Content-Type: multipart/mixed; boundary=\"b\"\n\n";
    SECTION("two parts")
    {
        const Rendered rendering(head +
                                 "preamble\n--b\nContent-Type: text/html\n\n<p>x\n"
                                 "--b\nContent-Type: image/png; name=i.png\n"
                                 "Content-Transfer-Encoding: base64\n\nQUJD\n--b--\n");
        CHECK(types_of(rendering) == Lines{"multipart/mixed", ".text/html", ".image/png"});
        CHECK(rendering->parts[1].raw == "<p>x");
        CHECK(rendering->parts[2].name == "i.png");
        CHECK(decoded_body(rendering->parts[2]) == "ABC");
        CHECK(rendering->all_html.size() == 1);
        CHECK_FALSE(rendering->faults.missing_boundary);
        CHECK_FALSE(rendering->faults.mime_epilogue_exists);
    }
    SECTION("never closed, without a head, something behind")
    {
        const Rendered open(head + "--b\nno field\nx\n");
        CHECK(types_of(open) == Lines{"multipart/mixed", ".text/plain"});
        CHECK(open->faults.missing_boundary);
        CHECK(open->faults.missing_mime_headers);
        CHECK(open->faults.missing_mime_head_body_separator);
        CHECK(Rendered(head + "--b\n\nx\n--b--\nmore\n")->faults.mime_epilogue_exists);
    }
    SECTION("an attached message is opened")
    {
        const Rendered rendering(
            head + "--b\nContent-Type: message/rfc822\n\nSubject: inner\n\ninner text\n--b--\n");
        CHECK(types_of(rendering) == Lines{"multipart/mixed", ".message/rfc822", "..text/plain"});
        CHECK(rendering->parts[2].headers.value("subject") == "inner");
        CHECK(rendering->parts[2].rendered == "inner text");
    }
    SECTION("a multipart without boundary is text")
    {
        CHECK(types_of(Rendered("Content-Type: multipart/mixed\n\nx\n")) == Lines{"text/plain"});
    }
    SECTION("long fields of a part are cut, and the next is read")
    {
        const std::string line = " " + std::string(39'999, 'x') + "\n";
        const Rendered rendering(head + "--b\nA:" + line + line + " short\nB: 2\n\nx\n--b--\n");
        CHECK(rendering->parts[1].headers.value("a") == std::string(39'999, 'x'));
        CHECK(rendering->parts[1].headers.value("b") == "2");
        const Rendered one(head + "--b\nA: " + std::string(70'000, 'x') +
                           "\n short\nB: 2\n\nx\n--b--\n");
        CHECK(one->parts[1].headers.value("a") == std::string(65'536 - 3, 'x'));
        CHECK(one->parts[1].headers.value("b") == "2");
    }
    SECTION("long lines of a part are cut")
    {
        const Rendered rendering(head + "--b\n\n" + std::string(3'000, 'x') + "\n--b--\n");
        CHECK(rendering->parts[1].raw == std::string(2'048, 'x') + "\n" + std::string(952, 'x'));
    }
    SECTION("HTML by its name")
    {
        const Rendered rendering(
            head + "--b\nContent-Type: application/octet-stream; name=\"a.HTM\"\n\n<p>x\n--b--\n");
        CHECK(rendering->parts[1].effective_type == "text/html");
        CHECK(rendering->html != nullptr);
    }
}

TEST_CASE("a part's type names its boundary and its file", "[rendering]")
{
    struct Row {
        const char* says;
        std::string value;
        std::string boundary;
        std::string name;
    };
    const auto row = GENERATE(values<Row>({
        {"plain", "multipart/x; boundary=b; name=n", "b", "n"},
        {"quoted", "multipart/x; Boundary = \"b c\"; filename=\"n\"", "b c", "n"},
        {"refused for a quotation mark", "x; boundary=b\"c; boundary=d", "d", ""},
        {"within one that is refused", "x; boundary=boundary=\"b\"", "b", ""},
        {"within two", "x; boundary=boundary=long-enough-boundary=\"b\"", "b", ""},
        {"pieces of a name", "x; name*0=a; name*2=c; filename*1=b", "", "abc"},
        {"the first of each counts", "x; filename*0=d; name*0=a; name*0=b; name*01=c", "", "a"},
        {"pieces within each other", "name*0=name*1=name*2=name*3=n", "", "name*1=name*2=name*3=n"},
    }));
    DYNAMIC_SECTION(row.says)
    {
        const auto type = read_part_type(row.value);
        CHECK(type.boundary.value_or("") == row.boundary);
        CHECK(type.name == row.name);
    }
}

TEST_CASE("transfer encodings", "[rendering]")
{
    struct Row {
        const char* says;
        std::string encoding;
        std::string raw;
        std::string decoded;
    };
    const auto row = GENERATE(values<Row>({
        {"quoted-printable", "quoted-printable", "a=3Db=\n c =20 \n=zz=\n", "a=b c  \n=zz"},
        {"soft line end between blanks", "Quoted-Printable", "a= \nb", "ab"},
        {"base64", "base64", "YWJj\nZGU=\n", "abcde"},
        {"base64 with foreign bytes", "base64", "YW!Jj*ZGU", "abcde"},
        {"base64 with padding within", "base64", "YWI=YWJj", std::string{"ab\0abc", 6}},
        {"nothing", "base64", "", ""},
        {"unknown", "x-own", "a=3D", "a=3D"},
    }));
    DYNAMIC_SECTION(row.says)
    {
        const auto message = "Content-Transfer-Encoding: " + row.encoding + "\n\n" + row.raw;
        const Rendered rendering(message);
        CHECK(rendering->parts[0].decoded == row.decoded);
    }
}

TEST_CASE("paragraphs of the body", "[rendering]")
{
    struct Row {
        const char* says;
        std::string text;
        Lines body;
    };
    const auto row = GENERATE(values<Row>({
        {"a paragraph is a line", "one\ntwo\n\nthree\n", {"s\n", "one two\n", "three "}},
        {"blanks around", "one \n \n  two", {"s\n", "one \n", " two"}},
        {"NUL ends a line", std::string{"a\0b", 3}, {"s\n", "a\n", "b"}},
        {"blanks of Unicode", "a\xE2\x80\x83\xC2\xA0z", {"s\n", "a z"}},
        {"windows-1252 by default", "it\x92s", {"s\n", "it’s"}},
        {"nothing", "", {"s\n"}},
    }));
    DYNAMIC_SECTION(row.says)
    {
        const auto message = "Subject: s\n\n" + row.text;
        CHECK(copied(Rendered(message)->body) == row.body);
    }
}

TEST_CASE("half a character of UTF-16 hides nothing behind it", "[rendering]")
{
    const auto message = "Content-Type: text/plain; charset=utf-16le\n\n" +
                         std::string{"\0\xD8H\0e\0l\0l\0o\0 \0h\0e\0r\0e\0", 22};
    CHECK(copied(Rendered(message)->body) == Lines{"\n", "\xEF\xBF\xBDHello here"});
}

TEST_CASE("a last byte alone hides no UTF-16, and makes none of ASCII", "[rendering]")
{
    const std::string head = "Content-Type: text/plain; charset=utf-16\n\n";
    CHECK(copied(Rendered(head + "Hello there!\n")->body) == Lines{"\n", "Hello there! "});
    const auto wide = head + std::string{"H\0e\0l\0l\0o\0 \0h\0e\0r\0e\0\n", 21};
    CHECK(copied(Rendered(wide)->body) == Lines{"\n", "Hello here"});
}

TEST_CASE("long texts are cut at blanks", "[rendering]")
{
    const auto message = "\n" + std::string(2'000, 'a') + ' ' + std::string(100, 'b');
    const Rendered rendering(message);
    CHECK(copied(rendering->body) ==
          Lines{"\n", std::string(2'000, 'a') + ' ', std::string(100, 'b')});
    const std::string raw = std::string(2'100, 'a') + '\n' + std::string(3'000, 'b');
    CHECK(copied(Rendered("\n" + raw)->raw_body) ==
          Lines{std::string(2'100, 'a') + '\n', std::string(3'000, 'b')});
}

TEST_CASE("rules see a bounded text, however many parts there are", "[rendering]")
{
    constexpr std::size_t parts = 60;
    constexpr std::size_t size_of_part = 40'000;
    std::string message = "Content-Type: multipart/mixed; boundary=b\n\n";
    for (std::size_t count = 0; count < parts; ++count) {
        message += "--b\nContent-Type: text/plain\n\n";
        for (std::size_t size = 0; size < size_of_part; size += 10) message += "some words";
        message += '\n';
    }
    const Rendered rendering(message);
    const auto size_of = [](const std::vector<std::string_view>& texts) {
        std::size_t size = 0;
        for (const auto text : texts) size += text.size();
        return size;
    };
    constexpr std::size_t to_line_end = 2'048;  // a cut is made where a line or word ends
    CHECK(rendering->parts.size() == parts + 1);
    CHECK(size_of(rendering->body) > 740'000);
    CHECK(size_of(rendering->body) < 750'000 + to_line_end);
    CHECK(size_of(rendering->raw_body) > 990'000);
    CHECK(size_of(rendering->raw_body) < 1'000'000 + to_line_end);
}

TEST_CASE("any bytes can be rendered", "[rendering]")
{
    unsigned seed = 1;
    const auto next = [&seed] { return seed = seed * 1'103'515'245U + 12'345U; };
    const std::vector<std::string> pieces{"Content-Type: multipart/mixed; boundary=b\n",
                                          "Content-Type: text/html; charset=",
                                          "utf-16",
                                          "iso-2022-jp",
                                          "\n\n",
                                          "--b",
                                          "--b--",
                                          "\n",
                                          "\x1B$B",
                                          "<",
                                          ">",
                                          "<!--",
                                          "-->",
                                          "<a href=",
                                          "\"",
                                          "'",
                                          "&#",
                                          "55357;",
                                          "&amp",
                                          ";",
                                          "<![CDATA[",
                                          "]]>",
                                          "</",
                                          "<style",
                                          "<title>",
                                          "/>",
                                          "Content-Transfer-Encoding: base64\n",
                                          "=?utf-8?q?",
                                          "?=",
                                          "=",
                                          "=3",
                                          std::string(1, '\0'),
                                          "\xC2",
                                          "\xA0",
                                          "\xE2\x80",
                                          "\xFF",
                                          " ",
                                          "a",
                                          "style='color:",
                                          "rgb(",
                                          "#",
                                          "%,",
                                          ";",
                                          "background:url(",
                                          "Content-Type: message/rfc822\n",
                                          "<base href=http://a.test/../x.html>",
                                          "<table><tr><td>",
                                          "<font size=",
                                          "name=*0",
                                          "<x:",
                                          "<!doctype ",
                                          "<?"};
    for (int round = 0; round < 3'000; ++round) {
        std::string message = next() % 3 == 0 ? pieces[1] + "\n\n" : std::string{};
        for (unsigned i = next() / 7 % 60; i > 0; --i)
            message += pieces[next() / 65'536 % pieces.size()];
        const Rendered rendering(message);
        CHECK_FALSE(rendering->parts.empty());
    }
}

TEST_CASE("messages made to be slow are not", "[rendering]")
{
    const auto repeated = [](std::string_view piece, std::size_t size) {
        std::string text;
        while (text.size() < size) text += piece;
        return text;
    };
    constexpr std::size_t size = 100'000;
    for (const std::string_view piece : {"<b>",
                                         "<a href=x>",
                                         "<!--",
                                         "</",
                                         "<a \"",
                                         "&",
                                         "&amp",
                                         "<td><font>",
                                         "--",
                                         "<![",
                                         "<![CDATA[",
                                         "<title>",
                                         "<x/",
                                         "=?",
                                         "<p style='color:'>",
                                         "]]>",
                                         "<a b/href=c ",
                                         "-- ",
                                         "<base href=http://e.test/>",
                                         "\xE2\x80"})
        CHECK(Rendered("Content-Type: text/html\n\n" + repeated(piece, size))->all_html.size() ==
              1);
    for (const std::string_view piece : {"=?a?q?", "=?a?q?b?= ", "\n ", "\t", "=", "x:y\n"})
        CHECK(Rendered("Subject: " + repeated(piece, size) + "\n\n")->parts.size() == 1);
    CHECK(Rendered("Content-Type: multipart/mixed; boundary=b\n\n" + repeated("--b\n", size))
              ->faults.mimepart_limit_exceeded);
    CHECK(Rendered("Content-Type: " + repeated("name ", 5'000) + "\n\n")->parts.size() == 1);
    CHECK(Rendered(repeated("Content-Type: message/rfc822\n\n", size))->parts.size() == 21);

    // Each declaration goes on to the end of all, and then is a comment that ends within itself.
    constexpr std::size_t large = 1'000'000;
    CHECK(Rendered("Content-Type: text/html\n\n" + repeated("<!doctype \">\" ", large) + " -x>")
              ->all_html.size() == 1);
    std::string parts = "Content-Type: multipart/mixed; boundary=b\n\n";
    for (const std::string_view piece : {"boundary=", "name*0=", "name*1=x;"})
        for (int count = 0; count < 20; ++count)
            parts += "--b\nContent-Type: multipart/x; " + repeated(piece, 65'000) + "\"\n\n";
    CHECK(Rendered(parts)->parts.size() == 61);
    // More charsets than one would keep at hand, a letter of each.
    std::string words;
    for (const int page : {437, 737, 775, 850, 852, 855, 857, 860, 861, 862, 863, 864})
        words += "=?cp" + std::to_string(page) + "?q?a?=";
    std::string fields;
    for (int count = 0; count < 300; ++count) fields += "Subject: " + repeated(words, 7'500) + '\n';
    CHECK(Rendered(fields + "\n")->headers().fields().size() == 300);
}
