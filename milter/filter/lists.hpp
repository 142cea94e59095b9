#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/records/envelope.hpp"
#include "base/records/explanation.hpp"
#include "base/records/policy.hpp"
#include "milter/filter/message/message.hpp"
#include "milter/filter/proofs.hpp"

namespace lazaret::filter {

/// Who sent a message, in the forms that list entries name. Made once a message.
struct Sender {
    /// One address of the sender's and what was proved for it.
    struct Name {
        std::vector<std::string> patterns;  ///< SenderPattern::text, most specific first
        std::string proof;                  ///< Explanation::Match::proof
        bool is_from = false;               ///< From; else MAIL FROM
    };
    std::vector<Name> names;  ///< From addresses (at most 16), then MAIL FROM
    std::string list_id;      ///< Message::list_id
};

/// A From only has a proof when the message has one From field with one address: with several, a
/// reader sees the one and a signature means the other, so an allow entry never counts by them
/// (a deny entry does, by any).
Sender sender_of(const Message& message, const Envelope& envelope, const SenderProofs& proofs);

/// What the lists of one recipient say about a sender.
struct ListAnswer {
    std::optional<Explanation::Match> decided;     ///< the deny or allow entry that won
    std::optional<Explanation::Match> newsletter;  ///< an entry that accepts this newsletter
    std::vector<Explanation::Match> unproven;      ///< allow entries that lack their proof
};

/// Asks the lists of `owners` (RecipientPolicy::owners, from Site to Account).
///
/// - The most specific owner that has an entry which counts wins; on one level deny over allow.
/// - An allow entry counts only with proof of the name that it matched, whatever its `proof` says.
///   A deny entry counts without, unless it asks for proof.
/// - A newsletter entry matches by From and, when it has a List-Id, by that. It needs no proof: it
///   only lifts the class newsletter, which a forger avoids by leaving the List-Id out.
/// - Expired and disabled entries do not count and are not reported.
///
/// Cost: some ten hash look-ups an owner.
ListAnswer ask_lists(const Policy& policy, std::span<const Owner> owners, const Sender& sender,
                     Moment now);

}  // namespace lazaret::filter
