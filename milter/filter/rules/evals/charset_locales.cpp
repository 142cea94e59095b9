#include "milter/filter/rules/evals/charset_locales.hpp"

#include <algorithm>
#include <array>

namespace lazaret::filter::rules {
namespace {

/// Charsets that are usual in a locale only, as SpamAssassin's Locales lists them.
struct LocaleCharset {
    std::string_view locale;
    std::string_view charset;
};

constexpr auto locale_charsets = std::to_array<LocaleCharset>({
    {"ja", "EUCJP"},
    {"ja", "JISX020119760"},
    {"ja", "JISX020819830"},
    {"ja", "JISX020819900"},
    {"ja", "JISX020819970"},
    {"ja", "JISX021219900"},
    {"ja", "JISX021320001"},
    {"ja", "JISX021320002"},
    {"ja", "SHIFTJIS"},
    {"ja", "ISO2022JP"},
    {"ja", "SJIS"},
    {"ja", "JIS7"},
    {"ja", "JISX0201"},
    {"ja", "JISX0208"},
    {"ja", "JISX0212"},
    {"ko", "EUCKR"},
    {"ko", "KSC56011987"},
    {"cyrillic", "KOI8R"},
    {"cyrillic", "KOI8U"},
    {"cyrillic", "KOI8T"},
    {"cyrillic", "ISOIR111"},
    {"cyrillic", "CP1251"},
    {"cyrillic", "GEORGIANPS"},
    {"cyrillic", "PT154"},
    {"cyrillic", "CP866"},
    {"th", "TIS620"},
    {"zh", "GB1988"},
    {"zh", "GB2312"},
    {"zh", "GB231219800"},
    {"zh", "GB18030"},
    {"zh", "GBK"},
    {"zh", "BIG5HKSCS"},
    {"zh", "BIG5"},
    {"zh", "EUCTW"},
    {"zh", "ISO2022CN"},
});

constexpr auto cyrillic_locales =
    std::to_array<std::string_view>({"ru", "ka", "tg", "be", "uk", "bg"});

constexpr auto usual_charsets =
    std::to_array<std::string_view>({"USASCII", "ASCII", "IBM852", "XUNKNOWN", "ISO"});
constexpr auto usual_beginnings = std::to_array<std::string_view>(
    {"ISO8859", "ISO10646", "UTF", "UCS", "CP125", "WINDOWS", "UNICODE11UTF7", "UNICODE11UTF8"});

/// Its letters, as capitals, and digits. A `3D` before them is what is left of a broken
/// quoted-printable `=`.
std::string bare_name(std::string_view charset)
{
    std::string name;
    for (const char c : charset.substr(0, 80)) {
        if (c >= 'a' && c <= 'z') name += static_cast<char>(c - 'a' + 'A');
        if ((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) name += c;
    }
    if (name.starts_with("3D")) name.erase(0, 2);
    return name;
}

}  // namespace

CharsetLocales CharsetLocales::from(const RuleSettings& settings)
{
    CharsetLocales locales;
    const auto words = words_of(settings.last("ok_locales"));
    locales.all_ = words.empty() || std::find(words.begin(), words.end(), "all") != words.end();
    for (const auto word : words) {
        auto locale = word.substr(0, 2);
        if (std::find(cyrillic_locales.begin(), cyrillic_locales.end(), locale) !=
            cyrillic_locales.end())
            locale = "cyrillic";
        for (const auto& row : locale_charsets)
            if (row.locale == locale) locales.charsets_.insert(row.charset);
    }
    return locales;
}

bool CharsetLocales::take(std::string_view charset) const
{
    if (all_) return true;
    const auto name = bare_name(charset);
    return std::find(usual_charsets.begin(), usual_charsets.end(), name) != usual_charsets.end() ||
           std::any_of(usual_beginnings.begin(), usual_beginnings.end(),
                       [&](auto beginning) { return name.starts_with(beginning); }) ||
           charsets_.contains(name);
}

}  // namespace lazaret::filter::rules
