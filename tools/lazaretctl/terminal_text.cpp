#include "tools/lazaretctl/terminal_text.hpp"

#include <fmt/format.h>
#include <locale.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include <algorithm>
#include <array>
#include <ctime>

#include "base/text.hpp"

namespace lazaret::tools {
namespace {

constexpr int most_marks = 4;

struct Range {
    char32_t first, last;
};

/// Characters that are not seen, or that turn the reading direction: they would make a line read
/// otherwise than it is. The zero-width joiner stays, because emoji are built with it.
constexpr auto hidden = std::to_array<Range>({
    {0x00AD, 0x00AD},    // soft hyphen
    {0x061C, 0x061C},    // Arabic letter mark
    {0x180E, 0x180E},    // Mongolian vowel separator
    {0x200B, 0x200C},    // zero-width space and non-joiner
    {0x200E, 0x200F},    // left-to-right and right-to-left mark
    {0x2028, 0x202E},    // line and paragraph separator, bidi embeddings and overrides
    {0x2060, 0x206F},    // word joiner, invisible operators, bidi isolates
    {0xFEFF, 0xFEFF},    // byte order mark
    {0xFFF9, 0xFFFB},    // interlinear annotation
    {0xE0000, 0xE0FFF},  // tags
});

bool is_hidden(char32_t c)
{
    return std::any_of(hidden.begin(), hidden.end(),
                       [&](const Range& range) { return c >= range.first && c <= range.last; });
}

/// Columns of one character by the C library's tables for UTF-8, whatever the user's locale is;
/// -1 for what cannot be printed.
int columns_of(char32_t c)
{
    static const auto utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    if (!utf8) return c < 0x20 || (c >= 0x7F && c < 0xA0) ? -1 : 1;
    const auto before = uselocale(utf8);
    const int width = wcwidth(static_cast<wchar_t>(c));
    uselocale(before);
    return width;
}

struct Character {
    char32_t code = 0;
    std::string_view bytes;
};

/// Takes the first character off valid UTF-8.
Character take(std::string_view& text)
{
    const auto first = static_cast<unsigned char>(text.front());
    const std::size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    Character c{length == 1 ? first : first & (0xFFU >> (length + 1)), text.substr(0, length)};
    for (const char next : c.bytes.substr(1))
        c.code = c.code << 6U | (static_cast<unsigned char>(next) & 0x3FU);
    text.remove_prefix(c.bytes.size());
    return c;
}

void append_harmless(std::string& out, const Character& c, int& marks)
{
    const int width = columns_of(c.code);
    if (width < 0 || is_hidden(c.code)) {
        out += c.code < 0x80 ? fmt::format("\\x{:02x}", static_cast<unsigned>(c.code))
                             : fmt::format("\\u{{{:x}}}", static_cast<unsigned>(c.code));
        marks = 0;
        return;
    }
    marks = width == 0 ? marks + 1 : 0;
    if (marks <= most_marks) out += c.bytes;
}

std::string harmless(std::string_view text, std::string_view line_end, std::string_view tab)
{
    const auto clean = valid_utf8(text);
    std::string out;
    int marks = 0;
    for (std::string_view rest = clean; !rest.empty();) {
        const auto c = take(rest);
        if (c.code == '\r' && rest.starts_with('\n')) continue;
        if (c.code == '\n') out += line_end;
        else if (c.code == '\t') out += tab;
        else append_harmless(out, c, marks);
    }
    return out;
}

}  // namespace

std::string harmless_line(std::string_view text) { return harmless(text, " ", " "); }

std::string harmless_text(std::string_view text) { return harmless(text, "\n", "    "); }

std::size_t display_width(std::string_view line)
{
    std::size_t columns = 0;
    while (!line.empty()) {
        const int width = columns_of(take(line).code);
        if (width > 0) columns += static_cast<std::size_t>(width);
    }
    return columns;
}

std::string cut_to_width(std::string_view line, std::size_t columns)
{
    if (display_width(line) <= columns) return std::string{line};
    if (columns == 0) return {};
    std::string out;
    std::size_t used = 0;
    while (!line.empty()) {
        const auto c = take(line);
        const auto width = static_cast<std::size_t>(std::max(columns_of(c.code), 0));
        if (used + width > columns - 1) break;
        used += width;
        out += c.bytes;
    }
    return out + "…";
}

std::size_t terminal_columns()
{
    winsize size{};
    if (isatty(STDOUT_FILENO) == 0) return 0;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
    return size.ws_col;
}

std::string local_text(Moment moment)
{
    const std::time_t seconds =
        std::chrono::floor<std::chrono::seconds>(moment).time_since_epoch().count();
    std::tm parts{};
    localtime_r(&seconds, &parts);
    return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}", parts.tm_year + 1900, parts.tm_mon + 1,
                       parts.tm_mday, parts.tm_hour, parts.tm_min);
}

}  // namespace lazaret::tools
