#include <algorithm>

#include "base/base64.hpp"
#include "base/text.hpp"
#include "milter/filter/message/message.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/print.hpp"

using namespace lazaret;
using namespace lazaret::filter;

// Messages that would end a stack, fill the memory or never end if reading were naive. None is
// timed: the whole file takes some seconds, and a reading that does not end is seen.
namespace {

std::string repeated(const std::string& piece, std::size_t count)
{
    std::string out;
    out.reserve(piece.size() * count);
    for (std::size_t at = 0; at < count; ++at) out += piece;
    return out;
}

template <std::size_t Size>
std::string with_nuls(const char (&text)[Size])
{
    return {text, Size - 1};
}

std::string nested_multiparts(int depth)
{
    std::string out = "Subject: x\r\n";
    for (int at = 0; at < depth; ++at) {
        const auto boundary = "b" + std::to_string(at);
        out += "Content-Type: multipart/mixed; boundary=" + boundary + "\r\n\r\n--" + boundary +
               "\r\n";
    }
    return out + "\r\ndeep";
}

std::string numbered(const std::string& before, int count, const std::string& after)
{
    std::string out;
    for (int at = 0; at < count; ++at) out += before + std::to_string(at) + after;
    return out;
}

// Each end tag moves its formatting through hundreds of blocks.
std::string blocks_in_formatting(std::size_t count)
{
    return repeated(repeated("<b>", 100) + repeated("<dl>", 400) + repeated("</b>", 5'100) +
                        repeated("</dl>", 400),
                    count);
}

// Each of the second half belongs in front of all of the first.
std::string marks_out_of_order(std::size_t count)
{
    return repeated("\u0315", count) + repeated("\u0334", count);
}

std::string html_mail(const std::string& html) { return "Content-Type: text/html\r\n\r\n" + html; }

void check_valid(const Message& message)
{
    CHECK(message.text == valid_utf8(message.text));
    CHECK(message.html_text == valid_utf8(message.html_text));
    CHECK(message.subject == valid_utf8(message.subject));
    CHECK(message.from == valid_utf8(message.from));
    const ReadLimits limits;
    CHECK(message.text.size() <= limits.text);
    CHECK(message.html_text.size() <= limits.text);
    CHECK(message.links.size() <= limits.links);
    CHECK(message.attachments.size() <= limits.parts);
    CHECK(message.part_count <= limits.parts + 1);
}

}  // namespace

TEST_CASE("what passes a limit is cut short, and the rest is read", "[message][hostile]")
{
    const std::string multipart = "Content-Type: multipart/mixed; boundary=b\r\n\r\n";
    struct Row {
        const char* says;
        std::string bytes;
    };
    const auto row = GENERATE_COPY(values<Row>({
        {"10,000 multiparts deep", nested_multiparts(10'000)},
        {"10,000 parts wide", multipart + repeated("--b\r\n\r\nx\r\n", 10'000)},
        {"a million empty parts", multipart + repeated("--b\n", 1'000'000)},
        {"10,000 attached messages, one in the other",
         repeated("Content-Type: message/rfc822\r\n\r\n", 10'000) + "x"},
        {"multiparts that bloom",
         multipart + repeated("--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n", 20'000)},
        {"100 MB of text", "Subject: x\r\n\r\n" + std::string(100 << 20, 'x')},
        {"text above a megabyte", "Subject: x\r\n\r\n" + std::string(2 << 20, 'x')},
        {"a header field of a megabyte", "Subject: " + std::string(1 << 20, 'x') + "\r\n\r\nbody"},
        {"a From field of a megabyte",
         "From: " + repeated("a@example.org, ", 70'000) + "\r\n\r\nbody"},
        {"ten From fields of commas",
         repeated("From: " + repeated("a,", 29'000) + "\r\n", 10) + "\r\nbody"},
        {"ten From fields of signs",
         repeated("From: " + repeated("a@", 29'000) + "\r\n", 10) + "\r\nbody"},
        {"a header of 10 MB", repeated("X-A: b\r\n", 1'300'000) + "\r\nbody"},
        {"many From fields", repeated("From: a@example.org\r\n", 1'000) + "\r\nbody"},
        {"1,000 attachments at which libmagic is slow",
         multipart +
             repeated("--b\r\nContent-Type: a/b\r\n\r\nx" + std::string(4'000, '\n') + "x\r\n",
                      999)},
        {"names in many charsets",
         "Content-Type: multipart/mixed; boundary=b\r\n\r\n" +
             repeated(
                 "--b\r\nContent-Disposition: attachment; filename=\"" +
                     repeated("=?cp437?q?a?= =?cp737?q?a?= =?cp775?q?a?= =?cp852?q?a?= ", 140) +
                     "\"\r\n\r\nx\r\n",
                 300)},
        {"parameters in charsets that take turns",
         multipart + repeated("--b\r\nContent-Type: text/plain; name*=cp437''%41; "
                              "name*=cp737''%41; name*=cp775''%41; name*=cp852''%41\r\n\r\nx\r\n",
                              300)},
        {"a file name in a hundred and one pieces",
         "Content-Disposition: attachment" + numbered("; filename*", 101, "=a") + "\r\n\r\nx"},
        {"a file name of 10 kB",
         "Content-Disposition: attachment; filename=" + std::string(10'000, 'x') + "\r\n\r\nx"},
        {"a boundary of 10 kB",
         "Content-Type: multipart/mixed; boundary=" + std::string(10'000, 'x') + "\r\n\r\nx"},
        {"10,000 links", html_mail(numbered("<a href=http://h", 10'000, ".test/>x</a>"))},
        {"HTML above a megabyte", html_mail(repeated("<p>word ", 200'000))},
        {"a million open tags", html_mail(repeated("<b>", 350'000))},
        {"formatting that repeats itself",
         html_mail(numbered("<b id=", 20'000, ">") + repeated("<p>x", 50'000))},
        {"formatting that ends in blocks again and again", html_mail(blocks_in_formatting(40))},
    }));
    DYNAMIC_SECTION(row.says)
    {
        const auto message = read_message(row.bytes);
        CHECK(message.readable);
        CHECK(message.cut_short);
        check_valid(message);
    }
}

TEST_CASE("what is odd but within the limits is read", "[message][hostile]")
{
    struct Row {
        const char* says;
        std::string bytes;
    };
    const auto row = GENERATE(values<Row>({
        {"100,000 header fields", repeated("To: a@b.test\r\n", 100'000) + "\r\nbody"},
        {"groups in groups, which end GMime's stack",
         "From: " + repeated("a:", 30'000) + "\r\n\r\nbody"},
        {"brackets in brackets", "From: " + repeated("<", 60'000) + "\r\n\r\nbody"},
        {"comments in comments", "From: " + repeated("(", 60'000) + "\r\n\r\nbody"},
        {"quotes", "From: " + repeated("\"a\" ", 15'000) + "\r\n\r\nbody"},
        {"a long route", "From: <" + repeated("@a,", 20'000) + ":b@c.test>\r\n\r\nbody"},
        {"encoded words without end",
         "Subject: " + repeated("=?utf-8?Q?a?= ", 4'500) + "\r\n\r\nbody"},
        {"open encoded words", "Subject: " + repeated("=?utf-8?B?", 6'000) + "\r\n\r\nbody"},
        {"folds", "Subject: " + repeated("a\r\n ", 16'000) + "\r\n\r\nbody"},
        {"parameters without end",
         "Content-Type: text/plain" + numbered("; a", 20'000, "*0=x") + "\r\n\r\nbody"},
        {"NULs", "Subject: x\r\n\r\n" + std::string(500'000, '\0')},
        {"NULs in the header", with_nuls("Sub\0ject: \0x\0\r\nFrom: a\0b@c.test\r\n\r\nx")},
        {"bare CR", repeated("Subject: x\r", 10'000)},
        {"broken base64", "Content-Transfer-Encoding: base64\r\n\r\n" + repeated("=A=B!", 100'000)},
        {"uuencode without end", "Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 x\r\n" +
                                     repeated("M1\r\n", 100'000)},
        {"boundaries that are none",
         "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + repeated("--c\n", 500'000)},
        {"a bar of hyphens", "Subject: x\r\n\r\n" + std::string(500'000, '-')},
        {"entities", html_mail(repeated("&amp;&#x41;&unknown;&", 40'000))},
        {"one tag with many attributes", html_mail("<p" + numbered(" a", 3'000, "=b") + ">x")},
        {"comments in HTML", html_mail(repeated("<!--", 200'000))},
        {"CDATA in SVG", html_mail("<svg>" + repeated("<![CDATA[", 100'000))},
        {"a host of marks in the wrong order",
         html_mail("<a href=https://a" + marks_out_of_order(60'000) + ".test/>x")},
        {"and in text", "\r\nhttps://a" + marks_out_of_order(60'000) + ".test/"},
        {"an endless tag", html_mail("<a href=\"" + std::string(900'000, 'x'))},
        {"an image with a name in escapes",
         html_mail("<img src=\"cid:" + repeated("%40", 340'000) + "\">")},
        {"tables in tables", html_mail(repeated("<table><tr><td>", 3'000))},
        {"wide characters",
         "Content-Type: text/plain; charset=utf-16\r\n\r\n" + std::string(500'001, '\xD8')},
    }));
    DYNAMIC_SECTION(row.says)
    {
        const auto message = read_message(row.bytes);
        CHECK(message.readable);
        check_valid(message);
        const auto preview = preview_of(row.bytes);
        CHECK(preview.text == valid_utf8(preview.text));
        CHECK(preview.html == valid_utf8(preview.html));
        CHECK(preview.html.starts_with(sanitised_html(preview.html)));  // cut: without its mark
    }
}

TEST_CASE("an apostrophe in a file name is no change of charset", "[message][hostile]")
{
    const auto message =
        read_message("Content-Type: multipart/mixed; boundary=b\r\n\r\n" +
                     repeated("--b\r\nContent-Type: a/b; name*0=\"O'Brien\"; name*1*=\" it's\"\r\n"
                              "Content-Disposition: attachment; filename*=utf-8''%41\r\n\r\nx\r\n",
                              600));
    CHECK_FALSE(message.cut_short);
    REQUIRE(message.attachments.size() == 600);
    CHECK(message.attachments.back().name == "A");
}

TEST_CASE("charsets of pieces that come before the first are counted", "[message][hostile]")
{
    const auto message = read_message(
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n" +
        repeated("--b\r\nContent-Disposition: attachment; filename*1*=cp437''%41; filename*0=a"
                 "\r\n\r\nx\r\n--b\r\nContent-Disposition: attachment; filename*1*=cp737''%41"
                 "\r\n\r\nx\r\n",
                 300));
    CHECK(message.cut_short);
}

TEST_CASE("attached messages are decoded while there is room", "[message][hostile]")
{
    std::string bytes = "Subject: x\n\n" + std::string(1'000, 'x');
    for (int level = 0; level < 8; ++level) {
        auto encoded = base64url(bytes);
        std::replace(encoded.begin(), encoded.end(), '-', '+');
        std::replace(encoded.begin(), encoded.end(), '_', '/');
        bytes = "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n" + encoded;
    }
    ReadLimits limits;
    CHECK(read_message(bytes, limits).text == std::string(1'000, 'x'));
    limits.message = bytes.size();
    CHECK(read_message(bytes, limits).cut_short);
    limits.message = 4 * bytes.size();
    CHECK_FALSE(read_message(bytes, limits).cut_short);
}

TEST_CASE("every prefix of a message is read", "[message][hostile]")
{
    const std::string bytes =
        "From: =?utf-8?Q?J=C3=BC?= <a@example.org>\r\nContent-Type: multipart/mixed; boundary=\"b "
        "b\"\r\n\r\n"
        "--b b\r\nContent-Type: text/html; charset=iso-2022-jp\r\nContent-Transfer-Encoding: "
        "base64\r\n\r\n"
        "PHA+GyRCJCobKEI8L3A+\r\n--b b\r\nContent-Type: message/rfc822\r\n\r\nSubject: in\r\n\r\n"
        "<a href=http://e.test>\r\n--b b--\r\n";
    for (std::size_t length = 0; length <= bytes.size(); ++length) {
        const auto message = read_message(std::string_view{bytes}.substr(0, length));
        check_valid(message);
    }
}
