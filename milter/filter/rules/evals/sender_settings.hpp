#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "milter/filter/rules/evals/globs.hpp"
#include "milter/filter/rules/evals/locales.hpp"
#include "milter/filter/rules/language/rule_settings.hpp"

namespace lazaret::filter::rules {

/// Senders who count only when they come by a relay of theirs (`welcomelist_from_rcvd`).
struct RelayedSenders {
    AddressGlobs senders;
    std::vector<std::vector<std::string>>
        relays;  ///< by a sender's number: names, `[address/bits]`
};

/// Senders who count only when a domain has signed (`welcomelist_from_dkim`).
struct SignedSenders {
    AddressGlobs senders;
    std::vector<std::vector<std::string>>
        signers;  ///< by a sender's number: domains, small letters; empty text: his own
};

/// Hosts of links, in named lists (`enlist_uri_host`).
struct UriHostLists {
    struct Entry {
        std::size_t list;
        bool is_in;  ///< false: `!host`, an exception
    };
    std::vector<std::string> names;
    TextMap<std::vector<Entry>> hosts;

    /// The number of a list; names.size() when there is none.
    [[nodiscard]] std::size_t list(std::string_view name) const;
};

/// Whose addresses anybody gets for nothing (`freemail_*`).
struct FreemailSettings {
    TextSet domains;
    std::vector<std::string> domain_globs;  ///< `yahoo.*`; no wildcard covers a dot
    TextSet welcome;                        ///< addresses and domains that do not count
    std::vector<AddressGlobs> welcome_lists;
    std::size_t most_body_addresses = 5;
    std::size_t most_body_freemails = 3;
    bool skips_over_most = true;
    bool skips_bulk_envelope = true;

    /// Whether rules on freemail can say anything.
    [[nodiscard]] bool are_there() const { return !domains.empty() || !domain_globs.empty(); }
    /// @param address  small letters.
    [[nodiscard]] bool has(std::string_view address) const;
};

/// Names of senders that are addresses themselves (`fns_*`).
struct FromNameSettings {
    struct Owner {
        std::string name;  ///< small letters
        AddressGlobs addresses;
    };
    std::vector<Owner> owners;
    std::vector<std::string> ignored_headers;
    TextSet ignored_signers;  ///< domains whose signature says that the name is in order
    std::int64_t extra_characters = 50;
    int level = 1;  ///< `fns_check`
};

/// Lists and numbers for the eval functions about senders, read from the rule files' settings.
struct SenderSettings {
    /// By name: those of `enlist_addrlist`, and those that have a setting (`blocklist_from`).
    TextMap<AddressGlobs> lists;
    RelayedSenders welcome_by_relay;
    RelayedSenders default_welcome_by_relay;
    SignedSenders welcome_by_signer;
    SignedSenders default_welcome_by_signer;
    int least_key_bits = 1024;     ///< of an RSA key whose signature counts (dkim_minimum_key_bits)
    bool trusts_envelope = false;  ///< always_trust_envelope_sender
    UriHostLists uri_hosts;
    FreemailSettings freemail;
    FromNameSettings from_name;
    std::vector<std::string> welcome_subjects;  ///< globs, small letters
    std::vector<std::string> block_subjects;
    AddressGlobs bounce_relays;
    ExpectedCharsets charsets;

    static SenderSettings from(const RuleSettings& settings);

    /// Whether the list of that name has an address (any case). No: there is no such list.
    [[nodiscard]] bool is_listed(std::string_view list, std::string_view address) const;
};

/// What the Date and Received fields say about time; seconds since 1970.
struct DateFacts {
    std::optional<std::int64_t> date;     ///< of Resent-Date, Date
    std::vector<std::int64_t> received;   ///< of the Received fields, newest first
    std::optional<std::int64_t> fetched;  ///< by fetchmail, at the end of the way
    std::int64_t shift = 0;               ///< date less the nearest of received
};

/// How the recipients look beside each other.
struct RecipientFacts {
    bool are_sorted = false;
    double likeness = 0.0;  ///< share of the pairs that begin alike
};

/// What the name in From says about its address.
struct FromNameFacts {
    bool has_address = false;
    bool address_differs = false;
    bool domain_differs = false;
    bool owner_differs = false;
    bool is_recipient = false;
    bool is_reply_address = false;
};

/// Freemail addresses that the body names.
struct BodyFreemails {
    bool are_too_many = false;  ///< then nothing is said about them
    std::set<std::string> addresses;
};

/// Whether a sender of the message is in a list that asks for relays.
enum class Welcome { No, Yes, Forged };

/// What they worked out for a message; each by who first asks.
struct SenderMemory {
    std::optional<std::vector<std::string>> senders;
    std::optional<std::vector<std::string>> recipients;
    std::optional<std::string> received;
    std::optional<DateFacts> dates;
    std::optional<RecipientFacts> recipient_facts;
    std::optional<FromNameFacts> from_name;
    std::optional<BodyFreemails> freemails;
    std::optional<std::vector<bool>> uri_lists;
    std::optional<Welcome> welcome;
    std::optional<Welcome> default_welcome;
};

}  // namespace lazaret::filter::rules
