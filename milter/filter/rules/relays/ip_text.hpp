#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// IP addresses as header fields write them: found, judged, turned around. SpamAssassin's notion
/// of what is one, for rules compare with it.
namespace lazaret::filter::rules {

/// An address as a number, IPv4 as `::ffff:a.b.c.d`.
using IpNumber = std::array<std::uint8_t, 16>;

/// The length of the address that begins at `at`, with its `IPv6:` prefix if it has one; 0 when
/// none does. What stands before and behind it may not belong to an address, too.
std::size_t ip_length(std::string_view text, std::size_t at) noexcept;

/// The first address in `text`, as a view of it; empty when there is none.
std::string_view first_ip(std::string_view text) noexcept;

/// `text` as a number, when all of it is an address (an `IPv6:` prefix allowed).
std::optional<IpNumber> ip_number(std::string_view text) noexcept;

/// Whether nobody outside can have that address: loopback, private, link-local, carrier-grade NAT.
/// Unique local IPv6 addresses count as public, as SpamAssassin has it.
bool is_private_ip(std::string_view ip) noexcept;

/// The length of `localhost`, `localhost.localdomain` or a loopback address at `at`; 0 when none.
std::size_t localhost_length(std::string_view text, std::size_t at) noexcept;

/// The address's labels the way DNS lists ask for it (RFC 5782 2.1, 2.4); of IPv4 mapped into IPv6
/// the IPv4 ones, which is what lists know. Empty when `ip` is none.
std::string reversed_ip(std::string_view ip);

}  // namespace lazaret::filter::rules
