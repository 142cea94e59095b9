#include "milter/filter/rules/evals/locales.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "base/text.hpp"
#include "milter/filter/rules/perl_classes.hpp"

namespace lazaret::filter::rules {
namespace {

// Names in capitals, with letters and digits only.
constexpr auto japanese = std::to_array<std::string_view>(
    {"EUCJP", "JISX020119760", "JISX020819830", "JISX020819900", "JISX020819970", "JISX021219900",
     "JISX021320001", "JISX021320002", "SHIFTJIS", "ISO2022JP", "SJIS", "JIS7", "JISX0201",
     "JISX0208", "JISX0212"});
constexpr auto korean = std::to_array<std::string_view>({"EUCKR", "KSC56011987"});
constexpr auto cyrillic = std::to_array<std::string_view>(
    {"KOI8R", "KOI8U", "KOI8T", "ISOIR111", "CP1251", "GEORGIANPS", "PT154", "CP866"});
constexpr auto thai = std::to_array<std::string_view>({"TIS620"});
constexpr auto chinese =
    std::to_array<std::string_view>({"GB1988", "GB2312", "GB231219800", "GB18030", "GBK",
                                     "BIG5HKSCS", "BIG5", "EUCTW", "ISO2022CN"});

struct LocaleCharsets {
    std::string_view locale;
    std::span<const std::string_view> charsets;
};

constexpr auto charsets_of_locales = std::to_array<LocaleCharsets>({
    {"ja", japanese},
    {"ko", korean},
    {"ru", cyrillic},
    {"ka", cyrillic},
    {"tg", cyrillic},
    {"be", cyrillic},
    {"uk", cyrillic},
    {"bg", cyrillic},
    {"th", thai},
    {"zh", chinese},
});

constexpr auto everywhere =
    std::to_array<std::string_view>({"USASCII", "ASCII", "IBM852", "XUNKNOWN", "ISO"});
constexpr auto everywhere_beginnings = std::to_array<std::string_view>(
    {"ISO8859", "ISO10646", "UTF", "UCS", "CP125", "WINDOWS", "UNICODE11UTF7", "UNICODE11UTF8"});

// Letters and digits, capitals; `3D` before them is left of a `=` in quoted-printable.
std::string plain_name(std::string_view charset)
{
    std::string name;
    for (const char c : charset.substr(0, 256)) {
        const char low = small(c);
        if (is_digit(c)) name += c;
        else if (is_letter(c)) name += static_cast<char>(low - 32);
    }
    return name.starts_with("3D") ? name.substr(2) : name;
}

// Parts of names of charsets whose 7-bit bytes are no Latin letters.
constexpr auto capital_charsets =
    std::to_array<std::string_view>({"koi", "jp", "jis", "euc", "gb", "big5", "isoir", "cp1251",
                                     "windows-1251", "georgianps", "pt154", "tis"});

}  // namespace

ExpectedCharsets::ExpectedCharsets(std::string_view locales) : all_{without_blanks(locales).empty()}
{
    for (auto word = take_word(locales); !word.empty(); word = take_word(locales)) {
        if (word == "all") all_ = true;
        locales_.emplace_back(word.substr(0, 2));
    }
}

bool ExpectedCharsets::has(std::string_view charset) const
{
    if (all_) return true;
    const auto name = plain_name(charset);
    const auto is_name = [&](std::string_view one) { return one == name; };
    const auto begins = [&](std::string_view one) { return name.starts_with(one); };
    if (std::any_of(everywhere.begin(), everywhere.end(), is_name)) return true;
    if (std::any_of(everywhere_beginnings.begin(), everywhere_beginnings.end(), begins))
        return true;
    for (const auto& [locale, names] : charsets_of_locales)
        if (std::find(locales_.begin(), locales_.end(), locale) != locales_.end() &&
            std::any_of(names.begin(), names.end(), is_name))
            return true;
    return false;
}

std::string_view charset_in(std::string_view content_type)
{
    constexpr std::string_view key = "charset=";
    for (const char quote : {'"', '\''})
        for (auto at = find_ignoring_case(content_type, key); at != std::string_view::npos;
             at = find_ignoring_case(content_type, key, at + 1)) {
            auto rest = content_type.substr(at + key.size());
            if (!rest.starts_with(quote)) continue;
            rest.remove_prefix(1);
            if (const auto end = rest.find(quote); end != std::string_view::npos && end > 0)
                return rest.substr(0, end);
        }
    const auto at = find_ignoring_case(content_type, key);
    if (at == std::string_view::npos) return {};
    auto rest = content_type.substr(at + key.size());
    return !rest.empty() && !is_blank(rest.front()) ? take_word(rest) : std::string_view{};
}

namespace {

bool line_has_faraway_word(std::string_view line, const ExpectedCharsets& expected)
{
    constexpr auto none = std::string_view::npos;
    const auto last_end = line.rfind("?=");
    std::size_t from = 0;
    while (true) {
        const auto begin = line.find("=?", from);
        if (begin == none) return false;
        // The charset ends at the first `?` that has one letter and another `?` behind it.
        auto mark = line.find('?', begin + 3);
        while (mark != none && (mark + 2 >= line.size() || line[mark + 2] != '?'))
            mark = line.find('?', mark + 1);
        if (mark == none || last_end == none || last_end < mark + 3) return false;
        if (!expected.has(line.substr(begin + 2, mark - begin - 2))) return true;
        from = line.find("?=", mark + 3) + 2;
    }
}

}  // namespace

bool has_faraway_word(std::string_view field, const ExpectedCharsets& expected)
{
    if (expected.are_all()) return false;
    while (!field.empty()) {
        const auto end = std::min(field.find('\n'), field.size());
        if (line_has_faraway_word(field.substr(0, end), expected)) return true;
        field.remove_prefix(std::min(end + 1, field.size()));
    }
    return false;
}

bool looks_like_capitals(std::string_view charset)
{
    return std::all_of(charset.begin(), charset.end(),
                       [](char c) { return is_word(c) || c == '-'; }) &&
           std::any_of(capital_charsets.begin(), capital_charsets.end(), [&](auto part) {
               return find_ignoring_case(charset, part) != std::string_view::npos;
           });
}

}  // namespace lazaret::filter::rules
