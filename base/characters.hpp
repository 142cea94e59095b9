#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace lazaret {

/// The value of a hexadecimal digit, in any case; -1: it is none.
constexpr int hex_value(char c) noexcept
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/// Appends a character in UTF-8; up to U+10FFFF.
void append_utf8(char32_t c, std::string& out);

/// How many bytes stand before the first above 0x7F; many at a time, since every text is asked.
std::size_t ascii_length(std::string_view text);

/// Whether there is none.
bool is_ascii(std::string_view text);

}  // namespace lazaret
