#pragma once

#include <algorithm>
#include <string_view>

#include "base/byte_class.hpp"

/// Classes of bytes as the rules' authors know them from Perl: `\d`, `\w`, `\s`, ASCII only.
namespace lazaret::filter::rules {

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_capital(char c) noexcept { return c >= 'A' && c <= 'Z'; }
constexpr bool is_letter(char c) noexcept { return is_capital(c) || (c >= 'a' && c <= 'z'); }
constexpr bool is_word(char c) noexcept { return is_letter(c) || is_digit(c) || c == '_'; }
inline constexpr ByteClass blanks{" \t\n\v\f\r"};
constexpr bool is_blank(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }
constexpr char small(char c) noexcept { return is_capital(c) ? static_cast<char>(c + 32) : c; }

constexpr bool are_digits(std::string_view text) noexcept
{
    return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

/// Whether there is a border of a word (`\b`) before `text[at]`; `at` may be the end.
constexpr bool is_word_border(std::string_view text, std::size_t at) noexcept
{
    const bool before = at > 0 && is_word(text[at - 1]);
    const bool behind = at < text.size() && is_word(text[at]);
    return before != behind;
}

constexpr bool contains(std::string_view text, std::string_view word) noexcept
{
    return text.find(word) != std::string_view::npos;
}

/// `text` without the blanks at its start.
constexpr std::string_view without_leading_blanks(std::string_view text) noexcept
{
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    return text;
}

/// `text` without the blanks at its end.
constexpr std::string_view without_trailing_blanks(std::string_view text) noexcept
{
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    return text;
}

/// `text` without the blanks at its ends.
constexpr std::string_view without_blanks(std::string_view text) noexcept
{
    return without_trailing_blanks(without_leading_blanks(text));
}

/// Takes the first word off `rest`, blanks before it too; empty when there is none.
constexpr std::string_view take_word(std::string_view& rest) noexcept
{
    std::size_t begin = 0;
    while (begin < rest.size() && is_blank(rest[begin])) ++begin;
    std::size_t end = begin;
    while (end < rest.size() && !is_blank(rest[end])) ++end;
    const auto word = rest.substr(begin, end - begin);
    rest.remove_prefix(end);
    return word;
}

}  // namespace lazaret::filter::rules
