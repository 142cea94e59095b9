#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "base/clock.hpp"
#include "base/mail/seal.hpp"
#include "base/records/identity.hpp"
#include "base/result.hpp"

namespace lazaret::store {

/// The right to one held copy: what a row of the report links to (design: a link is worth one
/// held copy). Which deeds it allows, may(Role::Recipient, ...) says.
struct CopyClaim {
    Reference copy;
    auto operator<=>(const CopyClaim&) const = default;
};

/// The same for one guest of its account (Session::host): it opens nothing without his session.
struct GuestClaim {
    Reference copy;
    AccountId visitor = 0;  ///< his own
    auto operator<=>(const GuestClaim&) const = default;
};

/// A few bytes of a hash of an address: what a claim keeps of the mailbox that its mail went to.
/// Who opens it must ask whether that mailbox is still one of the account's. Never 0.
using MailboxMark = std::uint32_t;
MailboxMark mailbox_mark(std::string_view address);

/// The right to open the account's pages in a limited session: the report's header link.
struct AccountClaim {
    TenantId tenant = site_tenant;
    AccountId account = 0;
    MailboxMark mailbox = 0;  ///< 0: of a mail of an earlier version, which did not note it
    auto operator<=>(const AccountClaim&) const = default;
};

/// The right to turn the account's reports off, and nothing else: List-Unsubscribe.
struct UnsubscribeClaim {
    TenantId tenant = site_tenant;
    AccountId account = 0;
    MailboxMark mailbox = 0;  ///< as above
    auto operator<=>(const UnsubscribeClaim&) const = default;
};

/// How long it works: for as long as a report may lie in a mailbox (RFC 8058). No claim lives
/// longer.
inline constexpr std::chrono::days unsubscribe_life{365};

using Claim = std::variant<CopyClaim, GuestClaim, AccountClaim, UnsubscribeClaim>;

enum class ClaimFault {
    Malformed,  ///< cut, or not ours
    Forged,     ///< changed, or made with a key that we do not have (any more)
    Expired,    ///< it was good; open_expired_claim() says what it was for
};
std::string_view sentence(ClaimFault fault);

/// The claim as it stands in a link: letters, digits, '-', '_' and one '.'; at most 60 characters
/// with a key id of at most 8. Sealed with the newest key; whole hours, rounded up.
std::string seal_claim(const SealKeys& keys, const Claim& claim, Moment expires);

/// Reads what stood in a link. Nothing in it is believed before its MAC was compared.
Result<Claim, ClaimFault> open_claim(const SealKeys& keys, std::string_view text, Moment now);

/// So long after its end a link may still order a new report, in which all links work.
inline constexpr std::chrono::days orders_a_report{62};

/// The same without looking at the expiry: to tell the owner of a good but old link what became
/// of his message. It allows nothing.
Result<Claim, ClaimFault> open_expired_claim(const SealKeys& keys, std::string_view text);

}  // namespace lazaret::store
