#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/records/address.hpp"
#include "base/records/settings.hpp"
#include "base/result.hpp"

namespace lazaret {

enum class ListKind { Allow, Deny, Newsletter };

std::string_view token(ListKind kind);
std::optional<ListKind> list_kind_of(std::string_view token);

/// Which senders an entry names. Matching is anchored and exact; nothing is a pattern.
struct SenderPattern {
    enum class Form {
        Address,              ///< `bob@example.org`: this address
        Domain,               ///< `@example.org`: any address of exactly this domain
        DomainAndSubdomains,  ///< `.example.org`: of this domain or one below it
    };
    Form form = Form::Address;
    std::string text;  ///< as above, in small letters, an IDN as xn--; compared byte for byte

    auto operator<=>(const SenderPattern&) const = default;
};

/// Reads what a person wrote: `bob@example.org`, `example.org` or `@example.org`, `.example.org`.
Result<SenderPattern, AddressFault> parse_sender_pattern(std::string_view text);

/// The address that stands for all addresses which differ from this one only in the part that is
/// made for one message: `news+@example.org` for `news+8f3a@example.org` (a tag), and
/// `bounce-@lists.example.org` for `bounce-77-bob=example.com@lists.example.org` (VERP). None for
/// an address without such a part. An entry for it matches them all; one for an address only that.
std::optional<Address> sender_family(const Address& sender);

/// What a sender must have proved for an entry to count.
enum class Proof {
    None,  ///< nothing; for deny entries
    Any,   ///< From: aligned DKIM or DMARC pass; MAIL FROM: SPF pass
};

std::string_view token(Proof proof);
std::optional<Proof> proof_of(std::string_view token);

/// One entry of an allow, deny or newsletter list.
struct ListEntry {
    std::int64_t id = 0;
    TenantId tenant = site_tenant;
    Owner owner;  ///< Site, Tenant, Domain or Account
    ListKind kind = ListKind::Allow;
    SenderPattern sender;  ///< newsletter: the domain of From
    std::string list_id;   ///< newsletter: the List-Id in small letters, without brackets; or empty
    Proof proof = Proof::Any;
    std::optional<Moment> expires;  ///< counts up to and including this moment
    bool enabled = true;

    bool operator==(const ListEntry&) const = default;
};

}  // namespace lazaret
