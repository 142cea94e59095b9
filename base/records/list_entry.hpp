#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/records/address.hpp"
#include "base/records/proof.hpp"
#include "base/records/settings.hpp"
#include "base/result.hpp"

namespace lazaret {

/// The number of each stands in saved policies: a new one comes last.
enum class ListKind {
    Allow,
    Deny,
    Newsletter,
    Warn,  ///< decides nothing: of what is held from such a sender its recipient is told at once
};

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
/// made for one message. None for an address without such a part. An entry for it matches them
/// all; one for an address only that.
///
/// - a tag: `news+@example.org` for `news+8f3a@example.org`
/// - VERP: `bounce-@lists.example.org` for `bounce-77-bob=example.com@lists.example.org`
/// - SRS, what a forwarder makes of MAIL FROM; who wrote and who forwards stay, hash and day go:
///   `SRS0=example.org=bob@fwd.example` for `SRS0=Xy1z=7A=example.org=bob@fwd.example`, and
///   `SRS1=fwd.example==example.org=bob@two.example` for
///   `SRS1=Qw2e=fwd.example==Xy1z=7A=example.org=bob@two.example`
std::optional<Address> sender_family(const Address& sender);

/// The SenderPattern::text of every entry that names this address, the most specific first: the
/// address, its family, its domain, the domain and those above it with all that is below them.
std::vector<std::string> patterns_naming(const Address& sender);

/// How long an entry counts whose sender proves nothing, unless it was chosen, and at most: a year,
/// and the rest of its last day.
inline constexpr std::chrono::days usual_unproven_life{90};
inline constexpr std::chrono::days longest_unproven_life{366};

/// One entry of an allow, deny, newsletter or warn list.
struct ListEntry {
    std::int64_t id = 0;
    TenantId tenant = site_tenant;
    Owner owner;
    ListKind kind = ListKind::Allow;
    SenderPattern sender;  ///< newsletter: the domain of From
    std::string list_id;   ///< newsletter: the List-Id in small letters, without brackets; or empty
    Proof proof = Proof::any();
    std::optional<Moment> expires;  ///< counts up to and including this moment
    bool enabled = true;

    /// Whether the sender proves nothing. Such an entry names one address, stands for nobody but
    /// that, and expires.
    [[nodiscard]] bool is_narrow() const { return proof.kind == Proof::Kind::Network; }

    bool operator==(const ListEntry&) const = default;
};

}  // namespace lazaret
