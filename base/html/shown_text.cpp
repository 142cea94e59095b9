#include "base/html/shown_text.hpp"

#include "base/text.hpp"

namespace lazaret {
namespace {

// U+202A to U+202E and U+2066 to U+2069, by the bytes behind E2.
bool reorders(unsigned char second, unsigned char third)
{
    return (second == 0x80 && third >= 0xAA && third <= 0xAE) ||
           (second == 0x81 && third >= 0xA6 && third <= 0xA9);
}

// U+2028 and U+2029, which end a line.
bool ends_line(unsigned char second, unsigned char third)
{
    return second == 0x80 && (third == 0xA8 || third == 0xA9);
}

bool is_control(unsigned char c) { return c < 0x20 || c == 0x7F; }

std::string cleaned(std::string_view text, std::size_t longest, bool keep_lines)
{
    // Cut before it is looked at: a subject can be megabytes long. Twice, since what goes was read.
    const auto valid = valid_utf8(text.substr(0, 4 * longest + 16));
    const bool was_cut = text.size() > 4 * longest + 16;
    std::string shown;
    for (std::size_t at = 0; at < valid.size(); ++at) {
        const auto byte = [&](std::size_t ahead) {
            return at + ahead < valid.size() ? static_cast<unsigned char>(valid[at + ahead]) : 0U;
        };
        const auto c = static_cast<unsigned char>(valid[at]);
        const auto second = static_cast<unsigned char>(byte(1));
        const auto third = static_cast<unsigned char>(byte(2));
        if (c == 0xE2 && reorders(second, third)) {
            at += 2;
        } else if (c == 0xE2 && ends_line(second, third)) {
            shown += keep_lines ? '\n' : ' ';
            at += 2;
        } else if (c == 0xC2 && second >= 0x80 && second <= 0x9F) {  // C1 controls
            shown += ' ';
            at += 1;
        } else if (is_control(c)) {
            if (keep_lines && c == '\r' && byte(1) == '\n') continue;
            shown += keep_lines && (c == '\n' || c == '\t') ? valid[at] : ' ';
        } else {
            shown += valid[at];
        }
    }
    if (shown.size() <= longest && !was_cut) return shown;
    return std::string{cut_utf8(shown, longest)} + "\u2026";
}

}  // namespace

std::string shown_line(std::string_view text, std::size_t longest)
{
    return cleaned(text, longest, false);
}

std::string shown_text(std::string_view text, std::size_t longest)
{
    return cleaned(text, longest, true);
}

}  // namespace lazaret
