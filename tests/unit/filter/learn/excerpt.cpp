#include "milter/filter/learn/excerpt.hpp"

#include <random>
#include <string>

#include "milter/filter/learn/features.hpp"
#include "tests/support/catch.hpp"

using namespace lazaret::filter;

namespace {

std::string excerpt(std::string_view message) { return std::string{Excerpt{message}.text()}; }

std::string in_crlf(std::string_view text)
{
    std::string out;
    for (const char c : text) {
        if (c == '\n') out += '\r';
        out += c;
    }
    return out;
}

}  // namespace

TEST_CASE("an excerpt has what the sender wrote", "[learn]")
{
    struct Row {
        const char* says;
        std::string message, text;
    };
    const auto row = GENERATE(values<Row>({
        {"header and text", "Subject: Hello\n\nSome text\n", "Subject: Hello \nSome text "},
        {"nothing", "", ""},
        {"only a header", "Subject: Hello\n", "Subject: Hello \n"},
        {"no header", "just a sentence\nand one more", "just a sentence and one more"},
        {"white space is one blank", "A:  b\n\t c\n\nd \n\n\n  e", "A: b c \nd e"},
        {"the line of mbox is none", "From bob Mon Nov 23 15:04:05 2026\nA: b\n\nc", "A: b \nc"},
        {"what our side added",
         "Received: from a by b\n\twith ESMTP\nX-Lazaret-Score: 9\nReturn-Path: <a@b.test>\n"
         "delivered-to: x\nAuthentication-Results: mx.test; dkim=pass\nA: b\n\nc",
         "A: b \nc"},
        {"what other filters said", "X-Spam-Flag: YES\nX-Virus-Scanned: yes\nA: b\n\nc",
         "A: b \nc"},
        {"a name that only begins alike", "Received-By-Us: a\n\n", "Received-By-Us: a \n"},
        {"quoted-printable",
         "Content-Transfer-Encoding: quoted-printable\n\ncaf=C3=A9 so=\nft =zz =4",
         "Content-Transfer-Encoding: quoted-printable \ncaf\xC3\xA9 soft =zz =4"},
        {"base64 over lines", "content-transfer-encoding:BASE64\n\nSGVs\nbG8h\n",
         "content-transfer-encoding:BASE64 \nHello!"},
        {"parts of a message",
         "A: b\n\n--x\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\nSGVsbG8h\n"
         "--x\nContent-Type: text/html\n\n<b>\n--x--\n",
         "A: b \nContent-Type: text/plain Content-Transfer-Encoding: base64 Hello! "
         "Content-Type: text/html --x-- <b>"},
        {"base64 ends at its boundary",
         "Content-Transfer-Encoding: base64\n\nSGVsbG8h\n--x--\nplain again",
         "Content-Transfer-Encoding: base64 \nHello! plain again"},
        {"two hyphens in a text", "A: b\n\n--\nBob\n-- \nContents", "A: b \n-- Bob -- Contents"},
        {"NUL and other bytes", std::string{"A: b\n\n\0\x01\xff", 9},
         std::string{"A: b \n\0\x01\xff", 9}},
    }));
    DYNAMIC_SECTION(row.says)
    {
        CHECK(excerpt(row.message) == row.text);
        CHECK(excerpt(in_crlf(row.message)) == row.text);
    }
}

TEST_CASE("neither a field nor the header can push the text out", "[learn]")
{
    const std::string long_field = "X-Padding: " + std::string(100'000, 'a') + "\n";
    CHECK(excerpt(long_field + "\nthe text").size() == Excerpt::field_most + 9);
    std::string folded = "To: bob@example.org";
    for (int i = 0; i < 100; ++i) folded += ",\n\tbob@example.org";
    CHECK(excerpt(folded + "\n\nthe text") == excerpt(in_crlf(folded + "\n\nthe text")));
    std::string header;
    for (int i = 0; i < 1'000; ++i) header += "X-Padding: nothing much to see\n";
    const auto text = excerpt(header + "\nthe text");
    CHECK(text.size() == Excerpt::header_most + 8);
    CHECK(text.ends_with("the text"));
    CHECK(excerpt("A: b\n\n" + std::string(100'000, 'c')).size() == 6 + Excerpt::text_most);
}

TEST_CASE("markup stands behind what a reader sees, and hosts of links are seen", "[learn]")
{
    struct Row {
        const char* says;
        const char* body;
        const char* text;
    };
    const auto row = GENERATE(values<Row>({
        {"tags", "<p>One <b>two</b></p>", "One two "},
        {"less is no tag", "1 < 2 <3 and <", "1 < 2 <3 and "},
        {"a style sheet", "<style>p { color: red }</style>One", "One"},
        {"a script that speaks of tags", "<SCRIPT>if (a</b) x('<p>')</script>One", "One"},
        {"a comment", "<!-- no --><p>One", "One"},
        {"a link", "<a href=\"https://a.example/b?c\">One</a>", "://a.example One "},
        {"a link without quotes", "<a href=http://a.example>One", "://a.example One"},
        {"a tag that does not end", "One <p two", "One "},
    }));
    DYNAMIC_SECTION(row.says)
    {
        const Excerpt one{std::string{"A: b\n\n"} + row.body};
        CHECK(one.body() == row.text);
    }
}

TEST_CASE("a long style sheet leaves room for the words", "[learn]")
{
    const Excerpt one{"A: b\n\n<style>" + std::string(50'000, 'x') + "</style>words"};
    CHECK(one.body() == "words");
    CHECK(one.text().size() == 6 + 5 + Excerpt::markup_most);
}

TEST_CASE("endless messages cost little", "[learn]")
{
    // Each of these gives little or nothing for each of its many bytes.
    const std::string size(20'000'000, '=');
    CHECK(excerpt("Content-Transfer-Encoding: base64\n\n" + size).size() < 100);
    CHECK(excerpt("A: b\n\n" + std::string(20'000'000, '\r')).size() < 100);
    std::string fields;
    while (fields.size() < 20'000'000) fields += "a:\n";
    CHECK(excerpt(fields).size() <= Excerpt::most);
}

TEST_CASE("features are each gram once, whatever ends the lines", "[learn]")
{
    CHECK(Features{"A: b\n\naaaaaaaaaaaaaaaaaa"}.grams().size() == 7);
    CHECK(Features{""}.grams().empty());
    const std::string message = "Subject: Hello there\nTo: bob@example.org\n\nOne\ntwo\n\nthree\n";
    const Features one{message};
    const Features other{in_crlf(message)};
    REQUIRE(one.grams().size() == other.grams().size());
    CHECK(std::equal(one.grams().begin(), one.grams().end(), other.grams().begin()));
}

TEST_CASE("any bytes have features", "[learn]")
{
    std::mt19937 random{7};
    for (int round = 0; round < 300; ++round) {
        std::string bytes;
        for (auto left = random() % 20'000; left > 0; --left) {
            const auto pick = random() % 40;
            bytes += pick == 0   ? "\n"
                     : pick == 1 ? "\n--"
                     : pick == 2 ? "\nContent-Transfer-Encoding: base64\n"
                     : pick == 3 ? "="
                                 : std::string(1, static_cast<char>(random() % 256));
        }
        const Features features{bytes};
        for (const auto index : features.grams()) REQUIRE(index < gram_weights);
    }
}
