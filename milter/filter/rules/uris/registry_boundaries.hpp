#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/text_hash.hpp"

namespace lazaret::filter::rules {

/// A host and the domain that somebody registered for it.
struct HostAndDomain {
    std::string host;    ///< whole, in the form of ascii_host()
    std::string domain;  ///< `example.co.uk` of `www.example.co.uk`; an IP address whole

    bool operator==(const HostAndDomain&) const = default;
};

/// Where registries end and their customers' domains begin, from the rules' `util_rb_tld`,
/// `util_rb_2tld` and `util_rb_3tld` lines. Never changes once made; threads may share it.
class RegistryBoundaries {
public:
    RegistryBoundaries() = default;
    /// Names as the lines give them, in any case, international ones in UTF-8 or as `xn--`.
    RegistryBoundaries(std::span<const std::string> top_level,
                       std::span<const std::string> second_level,
                       std::span<const std::string> third_level);

    /// The registered domain of a host (trim_domain): one label more than its registry's name.
    ///
    /// `host` must be in the form of ascii_host(). Dots around it are not counted. A view into
    /// `host`: all of it when there is nothing to take away, also when it is just a registry.
    [[nodiscard]] std::string_view registered_domain(std::string_view host) const;

    /// Whether a host (form of ascii_host()) has a dot and ends in a known top-level domain.
    [[nodiscard]] bool is_valid_domain(std::string_view host) const;

    /// Whether that is a top-level domain; any case.
    [[nodiscard]] bool is_top_level(std::string_view label) const;

    /// The host that an address leads to (uri_to_domain), if it is an IP address or a well-formed
    /// name below a known top-level domain. Of `mailto:` the address's domain.
    ///
    /// None for javascript:, cid: and file:, and where the host has escapes that a browser undoes.
    [[nodiscard]] std::optional<HostAndDomain> host_of(std::string_view uri) const;

private:
    TextSet top_level_;
    TextSet second_level_;
    TextSet third_level_;
};

/// Whether a host name (form of ascii_host()) is well formed: two labels at least, letters, digits
/// and inner hyphens; `_` from the third label on, as seen from the end. Final dots do not count.
bool is_valid_host_name(std::string_view host) noexcept;

/// Whether that is an IPv4 or IPv6 address and nothing else (no brackets; `ipv6:` may precede).
bool is_ip_address(std::string_view host) noexcept;

}  // namespace lazaret::filter::rules
