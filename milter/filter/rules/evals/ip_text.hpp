#pragma once

#include <cstddef>
#include <string_view>

namespace lazaret::filter::rules {

/// How long the IPv4 address at the start of `text` is; 0: there is none. No zeros lead a number,
/// and the last ends where no digit, letter or `_` follows.
std::size_t ipv4_length(std::string_view text) noexcept;

/// Whether `text` is an IPv4 address and nothing else.
bool is_ipv4(std::string_view text) noexcept;

/// Whether an IPv4 address is of this host, this link, a private network or a provider's own
/// (RFC 1122, 3927, 1918, 6598).
bool is_private_ipv4(std::string_view address) noexcept;

/// Whether `address` is in `network`: an address, with `/` and a length or without. Both are of one
/// family, or it is not.
bool is_in_network(std::string_view address, std::string_view network);

}  // namespace lazaret::filter::rules
