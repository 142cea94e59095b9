#include "milter/filter/dns/question.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace lazaret::filter::dns {
namespace {

// RFC 1035 2.3.4: 255 bytes on the wire are 253 of text.
constexpr std::size_t longest_name = 253;
constexpr std::size_t longest_label = 63;

bool is_name(std::string_view text)
{
    if (text.empty() || text.size() > longest_name) return false;
    std::size_t label = 0;
    for (const char byte : text) {
        // What the resolver would read as an escape, an end or another name. A space is none of
        // these, and SPF's macro %_ makes one (RFC 7208 7.1).
        if (byte == '\\' || byte < ' ' || byte == '\x7f' || byte == '"' ||
            static_cast<unsigned char>(byte) >= 0x80)
            return false;
        if (byte != '.') {
            if (++label > longest_label) return false;
        } else {
            if (label == 0) return false;
            label = 0;
        }
    }
    return label > 0;
}

}  // namespace

std::string_view token(RecordType type)
{
    constexpr auto names = std::to_array<std::string_view>({"A", "AAAA", "MX", "NS", "PTR", "TXT"});
    return names[static_cast<std::size_t>(type)];
}

Question question(std::string_view name, RecordType type)
{
    if (name.ends_with('.')) name.remove_suffix(1);
    if (!is_name(name)) return {{}, type};
    return {ascii_lower(name), type};
}

std::string reversed(std::string_view ip)
{
    const std::string text{ip};
    std::array<unsigned char, 16> bytes{};
    std::string name;
    if (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) {
        for (int at = 3; at >= 0; --at)
            name += std::to_string(bytes[static_cast<std::size_t>(at)]) + '.';
    } else if (inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) {
        constexpr std::string_view digits = "0123456789abcdef";
        for (int at = 15; at >= 0; --at) {
            const auto byte = bytes[static_cast<std::size_t>(at)];
            name += {digits[byte & 15U], '.', digits[byte >> 4U], '.'};
        }
    }
    if (!name.empty()) name.pop_back();
    return name;
}

}  // namespace lazaret::filter::dns
