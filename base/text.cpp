#include "base/text.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "base/byte_class.hpp"

namespace lazaret {
namespace {

constexpr unsigned byte_at(std::string_view text, std::size_t at) noexcept
{
    return static_cast<unsigned char>(text[at]);
}

constexpr bool continues(std::string_view text, std::size_t at) noexcept
{
    return at < text.size() && (byte_at(text, at) & 0xC0U) == 0x80U;
}

// The length of the well-formed UTF-8 sequence at `at`, or 0. Unicode 15, table 3-7.
std::size_t sequence_at(std::string_view text, std::size_t at) noexcept
{
    const unsigned first = byte_at(text, at);
    if (first < 0x80U) return 1;
    if (first < 0xC2U || first > 0xF4U || !continues(text, at + 1)) return 0;
    const unsigned second = byte_at(text, at + 1);
    if (first < 0xE0U) return 2;
    if ((first == 0xE0U && second < 0xA0U) || (first == 0xEDU && second > 0x9FU) ||
        (first == 0xF0U && second < 0x90U) || (first == 0xF4U && second > 0x8FU))
        return 0;
    if (!continues(text, at + 2)) return 0;
    if (first < 0xF0U) return 3;
    return continues(text, at + 3) ? 4 : 0;
}

// Goes over ASCII without NUL, eight bytes at a time: it is nearly all of most texts.
std::size_t skip_plain(std::string_view text, std::size_t at) noexcept
{
    constexpr std::uint64_t ones = 0x0101'0101'0101'0101;
    for (; text.size() - at >= sizeof ones; at += sizeof ones) {
        std::uint64_t bytes = 0;
        std::memcpy(&bytes, text.data() + at, sizeof bytes);
        // The high bit of a byte that is not ASCII, or that was 0 and borrowed.
        if (((bytes | (bytes - ones)) & (ones << 7U)) != 0) break;
    }
    return at;
}

}  // namespace

std::string ascii_lower(std::string_view text)
{
    std::string out{text};
    for (char& c : out) c = ascii_lower(c);
    return out;
}

void erase_all(char c, std::string& text)
{
    // std::erase() looks at each byte by itself: for what is rare, as a line end, six times as
    // long.
    auto to = std::min(text.find(c), text.size());
    for (auto at = to; at < text.size();) {
        const auto next = std::min(text.find(c, at + 1), text.size());
        std::memmove(text.data() + to, text.data() + at + 1, next - at - 1);
        to += next - at - 1;
        at = next;
    }
    text.resize(to);
}

bool same_ignoring_case(std::string_view left, std::string_view right) noexcept
{
    return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                      [](char a, char b) { return ascii_lower(a) == ascii_lower(b); });
}

bool starts_ignoring_case(std::string_view text, std::string_view start) noexcept
{
    return text.size() >= start.size() && same_ignoring_case(text.substr(0, start.size()), start);
}

// Looks for the first letter in both cases with memchr, which is many times faster than a loop; in
// pieces, so that a call costs no more than the way to what it finds, also where one of the cases
// is nowhere: callers look on behind it.
std::size_t find_ignoring_case(std::string_view text, std::string_view small,
                               std::size_t from) noexcept
{
    constexpr auto none = std::string_view::npos;
    constexpr std::size_t first_piece = 256;
    if (small.empty()) return from <= text.size() ? from : none;
    const char first = small.front();
    const char capital = first >= 'a' && first <= 'z' ? static_cast<char>(first - 32) : first;
    const auto is_here = [&](std::size_t at) {
        return same_ignoring_case(text.substr(at, small.size()), small);
    };
    auto length = capital == first ? text.size() : first_piece;
    for (; from < text.size(); from += std::min(length, text.size() - from), length *= 2) {
        const auto piece = text.substr(0, from + std::min(length, text.size() - from));
        auto next_small = piece.find(first, from);
        auto next_capital = capital == first ? none : piece.find(capital, from);
        while (next_small != none || next_capital != none) {
            auto& next = next_small < next_capital ? next_small : next_capital;
            if (is_here(next)) return next;
            next = piece.find(piece[next], next + 1);
        }
    }
    return none;
}

std::string_view trimmed(std::string_view text) noexcept
{
    static constexpr ByteClass blanks{" \t\r\n"};
    const auto first = blanks.first_not_in(text);
    if (first == std::string_view::npos) return {};
    return text.substr(first, blanks.last_not_in(text) - first + 1);
}

std::string valid_utf8(std::string_view text)
{
    std::string out;
    out.reserve(text.size());
    // Well-formed runs are copied whole: nearly every text is one run.
    std::size_t run = 0;
    for (std::size_t at = 0; (at = skip_plain(text, at)) < text.size();) {
        const auto length = text[at] == '\0' ? 0 : sequence_at(text, at);
        if (length > 0) {
            at += length;
            continue;
        }
        out += text.substr(run, at - run);
        out += "\xEF\xBF\xBD";
        run = ++at;
    }
    out += text.substr(run);
    return out;
}

std::string_view cut_utf8(std::string_view text, std::size_t bytes) noexcept
{
    if (text.size() <= bytes) return text;
    while (bytes > 0 && continues(text, bytes)) --bytes;
    return text.substr(0, bytes);
}

}  // namespace lazaret
