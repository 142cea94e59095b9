#pragma once

#include <string>
#include <string_view>

namespace lazaret {

/// A to Z made small; other bytes stay.
constexpr char ascii_lower(char c) noexcept
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

/// `text` with A to Z made small; other bytes, UTF-8 among them, stay.
std::string ascii_lower(std::string_view text);

/// Takes each `c` out of the text.
void erase_all(char c, std::string& text);

/// Whether two texts are the same but for the case of A to Z.
bool same_ignoring_case(std::string_view left, std::string_view right) noexcept;

/// Whether `text` begins with `start`, but for the case of A to Z.
bool starts_ignoring_case(std::string_view text, std::string_view start) noexcept;

/// Where `small`, which is in small letters and not empty, first stands in `text` from `from` on,
/// in any case of A to Z; or npos. Cost: about that of memchr.
std::size_t find_ignoring_case(std::string_view text, std::string_view small,
                               std::size_t from = 0) noexcept;

/// `text` without spaces, tabs and line ends at both ends.
std::string_view trimmed(std::string_view text) noexcept;

/// `text` as valid UTF-8: each byte that is not part of a well-formed sequence becomes U+FFFD,
/// and NUL too, which PostgreSQL's text does not take.
std::string valid_utf8(std::string_view text);

/// The first at most `bytes` bytes of valid UTF-8, cut at a character's start.
std::string_view cut_utf8(std::string_view text, std::size_t bytes) noexcept;

}  // namespace lazaret
