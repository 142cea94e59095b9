#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/records/envelope.hpp"
#include "base/records/explanation.hpp"
#include "base/records/networks.hpp"
#include "base/records/policy.hpp"
#include "milter/filter/message/message.hpp"
#include "milter/filter/proofs.hpp"

namespace lazaret::filter {

/// Who sent a message, in the forms that list entries name. Made once a message.
struct Sender {
    /// One address of the sender's and what speaks for it.
    struct Name {
        std::vector<std::string> patterns;  ///< patterns_naming() it: the address itself first
        std::vector<Proof> proofs;  ///< what was proved, the best first; behind it the network of
                                    ///< the client, where one is known
        bool is_from = false;       ///< From; else MAIL FROM
    };
    std::vector<Name> names;  ///< From addresses (at most 16), then MAIL FROM
    std::string list_id;      ///< Message::list_id
};

/// A From only has proofs when the message has one From field with one address: with several, a
/// reader sees the one and a signature means the other, so an allow entry never counts by them
/// (a deny entry does, by any). Nor does the network speak for such a From, nor one of `relays`
/// for anybody.
Sender sender_of(const Message& message, const Envelope& envelope, const SenderProofs& proofs,
                 const Networks& relays = {});

/// What the sender proved, as it is recorded. Networks are no proof and not in it.
Explanation::Proved proved_by(const Sender& sender);

/// A list entry that names the sender, and what becomes of it.
struct Candidate {
    enum class State {
        Counts,
        NotProven,  ///< the sender lacks the proof that it asks for
        Expired,
        Disabled,
        OtherList,  ///< a newsletter entry for another List-Id
    };
    const ListEntry* entry;    ///< in the policy
    const Sender::Name* name;  ///< which of the sender's names it names
    State state;
    std::string proof;  ///< Explanation::Match::proof
};
std::string_view token(Candidate::State state);

/// All entries of one owner that name the sender, each once: by the name for which it counts, else
/// by the first that it names. In the order in which they decide: From before MAIL FROM, and the
/// more specific pattern first. Cost: some ten hash look-ups.
std::vector<Candidate> candidates_of(const Policy& policy, const Owner& owner, const Sender& sender,
                                     Moment now);

/// What the lists of one recipient say about a sender.
struct ListAnswer {
    std::optional<Explanation::Match> decided;     ///< the deny or allow entry that won
    std::optional<Explanation::Match> newsletter;  ///< an entry that accepts this newsletter
    std::vector<Explanation::Match> unproven;      ///< allow entries that lack their proof
    std::optional<Explanation::Match> warned;      ///< a warn entry: it decides nothing
};

/// Asks the lists of `owners` (RecipientPolicy::owners, from Site to Account).
///
/// - The most specific owner that has an entry which counts wins; on one level deny over allow.
/// - An allow entry counts only with the proof that it asks for, or a better one, of the name that
///   it matched (is_enough() knows the order); one that asks for nothing needs any. A narrow one
///   (ListEntry::is_narrow) counts for exactly its address and from its network. A deny entry
///   counts without, unless it asks for proof.
/// - A newsletter entry matches by From and, when it has a List-Id, by that. It asks for the proof
///   that its newsletter had when it was accepted: anybody can write a List-Id. One that was made
///   without (Any) asks for none.
/// - A warn entry counts without proof, unless it asks for it: it harms nobody. A deny entry of the
///   same owner, or of a more specific one, silences it: who blocks a sender hears nothing of him.
/// - Expired and disabled entries do not count and are not reported.
///
/// Cost: some ten hash look-ups an owner.
ListAnswer ask_lists(const Policy& policy, std::span<const Owner> owners, const Sender& sender,
                     Moment now);

}  // namespace lazaret::filter
