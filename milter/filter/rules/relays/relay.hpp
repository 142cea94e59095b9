#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace lazaret::filter::rules {

/// One hop of the message, read from a Received field (or given by the MTA).
struct Relay {
    std::string ip;  ///< of the client
    std::string by;  ///< the host that received
    std::string helo;
    std::string rdns;  ///< name of the client as the receiving host resolved it; or empty
    std::string ident;
    std::optional<std::string> envelope_from;  ///< empty text: `<>`; nothing: the field says none
    std::string id;
    std::string auth;  ///< how the client authenticated; empty when it did not
    bool is_ip_private = false;
    bool is_internal = false;
    bool is_msa = false;
    bool no_reverse_dns = false;  ///< the receiving host looked for a name, and there was none
    /// `[ ip=... rdns=... helo=... by=... ident=... envfrom=... intl=0 id=... auth=... msa=0 ]`
    std::string text;

    [[nodiscard]] bool is_authenticated() const { return !auth.empty() && auth != "0"; }
};

/// The chain of the message's hops, newest first, cut where trust ends (trusted_networks,
/// internal_networks, msa_networks).
struct Relays {
    std::vector<Relay> trusted;
    std::vector<Relay> untrusted;
    std::vector<Relay> internal;
    std::vector<Relay> external;
    std::string trusted_text, untrusted_text, internal_text, external_text;
    std::size_t unparseable = 0;   ///< Received fields that no known form fits
    bool are_all_trusted = false;  ///< there are relays, and no untrusted or unparseable one
    std::optional<std::string> envelope_from;  ///< EnvelopeFrom: `MAIL FROM`, as far as it is known
    /// How many Received fields (0: newest, the MTA's own too) are trusted, internal, less one.
    int last_trusted = -1;
    int last_internal = -1;
    /// The same among the message's own fields, for ALL-TRUSTED and alike; -2 when the MTA's own
    /// is no longer trusted, internal.
    int last_trusted_received = -1;
    int last_internal_received = -1;
};

}  // namespace lazaret::filter::rules
