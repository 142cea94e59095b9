#include "base/records/networks.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "base/error.hpp"

namespace lazaret {
namespace {

constexpr unsigned mapped_prefix = 96;  ///< bits of ::ffff:0:0, where IPv4 stands in IPv6

}  // namespace

bool Networks::read(std::string_view text, Bits& bits, bool& is_v4)
{
    const std::string copy{text};
    in_addr v4{};
    is_v4 = ::inet_pton(AF_INET, copy.c_str(), &v4) == 1;
    if (!is_v4) return ::inet_pton(AF_INET6, copy.c_str(), bits.data()) == 1;
    bits = {};
    bits[10] = bits[11] = 0xff;
    std::memcpy(bits.data() + 12, &v4, sizeof v4);
    return true;
}

bool Networks::same_prefix(const Bits& left, const Bits& right, unsigned prefix)
{
    const auto whole = prefix / 8;
    if (!std::equal(left.begin(), left.begin() + whole, right.begin())) return false;
    const auto rest = prefix % 8;
    return rest == 0 || ((left[whole] ^ right[whole]) >> (8 - rest)) == 0;
}

std::optional<Networks::Network> Networks::one(std::string_view text)
{
    const auto slash = text.find('/');
    Network network{};
    bool is_v4 = false;
    if (!read(text.substr(0, slash), network.first, is_v4)) return std::nullopt;
    const unsigned most = is_v4 ? 32 : 128;
    unsigned given = most;
    if (slash != std::string_view::npos) {
        const auto digits = text.substr(slash + 1);
        const auto* end = digits.data() + digits.size();
        const auto [stop, fault] = std::from_chars(digits.data(), end, given);
        if (fault != std::errc{} || stop != end || given > most) return std::nullopt;
    }
    network.prefix = is_v4 ? given + mapped_prefix : given;
    return network;
}

std::string Networks::neighbourhood_of(std::string_view text)
{
    const auto network = one(text);
    if (!network) return {};
    auto bits = network->first;
    const bool is_v4 = is_mapped(bits);
    const unsigned prefix = is_v4 ? mapped_prefix + 24 : 64;
    if (network->prefix != 128 && network->prefix != prefix) return {};
    std::fill(bits.begin() + prefix / 8, bits.end(), std::uint8_t{0});
    return shown(bits) + (is_v4 ? "/24" : "/64");
}

std::string Networks::unmapped(std::string_view address)
{
    Bits bits{};
    bool is_v4 = false;
    if (!read(address, bits, is_v4) || !is_mapped(bits)) return std::string{address};
    return shown(bits);
}

bool Networks::is_mapped(const Bits& bits)
{
    constexpr Bits mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    return same_prefix(bits, mapped, mapped_prefix);
}

std::string Networks::shown(const Bits& bits)
{
    const bool is_v4 = is_mapped(bits);
    char text[INET6_ADDRSTRLEN];
    ::inet_ntop(is_v4 ? AF_INET : AF_INET6, is_v4 ? bits.data() + 12 : bits.data(), text,
                sizeof text);
    return text;
}

bool Networks::is_network(std::string_view text) { return one(text).has_value(); }

Networks Networks::parse(std::span<const std::string> networks)
{
    Networks all;
    for (const auto& text : networks) {
        const auto network = one(text);
        if (!network)
            throw Error{Error::Kind::Setup, "{:?} is not a network", text}.with_hint(
                "write them as 192.0.2.0/24 or 2001:db8::/32");
        all.networks_.push_back(*network);
    }
    return all;
}

bool Networks::hold(std::string_view address) const
{
    Bits bits{};
    bool is_v4 = false;
    if (!read(address, bits, is_v4)) return false;
    return std::any_of(networks_.begin(), networks_.end(), [&](const Network& one) {
        return same_prefix(one.first, bits, one.prefix);
    });
}

}  // namespace lazaret
