#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lazaret::filter::auth {

/// The address of a client or of a network. An IPv4 address mapped into IPv6 is an IPv4 address
/// (RFC 7208 5).
class IpAddress {
public:
    /// Reads `192.0.2.1`, `2001:db8::1` or `::ffff:192.0.2.1`, nothing else: no brackets, no zone,
    /// no part left out.
    static std::optional<IpAddress> parse(std::string_view text);

    [[nodiscard]] bool is_v4() const noexcept { return is_v4_; }

    /// Whether both are of one family and their first `bits` bits are the same.
    [[nodiscard]] bool shares(const IpAddress& other, int bits) const noexcept;

    /// `192.0.2.1`, `2001:db8::1`
    [[nodiscard]] std::string text() const;

    /// What the macro `i` of SPF stands for (RFC 7208 7.3): as text() for IPv4, the 32 nibbles
    /// with dots between them for IPv6, in capitals.
    [[nodiscard]] std::string dotted() const;

private:
    std::array<std::uint8_t, 16> bytes_{};  // the first 4 for IPv4
    bool is_v4_ = false;
};

}  // namespace lazaret::filter::auth
