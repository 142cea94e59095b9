#include "milter/filter/rules/rendering/rule_charset.hpp"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <map>

#include "base/characters.hpp"
#include "base/text.hpp"
#include "milter/filter/message/iso_2022_jp.hpp"

namespace lazaret::filter::rules {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

bool is_digits(std::string_view text, std::size_t least, std::size_t most)
{
    return text.size() >= least && text.size() <= most &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Takes `start` off, and one of `separators` if it is next.
bool take(std::string_view& text, std::string_view start, std::string_view separators = {})
{
    if (!text.starts_with(start)) return false;
    text.remove_prefix(start.size());
    if (!text.empty() && separators.find(text[0]) != std::string_view::npos) text.remove_prefix(1);
    return true;
}

// Charsets of which SpamAssassin knows that ASCII is ASCII in them.
bool is_known_superset_of_ascii(std::string_view charset)
{
    for (const std::string_view name :
         {"us-ascii", "ascii", "ansi x3.4-1986", "ansi x3.4-1968", "ansi_x3.4-1986",
          "ansi_x3.4-1968", "ansix3.4-1986", "ansix3.4-1968", "iso646-us", "utf-8", "utf8", "big5",
          "gbk"})
        if (charset == name) return true;
    auto rest = charset;
    if (take(rest, "iso", " -") && take(rest, "8859"))
        return rest.empty() || (take(rest, "-") && is_digits(rest, 1, 2));
    rest = charset;
    if (take(rest, "windows-")) return is_digits(rest, 4, 4);
    rest = charset;
    if (take(rest, "gb", " -") && take(rest, "18030"))
        return rest.empty() || (take(rest, "-20") && is_digits(rest, 2, 2));
    rest = charset;
    if (take(rest, "koi8-") || take(rest, "euc-"))
        return (rest.size() == 1 || rest.size() == 2) &&
               std::all_of(rest.begin(), rest.end(), [](char c) { return c >= 'a' && c <= 'z'; });
    return false;
}

struct Alias {
    std::string_view name;
    const char* iconv_name;
};

constexpr const char* shift_jis = "SJIS";

// Charsets that Perl's Encode knows, by their names in glibc.
constexpr auto aliases = std::to_array<Alias>({
    {"gb2312", "EUC-CN"},
    {"gb_2312-80", "EUC-CN"},
    {"gb2312-80", "EUC-CN"},
    {"euc-cn", "EUC-CN"},
    {"gbk", "CP936"},
    {"gb18030", "CP936"},
    {"gb-18030", "CP936"},
    {"big5", "BIG5"},
    {"big5-eten", "BIG5"},
    {"big5-hkscs", "BIG5-HKSCS"},
    {"euc-kr", "EUC-KR"},
    {"ks_c_5601-1987", "UHC"},
    {"ks_c_5601", "UHC"},
    {"uhc", "UHC"},
    {"shift_jis", shift_jis},
    {"shiftjis", shift_jis},
    {"shift-jis", shift_jis},
    {"sjis", shift_jis},
    {"x-sjis", shift_jis},
    {"windows-31j", "CP932"},
    {"euc-jp", "EUC-JP"},
    {"ujis", "EUC-JP"},
    {"iso-2022-kr", "ISO-2022-KR"},
    {"koi8-r", "KOI8-R"},
    {"koi8r", "KOI8-R"},
    {"koi8-u", "KOI8-U"},
    {"tis-620", "ISO-8859-11"},
    {"tis620", "ISO-8859-11"},
    {"viscii", "VISCII"},
    {"macintosh", "MACINTOSH"},
    {"x-mac-roman", "MACINTOSH"},
    {"utf-7", "UTF-7"},
    {"unicode-1-1-utf-7", "UTF-7"},
    {"latin1", "ISO-8859-1"},
    {"latin2", "ISO-8859-2"},
    {"latin5", "ISO-8859-9"},
    {"ascii", "US-ASCII"},
    {"us-ascii", "US-ASCII"},
    {"iso-646-us", "US-ASCII"},
    {"ansi_x3.4-1968", "US-ASCII"},
    {"koi8_r", "KOI8-R"},
    {"koi8u", "KOI8-U"},
    {"koi8_u", "KOI8-U"},
    {"latin-1", "ISO-8859-1"},
    {"iso-latin-1", "ISO-8859-1"},
    {"latin9", "ISO-8859-15"},
    {"latin-9", "ISO-8859-15"},
    {"cyrillic", "ISO-8859-5"},
    {"arabic", "ISO-8859-6"},
    {"greek", "ISO-8859-7"},
    {"hebrew", "ISO-8859-8"},
    {"thai", "ISO-8859-11"},
    {"gb_2312", "EUC-CN"},
    {"gb-2312", "EUC-CN"},
    {"gb18030-2000", "CP936"},
    {"gb18030-2005", "CP936"},
    {"big-5", "BIG5"},
    {"cn-big5", "BIG5"},
    {"x-big5", "BIG5"},
    {"big5_hkscs", "BIG5-HKSCS"},
    {"euc_kr", "EUC-KR"},
    {"x-euc-kr", "EUC-KR"},
    {"x-windows-949", "UHC"},
    {"euc_jp", "EUC-JP"},
    {"eucjp", "EUC-JP"},
    {"x-euc-jp", "EUC-JP"},
    {"x-windows-1251", "CP1251"},
    {"x-windows-1252", "CP1252"},
    {"x-cp1251", "CP1251"},
    {"x-cp1252", "CP1252"},
    {"utf7", "UTF-7"},
});

constexpr auto code_pages = std::to_array<std::string_view>(
    {"437",  "737",  "775",  "850",  "852",  "855",  "857",  "860",  "861", "862",
     "863",  "864",  "865",  "866",  "869",  "874",  "932",  "936",  "949", "950",
     "1250", "1251", "1252", "1253", "1254", "1255", "1256", "1257", "1258"});

// How glibc calls it; empty when Perl would not know it.
std::string iconv_name(std::string_view charset)
{
    for (const auto& alias : aliases)
        if (alias.name == charset) return alias.iconv_name;
    auto rest = charset;
    if (take(rest, "iso", "-_ ") && take(rest, "8859", "-_ ") && is_digits(rest, 1, 2))
        return "ISO-8859-" + std::string{rest};
    rest = charset;
    if ((take(rest, "cp", "-_ ") || take(rest, "windows", "-_ ") || take(rest, "ibm", "-_ ") ||
         take(rest, "ms", "-_ ")) &&
        std::find(code_pages.begin(), code_pages.end(), rest) != code_pages.end())
        return "CP" + std::string{rest};
    return {};
}

// The converters of this thread. They stay open, and what iconv does not know stays noted: opening
// one takes as long as converting ten kilobytes, and each encoded word may name another. There are
// no more than two hundred names.
class Converters {
public:
    Converters() = default;
    ~Converters()
    {
        for (const auto& [name, handle] : open_)
            if (handle != failed()) iconv_close(handle);
    }
    Converters(const Converters&) = delete;
    Converters& operator=(const Converters&) = delete;

    iconv_t get(const std::string& from)
    {
        const auto [found, is_new] = open_.try_emplace(from, failed());
        if (is_new) found->second = iconv_open("UTF-8", from.c_str());
        else if (found->second != failed())
            iconv(found->second, nullptr, nullptr, nullptr, nullptr);
        return found->second;
    }

    static iconv_t failed() { return reinterpret_cast<iconv_t>(-1); }

private:
    std::map<std::string, iconv_t> open_;
};

// All of it, or nothing when a byte is none of the charset's and may not be replaced. What is none
// of UTF-16 is replaced by the unit of two bytes: one byte off, nothing behind it could be read.
std::optional<std::string> convert(std::string_view bytes, const std::string& from, bool replaces)
{
    thread_local Converters converters;
    const auto handle = converters.get(from);
    if (handle == Converters::failed()) return std::nullopt;
    const std::size_t unit = from.starts_with("UTF-16") ? 2 : 1;
    std::string out;
    out.reserve(bytes.size() + bytes.size() / 2);
    std::array<char, 8192> buffer{};
    char* in = const_cast<char*>(bytes.data());  // iconv's C signature; it does not write
    std::size_t left = bytes.size();
    while (left > 0) {
        char* to = buffer.data();
        std::size_t room = buffer.size();
        const auto before = left;
        const auto result = iconv(handle, &in, &left, &to, &room);
        const int why = result == static_cast<std::size_t>(-1) ? errno : 0;
        out.append(buffer.data(), buffer.size() - room);
        const bool is_stuck = why == E2BIG && left == before && room == buffer.size();
        if (why == EILSEQ || why == EINVAL || is_stuck) {
            if (!replaces) return std::nullopt;
            out += replacement;
            if (why == EINVAL) break;  // cut in the middle of a character
            const auto step = std::min(left, unit - (bytes.size() - left) % unit);
            in += step;
            left -= step;
        }
    }
    // Some charsets hold a letter back that an accent may follow.
    char* to = buffer.data();
    std::size_t room = buffer.size();
    iconv(handle, nullptr, nullptr, &to, &room);
    out.append(buffer.data(), buffer.size() - room);
    return out;
}

// iso-2022-jp as euc-jp (RFC 1468 and JIS X 0212). It ends where a byte is none of it.
std::string euc_of_iso_2022(std::string_view bytes)
{
    using Set = JapaneseSet;
    std::string out;
    auto set = Set::Ascii;
    while (!bytes.empty() && static_cast<unsigned char>(bytes[0]) < 0x80) {
        if (const auto escape = japanese_escape_at(bytes)) {
            set = escape->set;
            bytes.remove_prefix(escape->size);
            continue;
        }
        const bool is_printable = bytes[0] > ' ' && bytes[0] < 0x7F;
        const auto high = [&](std::size_t at) { out += static_cast<char>(bytes[at] | 0x80); };
        if (set == Set::Ascii || !is_printable) {
            out += bytes[0];
            bytes.remove_prefix(1);
        } else if (set == Set::Kana) {
            out += '\x8E';
            high(0);
            bytes.remove_prefix(1);
        } else {
            if (bytes.size() < 2) break;
            if (set == Set::Supplement) out += '\x8F';
            high(0);
            high(1);
            bytes.remove_prefix(2);
        }
    }
    return out;
}

// Length of the well-formed sequence at the beginning, else 0 and how much of it is well-formed.
std::size_t sequence_at(std::string_view text, std::size_t& good)
{
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    good = 1;
    const unsigned first = byte(0);
    if (first < 0x80) return 1;
    if (first < 0xC2 || first > 0xF4) return 0;
    const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    unsigned least = 0x80;
    unsigned most = 0xBF;
    if (first == 0xE0) least = 0xA0;
    if (first == 0xED) most = 0x9F;
    if (first == 0xF0) least = 0x90;
    if (first == 0xF4) most = 0x8F;
    for (; good < length; ++good) {
        if (good >= text.size() || byte(good) < least || byte(good) > most) return 0;
        least = 0x80;
        most = 0xBF;
    }
    return length;
}

bool is_utf8(std::string_view text)
{
    while (!text.empty()) {
        text.remove_prefix(ascii_length(text));
        if (text.empty()) return true;
        std::size_t good = 0;
        const auto length = sequence_at(text, good);
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return true;
}

std::string with_replacements(std::string_view text)
{
    std::string out;
    out.reserve(text.size() + 16);
    while (!text.empty()) {
        const auto plain = ascii_length(text);
        out += text.substr(0, plain);
        text.remove_prefix(plain);
        if (text.empty()) break;
        std::size_t good = 0;
        const auto length = sequence_at(text, good);
        out += length == 0 ? replacement : text.substr(0, length);
        text.remove_prefix(good);
    }
    return out;
}

// With `strictly`, nothing when one of the five bytes is there that are no characters.
std::optional<std::string> from_windows_1252(std::string_view bytes, bool strictly)
{
    constexpr std::u16string_view special =
        u"€\uFFFD‚ƒ„…†‡ˆ‰Š‹Œ\uFFFDŽ\uFFFD\uFFFD‘’“”•–—˜™š›œ\uFFFDžŸ";
    static_assert(special.size() == 0x20);
    std::string out;
    out.reserve(bytes.size() + bytes.size() / 8);
    while (!bytes.empty()) {
        const auto plain = ascii_length(bytes);
        out += bytes.substr(0, plain);
        bytes.remove_prefix(plain);
        if (bytes.empty()) break;
        const auto byte = static_cast<unsigned char>(bytes[0]);
        const char32_t c = byte < 0xA0 ? special[byte - 0x80U] : byte;
        if (strictly && c == 0xFFFD) return std::nullopt;
        append_utf8(c, out);
        bytes.remove_prefix(1);
    }
    return out;
}

// UTF-16 without a byte order mark: which end comes first, by where blanks and zeros stand.
const char* guess_utf16(std::string_view bytes)
{
    if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF")) return nullptr;
    std::uint64_t even = 0;
    std::uint64_t odd = 0;
    std::size_t little = 0;
    std::size_t big = 0;
    const auto digits = [](unsigned char c) { return (c >> 4U) + (c & 15U); };
    for (std::size_t at = 0; at < bytes.size(); at += 2) {
        const auto first = static_cast<unsigned char>(bytes[at]);
        const auto second = static_cast<unsigned char>(at + 1 < bytes.size() ? bytes[at + 1] : 0);
        even += digits(first);
        odd += digits(second);
        if (first == 0x20 && second == 0) ++little;
        if (first == 0 && second == 0x20) ++big;
    }
    if (even > odd * 4) ++little;
    if (odd * 4 > even) ++big;
    if (little == big) return nullptr;
    return little > big ? "UTF-16LE" : "UTF-16BE";
}

// To glibc two bytes of Shift_JIS are the yen sign and the overline of JIS X 0201, to Perl and to
// mail programs a backslash and a tilde.
std::string with_ascii_back(std::string_view text)
{
    constexpr std::string_view yen = "\u00a5";
    constexpr std::string_view overline = "\u203e";
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        std::size_t taken = 1;
        if (text.starts_with(yen)) {
            out += '\\';
            taken = yen.size();
        } else if (text.starts_with(overline)) {
            out += '~';
            taken = overline.size();
        } else {
            out += text.front();
        }
        text.remove_prefix(taken);
    }
    return out;
}

std::optional<std::string> read_declared(std::string_view bytes, const std::string& charset,
                                         CharsetTrust trust)
{
    const bool replaces = trust == CharsetTrust::Declared;
    if (!replaces && (charset == "us-ascii" || charset == "ascii")) return std::nullopt;
    if (charset.starts_with("utf16") || charset.starts_with("utf-16") ||
        charset.starts_with("utf 16")) {
        // A last byte alone is nothing to mail programs, which show the text before it; but where
        // few bytes are zeros it says that this is some other text.
        if (bytes.size() % 2 != 0) {
            if (std::ranges::count(bytes, '\0') * 4 < std::ssize(bytes)) return std::nullopt;
            bytes.remove_suffix(1);
        }
        const auto* name = guess_utf16(bytes);
        return name ? convert(bytes, name, true) : std::nullopt;
    }
    if (charset == "iso-8859-1" || charset == "iso8859-1" || charset == "windows-1252" ||
        charset == "cp1252")
        return from_windows_1252(bytes, !replaces);
    if (charset == "utf-8" || charset == "utf8") {
        if (!replaces) return std::nullopt;  // tried before
        return with_replacements(bytes);
    }
    // With the characters that Windows adds to it.
    if (charset == "iso-2022-jp" || charset == "iso-2022-jp-1")
        return convert(euc_of_iso_2022(bytes), "EUC-JP-MS", true);
    const auto name = iconv_name(charset);
    if (name.empty()) return std::nullopt;
    auto text = convert(bytes, name, replaces);
    if (text && name == shift_jis) return with_ascii_back(*text);
    return text;
}

}  // namespace

CharsetText read_charset(std::string_view bytes, std::string_view charset, CharsetTrust trust)
{
    const bool plain = is_ascii(bytes);
    const auto declared = ascii_lower(trimmed(charset));
    if (plain && is_known_superset_of_ascii(declared)) return {};
    if (!plain && trust == CharsetTrust::Bytes && is_utf8(bytes)) return {std::nullopt, true};
    if (auto text = read_declared(bytes, declared, trust)) return {std::move(text), true};
    if (plain) return {};
    return {from_windows_1252(bytes, false), true};
}

std::size_t count_characters(std::string_view utf8)
{
    // Bytes that go on with a character are 10xxxxxx; eight at a time.
    std::size_t others = 0;
    auto rest = utf8;
    for (std::uint64_t eight = 0; rest.size() >= sizeof eight; rest.remove_prefix(sizeof eight)) {
        std::memcpy(&eight, rest.data(), sizeof eight);
        others += static_cast<std::size_t>(
            std::popcount(eight >> 7U & ~eight >> 6U & 0x0101'0101'0101'0101U));
    }
    others += static_cast<std::size_t>(std::count_if(rest.begin(), rest.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
    }));
    return utf8.size() - others;
}

std::string latin1_of(std::string_view utf8)
{
    std::string out;
    out.reserve(utf8.size());
    for (std::size_t at = 0; at < utf8.size(); ++at) {
        const auto byte = static_cast<unsigned char>(utf8[at]);
        if (byte >= 0xC0 && at + 1 < utf8.size()) {
            const auto next = static_cast<unsigned char>(utf8[++at]);
            out += static_cast<char>((byte & 0x03U) << 6U | (next & 0x3FU));
        } else {
            out += static_cast<char>(byte);
        }
    }
    return out;
}

}  // namespace lazaret::filter::rules
