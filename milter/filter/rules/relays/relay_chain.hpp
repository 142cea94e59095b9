#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "milter/filter/rules/relays/network_set.hpp"
#include "milter/filter/rules/relays/relay.hpp"
#include "milter/filter/rules/rendering/rule_headers.hpp"

namespace lazaret::filter::rules {

/// What the rule files say about hosts. None: not said. Trusted and internal then stand for each
/// other, and when both are missing trust ends at the first public client that did not
/// authenticate. One that was said and has no networks holds loopback addresses, which are always
/// in both.
struct RelaySettings {
    std::optional<NetworkSet> trusted;
    std::optional<NetworkSet> internal;
    std::optional<NetworkSet> msa;
    /// Fields with the client's address of a web mailer (originating_ip_headers), in order.
    std::vector<std::string> originating_fields{};
    std::string envelope_sender_field;  ///< envelope_sender_header; empty: not set
};

/// The most Received fields that are read; the rest of a longer chain is as if it were not there.
inline constexpr std::size_t most_received = 300;

/// Reads the message's hops, and where trust in them ends.
/// @param own  the Received value the MTA will write for this delivery, when the message does not
///             have it yet (Postfix hides it from milters): `from HELO (NAME [IP]) by ...`
Relays read_relays(const RuleHeaders& headers, const RelaySettings& settings,
                   const std::optional<std::string>& own = std::nullopt);

/// The Received value for a delivery, in Postfix's form, for `own` above.
///
/// @param name    the client's name as the MTA resolved it; empty or `unknown` when it has none
/// @param sender  the address of `MAIL FROM`, without angle brackets; empty for `<>`
std::string own_received(std::string_view ip, std::string_view helo, std::string_view name,
                         std::string_view by, std::string_view sender, bool is_authenticated);

}  // namespace lazaret::filter::rules
