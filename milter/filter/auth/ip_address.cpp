#include "milter/filter/auth/ip_address.hpp"

#include <arpa/inet.h>

#include <algorithm>

namespace lazaret::filter::auth {
namespace {

constexpr std::array<std::uint8_t, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr std::size_t longest_text = INET6_ADDRSTRLEN;

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text)
{
    // inet_pton stops at a NUL, which is no end of the text.
    if (text.size() > longest_text || text.find('\0') != text.npos) return std::nullopt;
    const std::string terminated{text};
    IpAddress address;
    if (inet_pton(AF_INET, terminated.c_str(), address.bytes_.data()) == 1) {
        address.is_v4_ = true;
        return address;
    }
    if (inet_pton(AF_INET6, terminated.c_str(), address.bytes_.data()) != 1) return std::nullopt;
    if (std::equal(mapped.begin(), mapped.end(), address.bytes_.begin())) {
        std::copy(address.bytes_.begin() + mapped.size(), address.bytes_.end(),
                  address.bytes_.begin());
        std::fill(address.bytes_.begin() + 4, address.bytes_.end(), std::uint8_t{0});
        address.is_v4_ = true;
    }
    return address;
}

bool IpAddress::shares(const IpAddress& other, int bits) const noexcept
{
    if (is_v4_ != other.is_v4_) return false;
    for (std::size_t at = 0; at < bytes_.size() && bits > 0; ++at, bits -= 8) {
        const unsigned difference = bytes_[at] ^ other.bytes_[at];
        const unsigned counted = bits >= 8 ? 0xffU : 0xffU << (8 - bits);
        if ((difference & counted & 0xffU) != 0) return false;
    }
    return true;
}

std::string IpAddress::text() const
{
    std::array<char, INET6_ADDRSTRLEN> text{};
    inet_ntop(is_v4_ ? AF_INET : AF_INET6, bytes_.data(), text.data(), text.size());
    return text.data();
}

std::string IpAddress::dotted() const
{
    if (is_v4_) return text();
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string nibbles;
    for (const auto byte : bytes_) {
        if (!nibbles.empty()) nibbles += '.';
        nibbles += {digits[byte >> 4U], '.', digits[byte & 15U]};
    }
    return nibbles;
}

}  // namespace lazaret::filter::auth
