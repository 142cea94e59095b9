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

// RFC 7686 2: names of another network, which the DNS does not have.
bool is_onion(std::string_view name)
{
    return ascii_lower(name.substr(name.rfind('.') + 1)) == "onion";
}

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
    return label > 0 && !is_onion(text);
}

}  // namespace

Questions::Questions(std::initializer_list<Question> questions)
{
    for (const auto& question : questions) insert(question);
}

void Questions::insert(Question question)
{
    const auto place = std::ranges::lower_bound(all_, question);
    if (place == all_.end() || *place != question) all_.insert(place, std::move(question));
}

bool Questions::contains(const Question& question) const
{
    return std::ranges::binary_search(all_, question);
}

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
    std::array<std::uint8_t, 16> bytes{};
    if (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1)
        return reversed(std::span{bytes}.first<4>());
    if (inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1) return {};
    const std::span all{bytes};
    constexpr std::array<std::uint8_t, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    if (std::ranges::equal(all.first<12>(), mapped)) return reversed(all.last<4>());
    return reversed(all);
}

std::string reversed(std::span<const std::uint8_t> address)
{
    constexpr std::string_view digits = "0123456789abcdef";
    const bool is_v4 = address.size() == 4;
    std::string name;
    for (auto byte = address.rbegin(); byte != address.rend(); ++byte) {
        if (!name.empty()) name += '.';
        if (is_v4) name += std::to_string(*byte);
        else name += {digits[*byte & 15U], '.', digits[*byte >> 4U]};
    }
    return name;
}

}  // namespace lazaret::filter::dns
