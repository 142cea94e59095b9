#include "milter/filter/message/charset.hpp"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>

#include "base/text.hpp"

namespace lazaret::filter {
namespace {

// Names begin so that are taken as they are; glibc knows their variants.
constexpr auto known_families = std::to_array<std::string_view>({
    "iso-8859-", "windows-125", "cp125",   "koi8-",       "euc-",  "iso-2022-jp", "iso-2022-kr",
    "utf-16",    "utf-32",      "tis-620", "viscii",      "big5",  "gb18030",     "macintosh",
    "cp437",     "cp850",       "cp866",   "windows-874", "utf-7",
});

struct Alias {
    std::string_view name;
    const char* iconv_name;
};

// What mail writes, and what a mail program reads it as (WHATWG Encoding, 4.2).
constexpr auto aliases = std::to_array<Alias>({
    {"windows-1252", "CP1252"},
    {"cp1252", "CP1252"},
    {"iso-8859-1", "CP1252"},
    {"latin1", "CP1252"},
    {"iso8859-1", "CP1252"},
    {"ascii", "CP1252"},
    {"us-ascii", "CP1252"},
    {"iso-8859-8-i", "ISO-8859-8"},
    {"iso-8859-9", "CP1254"},
    {"gb2312", "GB18030"},
    {"gbk", "GB18030"},
    {"gb_2312-80", "GB18030"},
    {"x-gbk", "GB18030"},
    {"shift_jis", "CP932"},
    {"shift-jis", "CP932"},
    {"x-sjis", "CP932"},
    {"sjis", "CP932"},
    {"cp932", "CP932"},
    {"windows-31j", "CP932"},
    {"ks_c_5601-1987", "CP949"},
    {"ks_c_5601", "CP949"},
    {"euc-kr", "CP949"},
    {"x-mac-roman", "MACINTOSH"},
    {"unicode-1-1-utf-7", "UTF-7"},
    {"windows-949", "CP949"},
});

constexpr auto fallback = "CP1252";

// How iconv calls it; empty when mail programs do not know it.
std::string iconv_name(std::string_view charset)
{
    for (const auto& alias : aliases)
        if (alias.name == charset) return alias.iconv_name;
    const bool plain = std::all_of(charset.begin(), charset.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
    const bool known =
        plain && charset.size() < 24 &&
        std::any_of(known_families.begin(), known_families.end(),
                    [&](std::string_view family) { return charset.starts_with(family); });
    return known ? std::string{charset} : std::string{};
}

class Converter {
public:
    explicit Converter(const char* from) : handle_{iconv_open("UTF-8", from)} {}
    ~Converter()
    {
        if (*this) iconv_close(handle_);
    }
    Converter(const Converter&) = delete;
    Converter& operator=(const Converter&) = delete;

    explicit operator bool() const { return handle_ != reinterpret_cast<iconv_t>(-1); }

    // All that can be converted, U+FFFD for what cannot.
    std::string convert(std::string_view bytes, std::size_t most)
    {
        std::string out;
        std::array<char, 4096> buffer{};
        char* in = const_cast<char*>(bytes.data());  // iconv's C signature; it does not write
        std::size_t left = bytes.size();
        while (left > 0 && out.size() < most) {
            char* to = buffer.data();
            std::size_t room = buffer.size();
            const auto before = left;
            const auto result = iconv(handle_, &in, &left, &to, &room);
            const int why = result == static_cast<std::size_t>(-1) ? errno : 0;
            out.append(buffer.data(), buffer.size() - room);
            if (why == EILSEQ || (why == E2BIG && left == before && room == buffer.size())) {
                out += "\xEF\xBF\xBD";
                ++in;
                --left;
            } else if (why == EINVAL) {
                break;  // cut in the middle of a character
            }
        }
        return out;
    }

private:
    iconv_t handle_;
};

// How long the UTF-8 sequence is that begins with `first`; 0: none does.
constexpr std::size_t sequence_length(unsigned first)
{
    if (first >= 0xF0) return first <= 0xF4 ? 4 : 0;
    if (first >= 0xE0) return 3;
    return first >= 0xC2 ? 2 : 0;
}

// Eight bytes at a time: every text is asked.
bool is_ascii(std::string_view bytes)
{
    for (std::uint64_t eight = 0; bytes.size() >= sizeof eight; bytes.remove_prefix(sizeof eight)) {
        std::memcpy(&eight, bytes.data(), sizeof eight);
        if ((eight & 0x8080'8080'8080'8080) != 0) return false;
    }
    return std::all_of(bytes.begin(), bytes.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// At least `most` bytes, if there are as many. iconv takes ten times as long, and this is the
// charset of most mail that is not UTF-8.
std::string from_windows_1252(std::string_view bytes, std::size_t most)
{
    // 0x80 to 0x9F; five of them are no characters.
    constexpr std::u16string_view special =
        u"€\uFFFD‚ƒ„…†‡ˆ‰Š‹Œ\uFFFDŽ\uFFFD\uFFFD‘’“”•–—˜™š›œ\uFFFDžŸ";
    static_assert(special.size() == 0x20);
    std::string out;
    out.reserve(std::min(bytes.size() + bytes.size() / 8, most));
    for (std::size_t at = 0; at < bytes.size() && out.size() < most; ++at) {
        const auto plain = at;
        while (at < bytes.size() && static_cast<unsigned char>(bytes[at]) < 0x80) ++at;
        out += bytes.substr(plain, at - plain);
        if (at == bytes.size()) break;
        const auto byte = static_cast<unsigned char>(bytes[at]);
        const unsigned c = byte < 0xA0 ? special[byte - 0x80U] : byte;
        if (c < 0x800) {
            out += static_cast<char>(0xC0U | c >> 6U);
        } else {
            out += static_cast<char>(0xE0U | c >> 12U);
            out += static_cast<char>(0x80U | (c >> 6U & 0x3FU));
        }
        out += static_cast<char>(0x80U | (c & 0x3FU));
    }
    return out;
}

// UTF-8 with a few broken places stays UTF-8; what has more broken places than characters is not.
bool looks_like_utf8(std::string_view bytes)
{
    bytes = bytes.substr(0, 65'536);
    std::size_t sequences = 0;
    std::size_t broken = 0;
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(bytes[at]); };
    for (std::size_t at = 0; at < bytes.size();) {
        const auto wanted = byte(at) < 0x80 ? 1 : sequence_length(byte(at));
        std::size_t length = 1;
        while (length < wanted && at + length < bytes.size() &&
               (byte(at + length) & 0xC0U) == 0x80U)
            ++length;
        if (wanted > 1 && length == wanted) ++sequences;
        else if (wanted != 1) ++broken;
        at += length;
    }
    return sequences >= broken;
}

bool keeps_ascii(std::string_view charset)
{
    return !charset.starts_with("utf-16") && !charset.starts_with("utf-32") &&
           !charset.starts_with("utf-7") && !charset.starts_with("unicode-") &&
           !charset.starts_with("iso-2022-");
}

}  // namespace

std::string utf8_of(std::string_view bytes, std::string_view charset, std::size_t most)
{
    const auto finished = [most](std::string_view text) {
        // A character may grow to three bytes; one that does not fit is left out.
        auto clean = valid_utf8(text.substr(0, most));
        clean.resize(cut_utf8(clean, most).size());
        return clean;
    };
    if (keeps_ascii(charset) && is_ascii(bytes)) return finished(bytes);

    const auto declared = iconv_name(charset);
    const bool unsure = declared.empty() || declared == fallback;
    if (unsure && looks_like_utf8(bytes)) return finished(bytes);

    if (unsure) return finished(from_windows_1252(bytes, most));
    Converter converter{declared.c_str()};
    if (!converter) return finished(bytes);
    return finished(converter.convert(bytes, most));
}

}  // namespace lazaret::filter
