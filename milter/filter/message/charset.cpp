#include "milter/filter/message/charset.hpp"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>

#include "base/text.hpp"
#include "milter/filter/message/charset_labels.hpp"

namespace lazaret::filter {
namespace {

constexpr std::string_view fallback = "CP1252";

// Bytes that belong together, whatever is wrong with them.
std::size_t unit_of(std::string_view iconv_name)
{
    return iconv_name.starts_with("UTF-16") ? 2 : iconv_name.starts_with("UTF-32") ? 4 : 1;
}

class Converter {
public:
    explicit Converter(std::string_view from)
        : handle_{iconv_open("UTF-8", from.data())}, unit_{unit_of(from)}
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
                out += "\xEF\xBF\xBD";
                const auto step = std::min(left, unit_ - (bytes.size() - left) % unit_);
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
    iconv_t handle_;
    std::size_t unit_;
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
    Converter converter{declared};
    if (!converter) return finished(bytes);
    return finished(converter.convert(bytes, most));
}

}  // namespace lazaret::filter
