#pragma once

namespace lazaret::filter {

/// A to Z and a to z.
constexpr bool is_ascii_letter(char c) noexcept
{
    return static_cast<unsigned char>((static_cast<unsigned char>(c) | 0x20U) - 'a') < 26U;
}

/// What a word consists of, in any script: letters, digits, hyphens and whatever is not ASCII.
constexpr bool is_word_byte(char c) noexcept
{
    return is_ascii_letter(c) || (c >= '0' && c <= '9') || c == '-' ||
           static_cast<unsigned char>(c) >= 0x80;
}

/// What a host's name consists of.
constexpr bool is_host_byte(char c) noexcept { return is_word_byte(c) || c == '.'; }

}  // namespace lazaret::filter
