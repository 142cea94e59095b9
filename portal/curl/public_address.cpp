#include "portal/curl/public_address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <array>
#include <cstring>

#include "base/records/networks.hpp"

namespace lazaret::portal {
namespace {

const Networks& not_public()
{
    static const Networks all = Networks::parse(std::to_array<std::string>(
        {"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
         "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24",
         "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24",
         "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
         // IPv6: of the global unicast addresses. Benchmarking, ORCHID and Teredo are in the first.
         "2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"}));
    return all;
}

// All that IANA has given out for hosts so far (RFC 4291 2.4).
const Networks& global_unicast()
{
    static const Networks all = Networks::parse(std::array<std::string, 1>{"2000::/3"});
    return all;
}

}  // namespace

bool is_public_address(const std::string& address)
{
    in_addr v4{};
    in6_addr v6{};
    const bool is_v4 = inet_pton(AF_INET, address.c_str(), &v4) == 1;
    const bool is_v6 = !is_v4 && inet_pton(AF_INET6, address.c_str(), &v6) == 1;
    if (!is_v4 && !is_v6) return false;
    if (is_v6 && (IN6_IS_ADDR_V4MAPPED(&v6) || !global_unicast().hold(address))) return false;
    return !not_public().hold(address);
}

Endpoint endpoint_of(const sockaddr& address)
{
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (address.sa_family == AF_INET) {
        sockaddr_in v4{};
        std::memcpy(&v4, &address, sizeof v4);
        if (!inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size())) return {};
        return {text.data(), ntohs(v4.sin_port)};
    }
    if (address.sa_family == AF_INET6) {
        sockaddr_in6 v6{};
        std::memcpy(&v6, &address, sizeof v6);
        if (!inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size())) return {};
        return {text.data(), ntohs(v6.sin6_port)};
    }
    return {};
}

}  // namespace lazaret::portal
