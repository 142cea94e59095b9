#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/records/envelope.hpp"
#include "base/records/policy.hpp"
#include "milter/conduct.hpp"
#include "quarantine-store/keeper.hpp"

/// Mail to the addresses of [votes]: whoever forwards a message there says what it is. Only what is
/// attached as it was delivered teaches: text that is forwarded within a mail has lost the bytes.
namespace lazaret::milter {

/// A recipient that is such an address.
struct VoteRecipient {
    std::size_t recipient = 0;  ///< in Envelope::recipients
    bool is_spam = false;
};
std::vector<VoteRecipient> vote_recipients(const Envelope& envelope, const VotesConfig& votes);

/// In whose name such a mail speaks, as a mailbox of ours: who signed in, where that is an address
/// of a protected domain. Else MAIL FROM, which is as true as the mail server makes people write
/// it. Empty where there is neither.
std::string voter(const Envelope& envelope, const Policy& policy);

/// What came of the messages attached to such a mail.
struct VoteMailNoted {
    std::size_t attached = 0;
    std::size_t noted = 0;
    /// It was forwarded as text, with nothing attached; what came of that.
    std::optional<store::TextForwarded> as_text{};
};

/// More of them are not looked at; bounds what one mail costs.
inline constexpr std::size_t most_attached_votes = 50;

/// Notes what the owner of `mailbox` says of each message attached to a mail that he sent. What is
/// not believed is logged. A mail without one is counted, and may make him be asked whether to
/// block the sender. What was delivered just now may not be
/// noted yet: that is waited for, some seconds for all of them together. Throws Error{Unavailable}:
/// to do it again does no harm.
/// @param progress  called now and then while it waits.
VoteMailNoted note_votes(std::string_view mail, const std::string& mailbox, bool is_spam,
                         const SealKeys& keys, store::Keeper& keeper, Moment now,
                         const std::function<void()>& progress);

}  // namespace lazaret::milter
