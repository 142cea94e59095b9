#include <fmt/format.h>

#include "base/processor_time.hpp"
#include "milter/filter/rules/evals/content_arguments.hpp"
#include "milter/filter/rules/evals/content_settings.hpp"
#include "milter/filter/rules/evals/image_facts.hpp"
#include "milter/filter/rules/evals/mime_header_match.hpp"
#include "milter/filter/rules/evals/phishing_feeds.hpp"
#include "milter/filter/rules/evals/shortcircuit.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/filter/rules/evals/content_case.hpp"

using namespace lazaret;
using namespace lazaret::filter;
using namespace lazaret::filter::rules;

namespace {

const RegistryBoundaries& boundaries()
{
    static const std::vector<std::string> top{"example", "test", "com", "org"};
    static const RegistryBoundaries made{top, {}, {}};
    return made;
}

/// How often the function hits the message.
unsigned hits(const std::string& message, std::string_view function,
              const std::vector<std::string>& arguments)
{
    const auto rendering = render(message);
    return hits_of(function, arguments, rendering, boundaries());
}

const std::string plain = "Subject: Hello there\nContent-Type: text/plain\n\nOne two three.\n";
const std::string html =
    "Subject: Hello\nContent-Type: text/html\n\n"
    "<html><body><center><img src=\"http://a.example/i.png\" width=10 height=20>"
    "<a href=\"http://b.example/\">https://a.example/login</a><!-- x --></body></html>\n";
const std::string both =
    "Subject: Hello\nMIME-Version: 1.0\nContent-Type: multipart/alternative; boundary=b\n\n"
    "--b\nContent-Type: text/plain\n\nalpha beta gamma\n"
    "--b\nContent-Type: text/html\n\n<p>alpha beta delta omega\n--b--\n";
const std::string quoted =
    "Subject: Hello\nContent-Type: text/plain\nContent-Transfer-Encoding: quoted-printable\n\n" +
    std::string(90, 'x') + "\n=41=42 and =3D=20\n";
std::string in_base64(const std::string& text)
{
    return "Content-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n\n" + text;
}
const std::string program = in_base64("TVqQAAMAAAAEAAAA\n");
const std::string begun_program = in_base64("TVqQAAMA");  // and that is all
const std::string named_twice =
    "Content-Type: application/octet-stream; name=a.exe\n"
    "Content-Disposition: attachment; filename=a.txt\n\nx\n";
const std::string no_blank =
    "Subject: Hello\nMIME-Version: 1.0\nContent-Type: multipart/alternative; boundary=b\n\n"
    "--b\nContent-Type: text/plain\n\nalpha beta\n"
    "--b\nContent-Type: text/html\n\n<p>alpha&#160;beta\n--b--\n";
const std::string stock =
    "Content-Type: text/plain\n\nOur Company: x\nCompany address: y\nS t o c k: z\n"
    "Symm: z\nSymx: z\n"
    "Trade date: now\nThe trade date: now\n";
// An encoding that no multipart may have (RFC 2045 6.4) counts all the same.
const std::string quoted_whole =
    "Subject: Hello\nContent-Type: multipart/mixed; boundary=b\n"
    "Content-Transfer-Encoding: quoted-printable\n\n--b\n\nalpha\n--b--\n";

}  // namespace

TEST_CASE("functions about contents hit what SpamAssassin's do", "[contents]")
{
    struct Row {
        std::string function;
        std::vector<std::string> arguments;
        const std::string& message;
        unsigned expected;
    };
    const std::vector<Row> rows{
        {"html_test", {"html"}, html, 1},
        {"html_test", {"html"}, plain, 0},
        {"html_tag_exists", {"center"}, html, 1},
        {"html_tag_balance", {"center", "!= 0"}, html, 1},
        {"html_tag_balance", {"body", "!= 0"}, html, 0},
        {"html_image_only", {"0000", "0400"}, html, 1},
        {"html_text_match", {"comment", "<!.*?>"}, html, 1},
        {"html_text_match", {"anchor", "<img>"}, html, 0},
        {"html_range", {"length", "0", "1024"}, html, 1},
        {"html_eval", {"length", "< 100"}, html, 0},
        {"check_https_http_mismatch", {"1", "10"}, html, 1},
        {"check_https_http_mismatch", {"1", "10"}, plain, 0},
        {"check_for_mime_html_only", {}, html, 1},
        {"check_for_mime_html_only", {}, both, 0},
        {"check_for_mime_html", {}, both, 1},
        {"multipart_alternative_difference", {"49", "51"}, both, 1},
        {"multipart_alternative_difference", {"51", "100"}, both, 0},
        {"multipart_alternative_difference_count", {"0.5", "1"}, both, 1},
        {"check_for_mime", {"mime_qp_count"}, quoted, 1},
        {"check_for_mime", {"mime_qp_count"}, quoted_whole, 1},
        {"check_for_mime", {"mime_qp_count"}, both, 0},
        {"check_for_mime", {"mime_qp_long_line"}, quoted, 1},
        {"check_for_mime", {"mime_qp_long_line"}, plain, 0},
        {"check_for_mime", {"no_such_thing"}, quoted, 0},
        {"check_body_length", {"128"}, plain, 1},
        {"check_body_length", {"3"}, plain, 0},
        {"image_count", {"all", "1"}, both, 0},
        {"image_count", {"all", "0", "0"}, both, 1},
        {"pdf_count", {"1"}, both, 0},
        {"check_language", {}, plain, 0},
        {"check_microsoft_executable", {}, plain, 0},
        {"check_microsoft_executable", {}, program, 1},
        {"check_microsoft_executable", {}, begun_program, 0},
        {"check_microsoft_executable", {}, named_twice, 1},
        // To Perl no blank, in a text of ASCII and Latin 1.
        {"multipart_alternative_difference", {"99", "100"}, no_blank, 1},
        {"check_stock_info", {"4"}, stock, 1},
        {"check_stock_info", {"5"}, stock, 0},
    };
    for (const auto& row : rows) {
        CAPTURE(row.function, row.arguments);
        CHECK(hits(row.message, row.function, row.arguments) == row.expected);
    }
}

TEST_CASE("every function takes any message and no arguments", "[contents]")
{
    const std::vector<std::string> messages{
        "",
        "\n",
        "\n\n\xff\xfe\x00"
        "abc",
        plain,
        html,
        both,
        quoted,
        "Content-Type: image/png; name=a.png\nContent-Transfer-Encoding: base64\n\niVBORw0K\n",
        "Content-Type: application/pdf\n\n%PDF-1.4\n/Title (\\\n/URI (\n/Author <41\n",
        "Content-Type: text/plain; name=\"a.exe\"\n\n:\n:\n\nM35\nTV\n"};
    for (const auto& entry : content_evals()) {
        if (!entry.run) {
            CHECK_FALSE(entry.why_not.empty());
            continue;
        }
        for (const auto& message : messages) {
            CAPTURE(entry.name);
            hits(message, entry.name, {});
            hits(message, entry.name, {"all", "(", "2"});
        }
    }
}

namespace {

/// Words whose public hash, of which WordCounts takes its places, has the six bits 33 to 38 zero.
std::string chosen_words(std::size_t most)
{
    std::string text;
    std::string word = "aaaaa";
    for (std::size_t found = 0; found < most;) {
        std::uint64_t hash = 0xCBF29CE484222325;
        for (const char c : word) {
            hash = (hash ^ static_cast<unsigned char>(c)) * 0x9FB21C651E98DF25;
            hash ^= hash >> 32U;
        }
        if (((hash >> 33U) & 63U) == 0) {
            text += word;
            text += ++found % 12 == 0 ? '\n' : ' ';
        }
        auto at = word.size();
        while (at > 0 && word[at - 1] == 'z') word[--at] = 'a';
        if (at == 0) break;
        ++word[at - 1];
    }
    return text;
}

}  // namespace

TEST_CASE("words chosen to fall together are counted as fast as others", "[contents]")
{
    const auto message =
        "Content-Type: multipart/alternative; boundary=b\n\n"
        "--b\nContent-Type: text/plain\n\nhi\n"
        "--b\nContent-Type: text/html\n\n" +
        chosen_words(100'000) + "\n--b--\n";
    const auto begin = lazaret::thread_processor_time();
    CHECK(hits(message, "multipart_alternative_difference_count", {"100000", "1"}) == 0);
    CHECK(hits(message, "multipart_alternative_difference", {"99", "100"}) == 1);
    CHECK(lazaret::thread_processor_time() - begin < std::chrono::seconds{5});
}

TEST_CASE("alternatives in alternatives are read a few times, and the outer ones first",
          "[contents]")
{
    std::string message = "Content-Type: multipart/alternative; boundary=a\n\n";
    for (char boundary = 'a'; boundary < 'k'; ++boundary)
        message += fmt::format(
            "--{0}\nContent-Type: text/plain\n\nalpha beta\n"
            "--{0}\nContent-Type: multipart/alternative; boundary={1}\n\n",
            boundary, static_cast<char>(boundary + 1));
    message += "--k\nContent-Type: text/html\n\n<p>alpha beta gamma delta\n";
    // Of the innermost, all words of the HTML are missing.
    CHECK(hits(message, "multipart_alternative_difference", {"49", "51"}) == 1);
}

TEST_CASE("images say their sizes", "[contents]")
{
    using namespace std::string_literals;
    CHECK(gif_size("GIF89a\x02\x00\x03\x00"s) == ImageSize{3, 2});
    CHECK(png_size("\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x05\0\0\0\x07"s) == ImageSize{7, 5});
    CHECK(jpeg_size("\xff\xd8\xff\xe0\0\x04zz\xff\xc0\0\x0b\x08\0\x09\0\x08\x01"s) ==
          ImageSize{9, 8});
    CHECK(jpeg_size("\xff\xd8\xff\xe0\0\0"s) == ImageSize{});
    CHECK(png_size("GIF89a") == ImageSize{});
}

TEST_CASE("URIs of a PDF are found by their key, or between the brackets that end a link",
          "[contents]")
{
    const auto uris = [](const std::string& lines) {
        PdfFacts facts;
        facts.take("%PDF-1.4\n" + lines, "a.pdf");
        return facts.uris;
    };
    using Uris = std::vector<std::string>;
    CHECK(uris("/URI (http://a.example/)\n") == Uris{"http://a.example/"});
    CHECK(uris("<</S/URI/URI(https://a.example/x)>>\n") == Uris{"https://a.example/x"});
    CHECK(uris("<</S/URI/Type/Action/URI(https://a.example/x)>>\n") == Uris{"https://a.example/x"});
    CHECK(uris("/URI\n(https://a.example/x)>>\n") == Uris{"https://a.example/x"});
    CHECK(uris("[(https://a.example/x)>>(https://b.example/y)>>\n") ==
          Uris{"https://a.example/x", "https://b.example/y"});
    CHECK(uris("(https://a.example/x)\n").empty());
    CHECK(uris("(https://a.b)>>\n").empty());
    CHECK(uris("(httpd://a.example/x)>>\n").empty());
    CHECK(uris("(https://a.example/" + std::string(300, 'x') + ")>>\n").empty());
}

TEST_CASE("PDF texts lose their escapes", "[contents]")
{
    CHECK(pdf_text("(Foo \\(bar\\))") == "Foo (bar)");
    CHECK(pdf_text("(\\101\\102)") == "AB");
    CHECK(pdf_text("<FEFF00410042>") == "AB");
    CHECK(pdf_text("(" + std::string(1'000, 'x') + ")") == std::string(256, 'x'));
    std::string wide = "(\\376\\377";
    for (int count = 0; count < 300; ++count) wide += "\\000x";
    CHECK(pdf_text(wide + ")") == std::string(256, 'x'));
    PdfFacts facts;
    facts.take("%PDF-1.4\n/Author(ann)\n/Image\n<</Width 20/Height 10>>\n", "a.pdf");
    CHECK(facts.details["author"].contains("ann"));
    CHECK(facts.sizes.contains({10, 20}));
    CHECK(facts.digests.size() == 1);
}

TEST_CASE("PDF files made to be slow are not", "[contents]")
{
    struct Row {
        const char* says;
        std::string piece;
        std::string first;
        std::size_t details;
    };
    const auto row = GENERATE(values<Row>({
        {"keys of addresses behind blanks", "/URI", std::string(500'000, ' '), 0},
        {"dates that never begin", "/ModDate(", "", 1},
        {"addresses that never end", "(http://)", "", 0},
        {"keys within a text", "/Title(", "", 1},
        {"keys of addresses within a text", "/S/URI/URI(a.b", "", 0},
        {"blanks", "/URI   ", "", 0},
    }));
    DYNAMIC_SECTION(row.says)
    {
        std::string file = "%PDF-1.4\n" + row.first;
        while (file.size() < 2'000'000) file += row.piece;
        PdfFacts facts;
        facts.take(file, "a.pdf");
        CHECK(facts.uris.empty());
        CHECK(facts.details.size() == row.details);
    }
}

TEST_CASE("a PDF's image has the size that SpamAssassin reads", "[contents]")
{
    struct Row {
        const char* says;
        std::string lines;
        std::uint64_t images;
    };
    const auto [says, lines, images] = GENERATE(values<Row>({
        {"behind something else", "<</Image/Width 20/Height 10>>", 1},
        {"the second of two", "<</Image/Width 20 /Width 20/Height 10>>", 1},
        {"at the start of the line only one is read", "/Image\n/Width 20/Height 10", 0},
        {"the other one at the start", "/Image\n/Height 10/Width 20/Height 10", 0},
        {"on two lines", "/Image\n<</Width 20\n/Height 10>>", 0},
        {"stretched", "/Image\n20 0 0 10 0 0 cm", 1},
        {"before there is an image", "<</Width 20/Height 10>>\n/Image", 0},
    }));
    DYNAMIC_SECTION(says)
    {
        PdfFacts facts;
        facts.take("%PDF-1.4\n" + lines + "\n", "a.pdf");
        CHECK(facts.images == images);
    }
}

TEST_CASE("a shortcircuit decides by its kind", "[contents]")
{
    RuleSettings settings;
    settings.add("shortcircuit", {"GOOD ham", {}});
    settings.add("shortcircuit", {"BAD spam", {}});
    settings.add("shortcircuit", {"AS_SCORED on", {}});
    const auto made = Shortcircuit::from(settings);
    CHECK(made.decision("GOOD", 1)->points == -100);
    CHECK(made.decision("BAD", 1)->is_spam);
    CHECK_FALSE(made.decision("AS_SCORED", -1)->is_spam);
    CHECK_FALSE(made.decision("OTHER", 1).has_value());
    CHECK(made.priority("BAD") == -200);
}

TEST_CASE("feeds of phishing addresses are read", "[contents]")
{
    TextSet addresses;
    read_feed("# by us\nhttp://a.example/x?y\n", FeedForm::OpenPhish, 6, true, addresses);
    read_feed(
        "Date,Score,URL\n\"d\",\"7\",\"http://b.example/\"\n\"d\",\"2\",\"http://c.example/\"\n",
        FeedForm::PhishStats, 6, false, addresses);
    CHECK(addresses == TextSet{"http://a.example/x", "http://b.example/"});
}
