#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>

#include "milter/filter/rules/rendering/html_facts.hpp"
#include "milter/filter/rules/uris/registry_boundaries.hpp"
#include "milter/filter/rules/uris/uri_detail.hpp"

namespace lazaret::filter::rules {

/// Whether an address leads on to another one inside it, of another domain:
/// check_for_http_redirector.
bool has_http_redirector(const Uris& uris, const RegistryBoundaries& boundaries);

/// Whether a link whose text names an https: address of one domain leads to another domain:
/// check_https_http_mismatch. Looks at HTML parts with `least` to below `most` links to hosts.
bool has_https_mismatch(std::span<const HtmlFacts* const> parts, std::size_t least,
                        std::optional<std::size_t> most, const RegistryBoundaries& boundaries);

/// Whether a link whose text names an https: address leads to a bare IPv4 address:
/// check_https_ip_mismatch.
bool has_https_ip_mismatch(std::span<const HtmlFacts* const> parts);

/// One condition of a `uri_detail` rule.
struct UriDetailCondition {
    enum class Key : std::uint8_t { Raw, Type, Cleaned, Text, Domain, Host };
    Key key;
    bool is_negated = false;  ///< `!~`: holds for a value that does not match
    std::function<bool(std::string_view)> matches;
};

/// Whether one address meets all the conditions, each by one of its values at least.
bool meets_all(const Uris& uris, std::span<const UriDetailCondition> conditions);

}  // namespace lazaret::filter::rules
