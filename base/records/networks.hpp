#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lazaret {

/// A list of IP networks, as [milter] trusted_networks names them.
class Networks {
public:
    Networks() = default;

    /// Whether parse() takes this text.
    static bool is_network(std::string_view text);

    /// Reads `192.0.2.0/24`, `2001:db8::/32`, or an address alone. Throws Error{Setup} that names
    /// the first one that is none. Bits behind the prefix are of no matter.
    static Networks parse(std::span<const std::string> networks);

    /// Whether one of them holds this address. An IPv4 address mapped into IPv6 is the IPv4 one.
    /// Text that is no address is in none.
    [[nodiscard]] bool hold(std::string_view address) const;

    /// The network in which a client is likely to stay: `192.0.2.0/24` for 192.0.2.7, and
    /// `2001:db8:1:2::/64` for an address in it. An IPv4 address mapped into IPv6 is the IPv4 one.
    /// Takes such a network, too. Empty for a text that is neither.
    static std::string neighbourhood_of(std::string_view text);

    /// An address, as the IPv4 one when it is one mapped into IPv6. Takes any text.
    static std::string unmapped(std::string_view address);

private:
    using Bits = std::array<std::uint8_t, 16>;  ///< IPv4 as ::ffff:a.b.c.d
    struct Network {
        Bits first;
        unsigned prefix;  ///< bits, of 128
    };
    static bool read(std::string_view text, Bits& bits, bool& is_v4);
    static std::optional<Network> one(std::string_view text);
    static bool is_mapped(const Bits& bits);
    static std::string shown(const Bits& bits);
    static bool same_prefix(const Bits& left, const Bits& right, unsigned prefix);
    std::vector<Network> networks_;
};

}  // namespace lazaret
