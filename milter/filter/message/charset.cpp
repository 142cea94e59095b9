#include "milter/filter/message/charset.hpp"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/characters.hpp"
#include "base/text.hpp"
#include "milter/filter/message/charset_labels.hpp"
#include "milter/filter/message/iso_2022_jp.hpp"

namespace lazaret::filter {
namespace {

constexpr std::string_view fallback = "CP1252";

// Bytes of a unit, in charsets of units of several bytes.
std::size_t unit_of(std::string_view iconv_name)
{
    return iconv_name.starts_with("UTF-16") ? 2 : iconv_name.starts_with("UTF-32") ? 4 : 1;
}

// Charsets where a byte above 0x7F and the one behind it are a character.
bool has_pairs(std::string_view iconv_name)
{
    constexpr auto names = std::to_array<std::string_view>(
        {"EUC-JP-MS", "CP932", "CP949", "CP950", "BIG5", "BIG5-HKSCS", "GB18030"});
    return std::ranges::find(names, iconv_name) != names.end();
}

bool is_high(std::string_view bytes, std::size_t at)
{
    return at < bytes.size() && static_cast<unsigned char>(bytes[at]) >= 0x80;
}

// Whether a byte is the first of a pair or of three bytes. CP932 has kana of one byte, and EUC-JP
// control characters.
bool leads(char first, std::string_view iconv_name)
{
    const auto byte = static_cast<unsigned char>(first);
    if (iconv_name == "CP932") return (byte > 0x80 && byte < 0xA0) || (byte >= 0xE0 && byte < 0xFD);
    if (iconv_name == "EUC-JP-MS" && byte < 0xA1) return byte == 0x8E || byte == 0x8F;
    return byte > 0x80 && byte < 0xFF;
}

class Converter {
public:
    explicit Converter(std::string_view from)
        : handle_{iconv_open("UTF-8", from.data())}, from_{from}, unit_{unit_of(from)}
    {
    }
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
                const auto at = bytes.size() - left;
                // GBK, which is read as GB18030, has the euro there.
                const bool is_euro = from_ == "GB18030" && bytes[at] == '\x80';
                out += is_euro ? "€" : "\xEF\xBF\xBD";
                const auto step = length_of_bad(bytes, at);
                in += step;
                left -= step;
            } else if (why == EINVAL) {
                break;  // cut in the middle of a character
            }
        }
        // Some charsets hold a letter back that an accent may follow.
        char* to = buffer.data();
        std::size_t room = buffer.size();
        iconv(handle_, nullptr, nullptr, &to, &room);
        return out.append(buffer.data(), buffer.size() - room);
    }

private:
    // As browsers do it (WHATWG Encoding): what is behind it stays in step, and no ASCII is lost.
    [[nodiscard]] std::size_t length_of_bad(std::string_view bytes, std::size_t at) const
    {
        if (unit_ > 1) return std::min(bytes.size() - at, unit_ - at % unit_);
        if (!has_pairs(from_) || !leads(bytes[at], from_) || !is_high(bytes, at + 1)) return 1;
        const bool has_third = from_ == "EUC-JP-MS" && bytes[at] == '\x8F';
        return has_third && is_high(bytes, at + 2) ? 3 : 2;
    }

    iconv_t handle_;
    std::string_view from_;
    std::size_t unit_;
};

// How long the UTF-8 sequence is that begins with `first`; 0: none does.
constexpr std::size_t sequence_length(unsigned first)
{
    if (first >= 0xF0) return first <= 0xF4 ? 4 : 0;
    if (first >= 0xE0) return 3;
    return first >= 0xC2 ? 2 : 0;
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

// ISO-2022-JP as EUC-JP, which iconv reads with the characters that Windows adds: it has none of
// them in ISO-2022-JP, where much Japanese mail does. 0xFF for a byte that is none of the charset.
// Ends behind `most` bytes.
std::string euc_of_iso_2022_jp(std::string_view bytes, std::size_t most)
{
    using Set = JapaneseSet;
    const auto in_set = [&](std::size_t at) {
        return at < bytes.size() && bytes[at] > ' ' && bytes[at] < 0x7F;
    };
    std::string out;
    auto set = Set::Ascii;
    for (std::size_t at = 0; at < bytes.size() && out.size() < most;) {
        if (const auto escape = japanese_escape_at(bytes.substr(at))) {
            set = escape->set;
            at += escape->size;
        } else if (set == Set::Ascii || !in_set(at)) {
            out += is_high(bytes, at) ? '\xFF' : bytes[at];
            ++at;
        } else if (set == Set::Kana) {
            out += '\x8E';
            out += static_cast<char>(bytes[at++] | 0x80);
        } else if (!in_set(at + 1)) {
            out += '\xFF';
            ++at;
        } else {
            if (set == Set::Supplement) out += '\x8F';
            out += static_cast<char>(bytes[at++] | 0x80);
            out += static_cast<char>(bytes[at++] | 0x80);
        }
    }
    return out;
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
    const auto declared = iconv_name(charset);
    if (keeps_ascii(declared) && is_ascii(bytes)) return finished(bytes);

    const bool unsure = declared.empty() || declared == "UTF-8" || declared == fallback;
    if (unsure && looks_like_utf8(bytes)) return finished(bytes);

    if (unsure) return finished(from_windows_1252(bytes, most));
    const bool is_iso_2022_jp = declared == "ISO-2022-JP";
    Converter converter{is_iso_2022_jp ? "EUC-JP-MS" : declared};
    if (!converter) return finished(bytes);
    // Three bytes of EUC-JP become two or more.
    return finished(is_iso_2022_jp ? converter.convert(euc_of_iso_2022_jp(bytes, 2 * most), most)
                                   : converter.convert(bytes, most));
}

}  // namespace lazaret::filter
