#include "milter/filter/rules/rendering/html_references.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "base/characters.hpp"
#include "milter/filter/message/named_references.hpp"
#include "milter/filter/rules/rendering/rule_charset.hpp"

namespace lazaret::filter::rules {
namespace {

// What HTML 4 (24.3, 24.4) has beside Latin-1; these need their `;`. Sorted.
constexpr auto symbols = std::to_array<std::string_view>(
    {"Alpha",  "Beta",    "Chi",     "Dagger",   "Delta",   "Epsilon", "Eta",   "Gamma",
     "Iota",   "Kappa",   "Lambda",  "Mu",       "Nu",      "OElig",   "Omega", "Omicron",
     "Phi",    "Pi",      "Prime",   "Psi",      "Rho",     "Scaron",  "Sigma", "Tau",
     "Theta",  "Upsilon", "Xi",      "Yuml",     "Zeta",    "alefsym", "alpha", "and",
     "ang",    "asymp",   "bdquo",   "beta",     "bull",    "cap",     "chi",   "circ",
     "clubs",  "cong",    "crarr",   "cup",      "dArr",    "dagger",  "darr",  "delta",
     "diams",  "empty",   "emsp",    "ensp",     "epsilon", "equiv",   "eta",   "euro",
     "exist",  "fnof",    "forall",  "frasl",    "gamma",   "ge",      "hArr",  "harr",
     "hearts", "hellip",  "image",   "infin",    "int",     "iota",    "isin",  "kappa",
     "lArr",   "lambda",  "lang",    "larr",     "lceil",   "ldquo",   "le",    "lfloor",
     "lowast", "loz",     "lrm",     "lsaquo",   "lsquo",   "mdash",   "minus", "mu",
     "nabla",  "ndash",   "ne",      "ni",       "notin",   "nsub",    "nu",    "oelig",
     "oline",  "omega",   "omicron", "oplus",    "or",      "otimes",  "part",  "permil",
     "perp",   "phi",     "pi",      "piv",      "prime",   "prod",    "prop",  "psi",
     "rArr",   "radic",   "rang",    "rarr",     "rceil",   "rdquo",   "real",  "rfloor",
     "rho",    "rlm",     "rsaquo",  "rsquo",    "sbquo",   "scaron",  "sdot",  "sigma",
     "sigmaf", "sim",     "spades",  "sub",      "sube",    "sum",     "sup",   "supe",
     "tau",    "there4",  "theta",   "thetasym", "thinsp",  "tilde",   "trade", "uArr",
     "uarr",   "upsih",   "upsilon", "weierp",   "xi",      "zeta",    "zwj",   "zwnj"});
static_assert(std::is_sorted(symbols.begin(), symbols.end()));

constexpr std::size_t longest_name = 8;

bool is_letter_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

std::optional<char32_t> latin1_of_name(std::string_view name)
{
    if (name.size() < 2 || name.size() > longest_old_reference_name) return std::nullopt;
    // HTML 5 has these in capitals too.
    if (name.size() > 1 && name[1] >= 'A' && name[1] <= 'Z' && name != "ETH" && name != "THORN")
        return std::nullopt;
    const auto found = find_old_named_reference(name);
    if (!found) return std::nullopt;
    return found->first;
}

std::optional<char32_t> symbol_of_name(std::string_view name)
{
    if (name == "apos") return U'\'';
    // Where HTML 5 changed its mind.
    if (name == "lang") return U'\u2329';
    if (name == "rang") return U'\u232A';
    if (!std::binary_search(symbols.begin(), symbols.end(), name)) return std::nullopt;
    const auto found = find_named_reference(name);
    if (!found) return std::nullopt;
    return found->first;
}

struct Reference {
    char32_t character = 0;
    std::size_t length = 0;  // with `&`; 0: it is none
};

// `&#...`
Reference read_number(std::string_view text)
{
    const bool hexadecimal = text.size() > 2 && (text[2] == 'x' || text[2] == 'X');
    const std::size_t begin = hexadecimal ? 3 : 2;
    std::size_t at = begin;
    char32_t number = 0;
    for (; at < text.size(); ++at) {
        const char c = text[at];
        unsigned digit = 0;
        if (c >= '0' && c <= '9') digit = static_cast<unsigned>(c - '0');
        else if (hexadecimal && (c | 0x20) >= 'a' && (c | 0x20) <= 'f')
            digit = static_cast<unsigned>((c | 0x20) - 'a') + 10;
        else break;
        number = number * (hexadecimal ? 16 : 10) + digit;
        if (number > 0x10FFFF) return {};
    }
    if (at == begin || number == 0 || number == 0xFFFE || number == 0xFFFF) return {};
    return {number, at};
}

Reference read_name(std::string_view text, bool any_end)
{
    std::size_t length = 0;
    while (1 + length < text.size() && is_letter_or_digit(text[1 + length])) ++length;
    const auto name = text.substr(1, length);
    const bool is_closed = 1 + length < text.size() && text[1 + length] == ';';
    if (name == "nbsp" && is_closed) return {U' ', 1 + length};
    if (name == "apos") return {U'\'', 1 + length};
    if (const auto c = latin1_of_name(name)) return {*c, 1 + length};
    if (is_closed && length <= longest_name)
        if (const auto c = symbol_of_name(name)) return {*c, 1 + length};
    if (!any_end || length == 0) return {};
    for (auto shorter = std::min(length - 1, longest_old_reference_name); shorter >= 2; --shorter) {
        if (name.substr(0, shorter) == "apos") return {U'\'', 1 + shorter};
        if (const auto c = latin1_of_name(name.substr(0, shorter))) return {*c, 1 + shorter};
    }
    return {};
}

bool is_high_surrogate(char32_t c) { return c >= 0xD800 && c < 0xDC00; }

bool is_low_surrogate(char32_t c) { return c >= 0xDC00 && c < 0xE000; }

// `c` as a character; U+FFFD if it is none.
char32_t character_of(char32_t c)
{
    const bool is_none =
        (c >= 0xD800 && c < 0xE000) || (c >= 0xFDD0 && c <= 0xFDEF) || (c & 0xFFFEU) == 0xFFFE;
    return is_none ? U'\uFFFD' : c;
}

}  // namespace

bool append_with_references(std::string_view text, bool any_end, std::string& out)
{
    bool is_wide = false;
    char32_t high = 0;  // a high surrogate came right before
    while (!text.empty()) {
        const auto plain = std::min(text.find('&'), text.size());
        if (plain > 0) high = 0;
        out += text.substr(0, plain);
        text.remove_prefix(plain);
        if (text.empty()) break;
        auto reference =
            text.size() > 1 && text[1] == '#' ? read_number(text) : read_name(text, any_end);
        if (reference.length == 0) {
            out += '&';
            text.remove_prefix(1);
            high = 0;
            continue;
        }
        auto c = reference.character;
        if (is_low_surrogate(c) && high != 0) {
            out.resize(out.size() - 3);  // the U+FFFD of the first half
            c = ((high - 0xD800) << 10U) + (c - 0xDC00) + 0x10000;
            append_utf8(c, out);
        } else {
            append_utf8(character_of(c), out);
        }
        high = is_high_surrogate(c) ? c : 0;
        is_wide |= c > 0xFF;
        text.remove_prefix(reference.length);
        if (text.starts_with(';')) text.remove_prefix(1);
    }
    return is_wide;
}

}  // namespace lazaret::filter::rules
