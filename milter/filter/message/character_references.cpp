#include "milter/filter/message/character_references.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/characters.hpp"
#include "milter/filter/message/named_references.hpp"

namespace lazaret::filter {
namespace {

constexpr bool is_letter_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

CharacterReference read_named(std::string_view text, bool in_attribute)
{
    const auto name = text.substr(1, longest_reference_name + 1);
    std::size_t length = 0;
    while (length < name.size() && is_letter_or_digit(name[length])) ++length;
    if (length < name.size() && name[length] == ';')
        if (const auto found = find_named_reference(name.substr(0, length)))
            return {found->first, found->second, length + 2};
    for (auto shorter = std::min(length, longest_old_reference_name); shorter >= 2; --shorter) {
        const auto found = find_old_named_reference(name.substr(0, shorter));
        if (!found) continue;
        const auto next = text.substr(1 + shorter, 1);
        if (in_attribute && !next.empty() && (next[0] == '=' || is_letter_or_digit(next[0])))
            return {};
        return {found->first, found->second, 1 + shorter};
    }
    return {};
}

// 13.2.5.84: what a number stands for.
char32_t character_of_number(std::uint32_t number)
{
    constexpr std::array<char16_t, 32> windows_1252{
        0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
        0x2039, 0x0152, 0x8D,   0x017D, 0x8F,   0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
        0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178};
    if (number == 0 || number > 0x10FFFF || (number >= 0xD800 && number < 0xE000)) return 0xFFFD;
    return number >= 0x80 && number < 0xA0 ? windows_1252[number - 0x80] : number;
}

CharacterReference read_number(std::string_view text)
{
    const bool hexadecimal = text.size() > 2 && (text[2] == 'x' || text[2] == 'X');
    const unsigned base = hexadecimal ? 16 : 10;
    const std::size_t start = hexadecimal ? 3 : 2;
    std::uint32_t number = 0;
    auto at = start;
    for (; at < text.size(); ++at) {
        const auto digit = static_cast<unsigned>(hex_value(text[at]));  // none: a large number
        if (digit >= base) break;
        number = std::min<std::uint32_t>(number * base + digit, 0x110000);
    }
    if (at == start) return {};
    if (at < text.size() && text[at] == ';') ++at;
    return {character_of_number(number), 0, at};
}

}  // namespace

CharacterReference read_character_reference(std::string_view text, bool in_attribute)
{
    if (text.size() < 2) return {};
    return text[1] == '#' ? read_number(text) : read_named(text, in_attribute);
}

void append_decoded(std::string_view text, bool in_attribute, std::string& out)
{
    while (!text.empty()) {
        const auto plain = std::min(text.find('&'), text.size());
        out += text.substr(0, plain);
        text.remove_prefix(plain);
        if (text.empty()) return;
        const auto reference = read_character_reference(text, in_attribute);
        if (reference.length == 0) {
            out += '&';
            text.remove_prefix(1);
            continue;
        }
        append_utf8(reference.first, out);
        if (reference.second != 0) append_utf8(reference.second, out);
        text.remove_prefix(reference.length);
    }
}

}  // namespace lazaret::filter
