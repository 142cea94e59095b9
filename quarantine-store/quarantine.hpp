#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/records/held_mail.hpp"
#include "quarantine-store/database.hpp"

namespace lazaret::store {

/// Where one held copy is on its way.
enum class CopyState {
    Held,
    Releasing,  ///< on its way to the MTA; may have been taken
    Released,
    Deleted,
};
std::string_view token(CopyState state);
std::optional<CopyState> copy_state_of(std::string_view token);

/// Which held copies are asked for; all conditions hold at once.
struct HeldFilter {
    std::string recipient{};        ///< an address or @domain; empty: everybody
    std::optional<Moment> since{};  ///< received at or after
    std::optional<Class> verdict{};
    std::optional<CopyState> state = CopyState::Held;
    bool for_recipient = false;  ///< only what its recipient may see: not what was refused at SMTP
    std::size_t limit = 100;     ///< newest first
    std::size_t skip = 0;        ///< so many of the newest
};

/// One line of the list of held copies.
struct HeldSummary {
    Reference reference;
    TenantId tenant = site_tenant;
    Moment received{};
    std::string recipient{};  ///< as in RCPT TO, without brackets
    std::string mailbox{};    ///< the address of the account
    std::string sender{};     ///< MAIL FROM without brackets; empty for the null sender
    std::string from{};       ///< decoded
    std::string subject{};    ///< decoded
    Class verdict = Class::Spam;
    double score = 0.0;
    CopyState state = CopyState::Held;
    Day expires{};  ///< dropped after this day, unless on legal hold
    bool legal_hold = false;
    bool kept_after_refusal = false;
    std::uint64_t size = 0;  ///< bytes as received
    std::string queue_id{};
    int attempts = 0;          ///< to release it
    std::string last_error{};  ///< of the last attempt; empty when there was none
};

/// may() for one copy: to one that was refused at SMTP its recipient may do nothing. Its sender was
/// told that it did not arrive; an administrator can export it.
bool may(Role role, Deed deed, const HeldSummary& copy);

/// Everything recorded about one held copy but its bytes.
struct HeldDetails {
    HeldSummary summary;
    Digest digest{};
    std::string client_ip{};
    std::string helo{};
    std::string from_address{};
    std::string list_id{};
    bool eight_bit = false;
    bool utf8 = false;
    std::vector<Hit> hits{};
    Explanation explanation{};
    Preview preview{};
    std::optional<Moment> changed{};  ///< when a person last acted on it
    std::string changed_by{};         ///< who
};

enum class DeedFault {
    Unknown,     ///< no such copy; it may have expired
    NotAllowed,  ///< refusal_sentence() says why
    TooLate,     ///< it is on its way, or was released
    Deleted,     ///< somebody deleted it
    LegalHold,   ///< it must be kept
    Elsewhere,   ///< another tenant has its recipient's domain now
};

/// The quarantine as an administrator sees it.
class Quarantine {
public:
    explicit Quarantine(Database& database) : database_{database} {}

    /// Newest first. Cost: an index look-up a day when a recipient is named.
    std::vector<HeldSummary> list(const HeldFilter& filter);
    /// How many there are, whatever `limit` and `skip`.
    std::size_t count(const HeldFilter& filter);

    std::optional<HeldDetails> find(const Reference& reference);

    /// The bytes exactly as received; none when there is no such copy.
    std::optional<std::string> bytes(const Reference& reference);

    /// The bytes for taking out of the quarantine; asked through may(), and audited.
    Result<std::string, DeedFault> export_copy(const Reference& reference, const Actor& actor);

    /// Marks a copy deleted; its bytes go with the day's partition. Doing it twice changes
    /// nothing and succeeds.
    Result<HeldSummary, DeedFault> remove(const Reference& reference, const Actor& actor);

private:
    Database& database_;
};

/// `says` for a person why a deed was not done. `deed` and `verdict` are used for NotAllowed.
std::string sentence(DeedFault fault, Role role, Deed deed, Class verdict);

}  // namespace lazaret::store
