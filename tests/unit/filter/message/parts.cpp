#include "base/text.hpp"
#include "milter/filter/message/message.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/print.hpp"

using namespace lazaret;
using namespace lazaret::filter;

namespace {

// A message with these fields and this body, lines in CRLF or LF.
std::string with_line_ends(std::string text, bool crlf)
{
    if (!crlf) return text;
    std::string out;
    for (const char c : text) {
        if (c == '\n') out += '\r';
        out += c;
    }
    return out;
}

std::string repeated(const std::string& piece, std::size_t count)
{
    std::string out;
    for (std::size_t at = 0; at < count; ++at) out += piece;
    return out;
}

const std::string mixed =
    "From: a@example.org\n"
    "Subject: three parts\n"
    "MIME-Version: 1.0\n"
    "Content-Type: multipart/mixed; boundary=\"outer\"\n"
    "\n"
    "This is no part.\n"
    "--outer\n"
    "Content-Type: multipart/alternative; boundary=inner\n"
    "\n"
    "--inner\n"
    "Content-Type: text/plain; charset=utf-8\n"
    "\n"
    "See https://www.example.org/a.\n"
    "--inner\n"
    "Content-Type: text/html; charset=utf-8\n"
    "\n"
    "<p>See <a href=\"https://www.example.org/a\">this page</a>.</p>\n"
    "--inner--\n"
    "--outer\n"
    "Content-Type: application/octet-stream; name=\"=?utf-8?Q?Pr=C3=A9sentation.pdf?=\"\n"
    "Content-Transfer-Encoding: base64\n"
    "Content-Disposition: attachment\n"
    "\n"
    "JVBERi0xLjQKJQ==\n"
    "--outer--\n"
    "Nor is this.\n";

}  // namespace

TEST_CASE("text, HTML, links and attachments are read, lines in CRLF or LF", "[message]")
{
    const bool crlf = GENERATE(true, false);
    const auto bytes = with_line_ends(mixed, crlf);
    const auto message = read_message(bytes);

    CHECK(message.readable);
    CHECK_FALSE(message.cut_short);
    CHECK(message.part_count == 5);
    CHECK(message.text == "See https://www.example.org/a.");
    CHECK(message.html_text == "See this page.\n");
    REQUIRE(message.links.size() == 2);
    CHECK(message.links[0].host == "www.example.org");
    CHECK(message.links[0].text == "this page");
    CHECK(message.links[1].url == "https://www.example.org/a");
    CHECK(message.links[1].text.empty());
    REQUIRE(message.attachments.size() == 1);
    const auto& attachment = message.attachments[0];
    CHECK(attachment.name == "Présentation.pdf");
    CHECK(attachment.declared_type == "application/octet-stream");
    CHECK(attachment.type == "application/pdf");
    CHECK(attachment.size == 10);
    CHECK(attachment.sha256 == "1620e31e152332bd7cde6230997c5462dbca64eba72d832bb46c04d3af022250");
}

TEST_CASE("a body is decoded by its encoding and charset", "[message]")
{
    struct Row {
        const char* says;
        std::string type;
        std::string encoding;
        std::string body;
        std::string text;
    };
    const auto row = GENERATE(values<Row>({
        {"as it is", "text/plain", "7bit", "Hello", "Hello"},
        {"quoted-printable", "text/plain; charset=utf-8", "quoted-printable",
         "Gr=C3=BC=\r\n=C3=9Fe", "Grüße"},
        {"base64", "text/plain; charset=utf-8", "BASE64", "R3LDvMOfZQ==", "Grüße"},
        {"base64 without its end", "text/plain; charset=utf-8", "base64", "R3LDvMOfZQ", "Grüße"},
        {"base64 with rubbish in it", "text/plain", "base64", "SG!Vs*bG8=", "Hello"},
        {"uuencode", "text/plain", "x-uuencode", "begin 644 a\n%2&5L;&\\`\n`\nend\n", "Hello"},
        {"an unknown encoding", "text/plain", "x-what", "Hello", "Hello"},
        {"ISO-8859-1", "text/plain; charset=iso-8859-1", "8bit", "Caf\xE9 \x80", "Café €"},
        {"windows-1252 to its end", "text/plain; charset=windows-1252", "8bit",
         "\x80\x81\x8C\x9F\xA0\xBF\xC0\xFF.", "€\xEF\xBF\xBDŒŸ\xC2\xA0¿Àÿ."},
        {"ISO-8859-2", "text/plain; charset=iso-8859-2", "8bit",
         "\xBB"
         "lut\xFD",
         "ťlutý"},
        {"windows-1251", "text/plain; charset=windows-1251", "8bit", "\xC7\xE0\xFF\xE2\xEA\xE0",
         "Заявка"},
        {"ISO-2022-JP", "text/plain; charset=iso-2022-jp", "7bit", "\x1B$B$*CN$i$;\x1B(B",
         "お知らせ"},
        {"a charset with a comment", "text/plain; charset=koi8-r (Cyrillic; boundary=x)", "8bit",
         "\xF0\xD2\xC9\xD7\xC5\xD4", "Привет"},
        {"a comment that does not end", "text/plain (x; charset=koi8-r", "8bit",
         "\xF0\xD2\xC9\xD7\xC5\xD4", "Привет"},
        {"GBK called GB2312", "text/plain; charset=gb2312", "8bit", "\xCD\xA8\xD6\xAA", "通知"},
        {"UTF-16", "text/plain; charset=utf-16le", "base64", "SABpAA==", "Hi"},
        {"UTF-16 with half a character", "text/plain; charset=utf-16le", "8bit",
         std::string{"\0\xD8H\0i\0\0\xDC!\0", 10}, "\xEF\xBF\xBDHi\xEF\xBF\xBD!"},
        {"UTF-32 with what is none", "text/plain; charset=utf-32be", "8bit",
         std::string{"\0\0\xD8\0\0\0\0H\xFF\0\0\0\0\0\0i", 16}, "\xEF\xBF\xBDH\xEF\xBF\xBDi"},
        {"ISO-2022-JP with characters of Windows", "text/plain; charset=iso-2022-jp", "7bit",
         "\x1B$B-!4A\x1B(I12\x1B(Ba", "①漢ｱｲa"},
        {"ISO-2022-JP with what is none", "text/plain; charset=iso-2022-jp", "8bit",
         "\x1B$B4A4\x1B(Ba\xE9 \x1B$B4A",
         "漢\xEF\xBF\xBD"
         "a\xEF\xBF\xBD 漢"},
        {"EUC-JP with what is none", "text/plain; charset=euc-jp", "8bit",
         "\xAD\xA1\xA9\xA1\x8F\xA1\xA1\xB4\xC1\xFF\xA4\xAA",
         "①\xEF\xBF\xBD\xEF\xBF\xBD漢\xEF\xBF\xBDお"},
        {"Shift_JIS with what is none", "text/plain; charset=shift_jis", "8bit",
         "\x85\x9F\x8A\xBF\xA0\x82\xA8\x85(", "\xEF\xBF\xBD漢\xEF\xBF\xBDお\xEF\xBF\xBD("},
        {"EUC-KR with what is none", "text/plain; charset=euc-kr", "8bit",
         "\xC9\xA1\xBE\xC8\xFF\xBE\xC8", "\xEF\xBF\xBD안\xEF\xBF\xBD안"},
        {"Big5 with what is none", "text/plain; charset=big5", "8bit",
         "\xFE\xFE\xB3\x71\xFE<\xB3\x71", "\xEF\xBF\xBD通\xEF\xBF\xBD<通"},
        {"a letter that an accent may follow, at the end", "text/plain; charset=windows-1258",
         "8bit", "\xE9 a", "é a"},
        {"no charset, UTF-8", "text/plain", "8bit", "Grüße", "Grüße"},
        {"no charset, not UTF-8", "text/plain", "8bit",
         "Gr\xFC\xDF"
         "e",
         "Grüße"},
        {"a charset that is none", "text/plain; charset=klingon", "8bit",
         "Gr\xFC\xDF"
         "e",
         "Grüße"},
        {"US-ASCII that is UTF-8", "text/plain; charset=us-ascii", "8bit", "Grüße", "Grüße"},
        {"UTF-8 that is windows-1252", "text/plain; charset=utf-8", "8bit",
         "Gr\xFC\xDF"
         "e",
         "Grüße"},
        {"UTF-8 with one broken place", "text/plain; charset=utf-8", "8bit", "Grüße \xFF Köln",
         "Grüße \xEF\xBF\xBD Köln"},
        {"a charset with a slash", "text/plain; charset=\"utf-16//IGNORE\"", "8bit", "Hello",
         "Hello"},
        {"NULs", "text/plain", "8bit", std::string{"a\0b", 3},
         "a\xEF\xBF\xBD"
         "b"},
        {"no type at all", "", "7bit", "Hello", "Hello"},
        {"a type that is none", ";;;", "7bit", "Hello", "Hello"},
    }));
    DYNAMIC_SECTION(row.says)
    {
        const auto message =
            read_message("Content-Type: " + row.type +
                         "\r\nContent-Transfer-Encoding: " + row.encoding + "\r\n\r\n" + row.body);
        CHECK(message.text == row.text);
        CHECK(message.attachments.empty());
    }
}

TEST_CASE("broken structures are read as mail programs read them", "[message]")
{
    const std::string head = "Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n";
    struct Row {
        const char* says;
        std::string bytes;
        std::string text;
    };
    const auto row = GENERATE_COPY(values<Row>({
        {"never closed", head + "--b\r\n\r\none\r\n--b\r\n\r\ntwo", "one\ntwo"},
        {"no part at all", head + "only text\r\n", "only text\n"},
        {"no boundary", "Content-Type: multipart/mixed\r\n\r\nonly text", "only text"},
        {"an empty boundary", "Content-Type: multipart/mixed; boundary=\"\"\r\n\r\nonly text",
         "only text"},
        {"a part without header", head + "--b\r\nplain words\r\n--b--", "plain words"},
        {"an inner one closed by the outer",
         head + "--b\r\nContent-Type: multipart/mixed; "
                "boundary=c\r\n\r\n--c\r\n\r\none\r\n--b\r\n\r\ntwo\r\n--b--",
         "one\ntwo"},
        {"the same boundary within",
         head + "--b\r\nContent-Type: multipart/mixed; "
                "boundary=b\r\n\r\n--b\r\n\r\none\r\n--b--\r\n--b--",
         "one"},
        {"a boundary that begins like another", head + "--b\r\n\r\none\r\n--bb\r\ntwo\r\n--b--",
         "one\n--bb\ntwo"},
        {"blanks after the boundary", head + "--b  \r\n\r\none\r\n--b-- \r\n", "one"},
        {"an attached message",
         "Content-Type: message/rfc822\r\n\r\nSubject: in\r\nContent-Type: text/plain\r\n\r\ninner",
         "inner"},
        {"an attached message of RFC 6532",
         "Content-Type: message/global\r\n\r\nSubject: in\r\n\r\ninner", "inner"},
        {"an attached message in base64, with what stands behind it",
         head + "--b\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: base64; (x)"
                "\r\n\r\nU3ViamVjdDogaW4KCmlubmVy\r\n--b\r\n\r\ntwo\r\n--b--",
         "inner\ntwo"},
        {"an attached message in base64 in one in quoted-printable",
         "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
         "Content-Type: message/news\r\nContent-Transfer-Encoding: base64\r\n\r\n"
         "U3ViamVjdDogaW4KCmlubmVy=\r\n",
         "inner"},
        {"an attached message in base64 that begins with rubbish",
         "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n"
         "eApTdWJqZWN0OiBpbgoKaW5uZXI=",
         "inner"},
        {"an attached message that only says to be in base64",
         "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n"
         "Subject: in\r\n\r\ninner",
         "inner"},
        {"an attached message that only says to be uuencoded",
         "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: x-uuencode\r\n\r\n"
         "Subject: in\r\n\r\ninner",
         "inner"},
        {"a digest",
         "Content-Type: multipart/digest; boundary=d\r\n\r\n--d\r\n\r\nSubject: "
         "in\r\n\r\ninner\r\n--d--",
         "inner"},
        {"only the blank line of a headerless mail", "\r\njust a body", "just a body"},
        {"a boundary in continued parameters",
         "Content-Type: multipart/mixed; boundary*0=b; "
         "boundary*1=c\r\n\r\n--bc\r\n\r\none\r\n--bc--",
         "one"},
        {"a boundary behind a hundred parameters",
         "Content-Type: multipart/mixed" + repeated("; a=b", 100) +
             "; boundary=b\r\n\r\n--b\r\n\r\none\r\n--b--",
         "one"},
        {"a boundary behind 10 kB",
         "Content-Type: multipart/mixed" + repeated(";\r\n a=\";\\\" boundary=x\"", 400) +
             "; boundary=b\r\n\r\n--b\r\n\r\none\r\n--b--",
         "one"},
        {"comments around a boundary",
         "Content-Type: multipart/mixed (a; boundary=x); (b) boundary (c) = (d)\r\n b (\\) (e;))"
         "\r\n\r\n--b\r\n\r\none\r\n--b--",
         "one"},
        {"a value that begins like a comment",
         "Content-Type: multipart/mixed; name=(a; boundary=b\r\n\r\n--b\r\n\r\none\r\n--b--",
         "one"},
        {"a boundary that somebody should have quoted",
         "Content-Type: multipart/mixed; boundary=b(?=)\r\n\r\n--b(?=)\r\n\r\none\r\n--b(?=)--",
         "one"},
        {"a parameter without a value",
         "Content-Type: multipart/mixed; a; =b; boundary=b\r\n\r\n--b\r\n\r\none\r\n--b--", "one"},
        {"a boundary that looks like an encoded word",
         "Content-Type: multipart/mixed; boundary=\"=?us-ascii?q?b?=\"; boundary=b\r\n\r\n"
         "--=?us-ascii?q?b?=\r\n\r\none\r\n--=?us-ascii?q?b?=--",
         "one"},
        {"a boundary that is not ASCII",
         "Content-Type: multipart/mixed; boundary=\"b\xE9\"\r\n\r\n--b\xE9\r\n\r\none\r\n--b\xE9--",
         "one"},
        {"a boundary with escapes, folded",
         "Content-Type: multipart/mixed; boundary=\"b\\\"\\\\\r\n c\"\r\n\r\n"
         "--b\"\\ c\r\n\r\none\r\n--b\"\\ c--",
         "one"},
        {"the first boundary counts",
         "Content-Type: multipart/mixed; boundary*=utf-8''%62; boundary=c\r\n\r\n"
         "--b\r\n\r\none\r\n--b--",
         "one"},
        {"a NUL behind a boundary",
         head + "--b\r\nContent-Type: multipart/mixed; boundary=c" + std::string(1, '\0') +
             "\r\n\r\n--c\r\n\r\none\r\n--c--\r\n--b--",
         "one"},
        {"stars that are none",
         "Content-Type: multipart/mixed; name*1*2=\"; boundary=x\"; name**0=x; name*1**=x; "
         "name*0000=x; boundary=b\r\n\r\n--b\r\n\r\none\r\n--b--",
         "one"},
        {"the first Content-Type counts",
         "Content-Type: text/plain\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\nplain",
         "plain"},
    }));
    DYNAMIC_SECTION(row.says)
    {
        const auto message = read_message(row.bytes);
        CHECK(message.readable);
        CHECK(message.text == row.text);
    }
}

TEST_CASE("what nothing can be made of is not readable, and says why", "[message]")
{
    struct Row {
        const char* says;
        std::string bytes;
    };
    const auto row = GENERATE(values<Row>({
        {"nothing", ""},
        {"words without a blank line", "just words"},
        {"NULs only", std::string(1000, '\0')},
    }));
    DYNAMIC_SECTION(row.says)
    {
        const auto message = read_message(row.bytes);
        CHECK_FALSE(message.readable);
        CHECK_FALSE(message.unreadable_why.empty());
        CHECK(preview_of(row.bytes) == Preview{});
    }
}

TEST_CASE("what a leaf is shown as decides where it goes", "[message]")
{
    struct Row {
        const char* says;
        std::string header;
        bool text;
        bool attachment;
    };
    const auto row = GENERATE(values<Row>({
        {"text", "Content-Type: text/plain", true, false},
        {"text with a name", "Content-Type: text/plain; name=a.txt", true, true},
        {"attached text", "Content-Type: text/plain\r\nContent-Disposition: attachment", false,
         true},
        {"a calendar", "Content-Type: text/calendar", false, true},
        {"a status report", "Content-Type: message/delivery-status", true, false},
        {"an image", "Content-Type: image/png", false, true},
        {"a type of its own", "Content-Type: application/x-what", false, true},
    }));
    DYNAMIC_SECTION(row.says)
    {
        const auto message = read_message(row.header + "\r\n\r\nwords");
        CHECK(message.text == (row.text ? "words" : ""));
        CHECK(message.attachments.size() == (row.attachment ? 1U : 0U));
    }
}

TEST_CASE("the type of an attachment is what it is, not what it says", "[message]")
{
    struct Row {
        const char* says;
        std::string body;
        std::string type;
    };
    const auto row = GENERATE(values<Row>({
        {"PDF", "%PDF-1.7\n", "application/pdf"},
        // MZ and a relocation table below 0x40: a program for DOS.
        {"a program", "MZ" + std::string(22, '\0') + '\x1C' + std::string(200, '\0'),
         "application/x-dosexec"},
        {"a script", "#!/bin/sh\necho hello\n", "text/x-shellscript"},
        {"PNG", "\x89PNG\r\n\x1a\n....", "image/png"},
        {"nothing", "", "application/x-empty"},
    }));
    DYNAMIC_SECTION(row.says)
    {
        const auto message = read_message("Content-Type: image/gif; name=a.gif\r\n\r\n" + row.body);
        REQUIRE(message.attachments.size() == 1);
        CHECK(message.attachments[0].type == row.type);
        CHECK(message.attachments[0].declared_type == "image/gif");
        CHECK(message.attachments[0].size == row.body.size());
    }
}

TEST_CASE("what calls itself a message is an attachment when it is none, or has a name",
          "[message]")
{
    struct Row {
        const char* says;
        std::string name;
        std::string body;
        std::string text;
        std::vector<std::string> types;
    };
    const auto row = GENERATE(values<Row>({
        {"a PDF", "", "JVBERi0xLjQKJQ==", "", {"application/pdf"}},
        {"a PDF with a name", "; name=a.pdf", "JVBERi0xLjQKJQ==", "", {"application/pdf"}},
        {"words", "", "SGVsbG8KCmZvbGtz", "", {"text/plain"}},
        {"nothing", "", "", "", {"application/x-empty"}},
        {"a message", "", "U3ViamVjdDogaW4KCmlubmVy", "inner", {}},
        {"a message with a name", "; name=a", "U3ViamVjdDogaW4KCmlubmVy", "inner", {"text/plain"}},
        {"a message without a header", "", "CmlubmVy", "inner", {}},
    }));
    DYNAMIC_SECTION(row.says)
    {
        const auto message =
            read_message("Content-Type: message/rfc822" + row.name +
                         "\r\nContent-Transfer-Encoding: base64\r\n\r\n" + row.body);
        CHECK(message.text == row.text);
        std::vector<std::string> types;
        for (const auto& attachment : message.attachments) types.push_back(attachment.type);
        CHECK(types == row.types);
    }
}

TEST_CASE("a ZIP is known by its content, encoded as it is", "[message]")
{
    const auto message = read_message(
        "Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        "UEsDBBQAAAAAAAAAIQBDvrfoAQAAAAEAAAAFAAAAYS50eHRhUEsBAhQDFAAAAAAAAAAhAEO+t+gBAAAA"
        "AQAAAAUAAAAAAAAAAAAAAIABAAAAAGEudHh0UEsFBgAAAAABAAEAMwAAACQAAAAAAA==");
    REQUIRE(message.attachments.size() == 1);
    CHECK(message.attachments[0].type == "application/zip");
}

TEST_CASE("a file name is found where mail programs put it", "[message]")
{
    struct Row {
        const char* says;
        std::string header;
        std::string name;
    };
    const auto row = GENERATE(values<Row>({
        {"filename", "Content-Disposition: attachment; filename=a.zip", "a.zip"},
        {"name",
         "Content-Type: application/zip; name=\"a b.zip\"\r\nContent-Disposition: attachment",
         "a b.zip"},
        {"RFC 2231", "Content-Disposition: attachment; filename*=utf-8''%E2%82%AC.zip", "€.zip"},
        {"RFC 2231 in pieces", "Content-Disposition: attachment; filename*0=a; filename*1=.zip",
         "a.zip"},
        {"encoded words", "Content-Disposition: attachment; filename=\"=?utf-8?B?4oKsLnppcA==?=\"",
         "€.zip"},
        {"a comment behind it", "Content-Disposition: attachment; filename=x.js (a script)",
         "x.js"},
        {"blanks and brackets without quotes",
         "Content-Disposition: attachment; filename=Invoice (1).pdf ", "Invoice (1).pdf"},
        {"escapes", "Content-Disposition: attachment; filename=\"a\\\";b.zip\"", "a\";b.zip"},
        {"a quote that does not end", "Content-Disposition: attachment; filename=\"a.zip\\",
         "a.zip"},
        {"none", "Content-Disposition: attachment", ""},
    }));
    DYNAMIC_SECTION(row.says)
    {
        const auto message = read_message(row.header + "\r\n\r\nx");
        REQUIRE(message.attachments.size() == 1);
        CHECK(message.attachments[0].name == row.name);
    }
}
