#include "tools/lazaretctl/terminal_text.hpp"

#include <cstdlib>
#include <ctime>

#include "tests/support/catch.hpp"

using namespace lazaret;
using namespace lazaret::tools;

TEST_CASE("a stranger's text cannot move the cursor, turn around or hide", "[terminal]")
{
    struct Row {
        const char* says;
        std::string in;
        std::string out;
    };
    const auto row = GENERATE(values<Row>({
        {"plain", "Invoice 17", "Invoice 17"},
        {"other scripts stay", "счёт 請求書 فاتورة", "счёт 請求書 فاتورة"},
        {"an escape sequence", "\x1b[2Jgone", "\\x1b[2Jgone"},
        {"a title sequence with BEL", "\x1b]0;x\a", "\\x1b]0;x\\x07"},
        {"carriage return", "good\rbad", "good\\x0dbad"},
        {"backspace and delete", "a\bb\x7f", "a\\x08b\\x7f"},
        {"a C1 control in UTF-8 (CSI)",
         "a\xc2\x9b"
         "31mb",
         "a\\u{9b}31mb"},
        {"a bare C1 byte",
         "a\x9b"
         "31mb",
         "a\xef\xbf\xbd"
         "31mb"},
        {"NUL", std::string{"a\0b", 3},
         "a\xef\xbf\xbd"
         "b"},
        {"line ends and tabs", "a\r\nb\tc\nd", "a b c d"},
        {"right-to-left override", "exe.\xe2\x80\xaetxt", "exe.\\u{202e}txt"},
        {"isolates", "\xe2\x81\xa6x\xe2\x81\xa9", "\\u{2066}x\\u{2069}"},
        {"zero width space", "pay\xe2\x80\x8bpal", "pay\\u{200b}pal"},
        {"line separator",
         "a\xe2\x80\xa8"
         "b",
         "a\\u{2028}b"},
        {"tag characters", "a\xf3\xa0\x81\x81", "a\\u{e0041}"},
        {"a surrogate is not UTF-8", "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
        {"an accent of its own", "e\xcc\x81", "e\xcc\x81"},
        {"only four marks on one character", "e\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81",
         "e\xcc\x81\xcc\x81\xcc\x81\xcc\x81"},
    }));
    DYNAMIC_SECTION(row.says) { CHECK(harmless_line(row.in) == row.out); }
}

TEST_CASE("text of several lines keeps its lines and nothing else", "[terminal]")
{
    CHECK(harmless_text("a\r\nb\n\tc\rd\x1b[A") == "a\nb\n    c\\x0dd\\x1b[A");
    CHECK(harmless_text("") == "");
}

TEST_CASE("width counts columns, not bytes", "[terminal]")
{
    struct Row {
        const char* says;
        std::string text;
        std::size_t columns;
    };
    const auto row = GENERATE(values<Row>({
        {"nothing", "", 0},
        {"ASCII", "abc", 3},
        {"accents", "Jürgen", 6},
        {"a mark of its own", "e\xcc\x81", 1},
        {"wide characters", "請求書", 6},
        {"emoji", "📦", 2},
    }));
    DYNAMIC_SECTION(row.says) { CHECK(display_width(row.text) == row.columns); }
}

TEST_CASE("a line is cut by columns and says so", "[terminal]")
{
    struct Row {
        const char* says;
        std::string text;
        std::size_t columns;
        std::string out;
    };
    const auto row = GENERATE(values<Row>({
        {"fits", "abc", 3, "abc"},
        {"too long", "abcd", 3, "ab…"},
        {"one column", "abcd", 1, "…"},
        {"no column", "abcd", 0, ""},
        {"a wide character is not halved", "請求書", 4, "請…"},
        {"wide, exactly", "請求書", 6, "請求書"},
    }));
    DYNAMIC_SECTION(row.says)
    {
        CHECK(cut_to_width(row.text, row.columns) == row.out);
        CHECK(display_width(cut_to_width(row.text, row.columns)) <= row.columns);
    }
}

TEST_CASE("a moment is shown in the zone of the machine", "[terminal]")
{
    using namespace std::chrono;
    const Moment moment = sys_days{2026y / November / 23} + 15h + 4min + 59s;
    setenv("TZ", "<+05>-5", 1);  // five hours east of Greenwich
    tzset();
    CHECK(local_text(moment) == "2026-11-23 20:04");
    unsetenv("TZ");
    tzset();
}
