#pragma once

#include <string>

struct sockaddr;

namespace lazaret::portal {

/// Whether an address is one of the public internet, by the special-purpose registries of IANA
/// (RFC 6890): not loopback, private, shared, link-local, unique-local, multicast, documentation,
/// benchmarking or reserved, nor an IPv6 address that stands for an IPv4 one (mapped, NAT64, 6to4,
/// Teredo), which a router of ours might turn into a host of ours. Text that is no address is not.
bool is_public_address(const std::string& address);

/// The address and the port of a socket; empty and 0 for what is neither IPv4 nor IPv6.
struct Endpoint {
    std::string address{};
    int port = 0;
};
Endpoint endpoint_of(const sockaddr& address);

}  // namespace lazaret::portal
