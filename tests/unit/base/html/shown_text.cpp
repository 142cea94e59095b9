#include "base/html/shown_text.hpp"

#include "tests/support/catch.hpp"

using namespace lazaret;

TEST_CASE("a stranger's line neither reorders nor breaks what stands around it", "[html]")
{
    struct Row {
        const char* says;
        std::string in;
        std::string out;
    };
    const auto row = GENERATE(values<Row>({
        {"plain", "Your invoice", "Your invoice"},
        {"markup stays text", "<b>&amp;</b>", "<b>&amp;</b>"},
        {"line ends", "a\r\nb\nc", "a  b c"},
        {"NUL", std::string("a\0b", 3), "a\uFFFDb"},
        {"controls", "a\x1B[2Jb\x7F", "a [2Jb "},
        {"C1 controls", "a\u0085b", "a b"},
        {"override", "invoice\u202Efdp.exe", "invoicefdp.exe"},
        {"isolates", "\u2066a\u2069", "a"},
        {"separators", "a\u2028b\u2029c", "a b c"},
        {"joiners stay", "\u0645\u06CC\u200C\u062E", "\u0645\u06CC\u200C\u062E"},
        {"broken UTF-8", "a\xFF\xE2\x80", "a\uFFFD\uFFFD\uFFFD"},
        {"nothing", "", ""},
    }));
    DYNAMIC_SECTION(row.says) { CHECK(shown_line(row.in) == row.out); }
}

TEST_CASE("a long line is cut between characters", "[html]")
{
    CHECK(shown_line("abcdef", 6) == "abcdef");
    CHECK(shown_line("abcdefg", 6) == "abcdef\u2026");
    CHECK(shown_line("\u00E9\u00E9\u00E9\u00E9", 7) == "\u00E9\u00E9\u00E9\u2026");
    CHECK(shown_line(std::string(1'000'000, 'x'), 10) == "xxxxxxxxxx\u2026");
    CHECK(shown_line(std::string(1'000'000, '\n'), 3).size() == 6);
}

TEST_CASE("a text keeps its lines", "[html]")
{
    CHECK(shown_text("a\r\n\tb\u2028c\u202Ed", 100) == "a\n\tb\ncd");
}
