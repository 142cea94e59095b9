#include "milter/filter/rules/uris/idn.hpp"

#include <idn2.h>

#include <algorithm>
#include <array>

#include "base/handle.hpp"
#include "base/text.hpp"

namespace lazaret::filter::rules {
namespace {

// Four bytes a character of the longest name that DNS knows, and some: what is longer has no
// address, and the library's time grows with it.
constexpr std::size_t longest_host = 1'100;

bool is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_' || c == ':' || c == '[' || c == ']';
}

// RFC 3490 3.1: ideographic, fullwidth and halfwidth full stops separate labels, too.
std::string with_plain_dots(std::string_view host)
{
    static constexpr auto dots =
        std::to_array<std::string_view>({"\xE3\x80\x82", "\xEF\xBC\x8E", "\xEF\xBD\xA1"});
    std::string out;
    for (std::size_t at = 0; at < host.size();) {
        const auto three = host.substr(at, 3);
        const bool is_dot = std::find(dots.begin(), dots.end(), three) != dots.end();
        out += is_dot ? '.' : host[at];
        at += is_dot ? 3 : 1;
    }
    return out;
}

// Letters of ISO 8859-1, with or without accents, and what a host name has besides.
bool is_latin_name(std::string_view host)
{
    return std::all_of(host.begin(), host.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x80) return is_plain(c) && c != ':' && c != '[' && c != ']';
        return byte >= 0xC0 && byte != 0xD7 && byte != 0xDF && byte != 0xF7 && byte != 0xFF;
    });
}

std::string utf8_of_latin(std::string_view host)
{
    std::string out;
    for (const char c : host) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x80) out += c;
        else
            (out += static_cast<char>(0xC0U | (byte >> 6U))) +=
                static_cast<char>(0x80U | (byte & 0x3FU));
    }
    return out;
}

std::string looked_up(std::string host)
{
    char* raw = nullptr;
    const int code = idn2_lookup_u8(reinterpret_cast<const std::uint8_t*>(host.c_str()),
                                    reinterpret_cast<std::uint8_t**>(&raw),
                                    IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
    const CHandle<char, idn2_free> owned{raw};
    if (code != IDN2_OK || raw == nullptr) return host;
    return raw;
}

}  // namespace

std::string ascii_host(std::string_view host)
{
    if (std::all_of(host.begin(), host.end(), is_plain)) return ascii_lower(host);
    if (host.size() > longest_host) return ascii_lower(host);
    if (valid_utf8(host) == host) return looked_up(with_plain_dots(host));
    if (is_latin_name(host)) return looked_up(utf8_of_latin(host));
    return ascii_lower(host);
}

}  // namespace lazaret::filter::rules
