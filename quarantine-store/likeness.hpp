#pragma once

#include <optional>

#include "base/records/list_entry.hpp"
#include "base/result.hpp"
#include "quarantine-store/quarantine.hpp"

namespace lazaret::store {

enum class LikenessFault {
    AnotherSender,  ///< the pattern names neither From nor MAIL FROM of the copy
    NotExact,       ///< nothing is proved, so the entry must name one address
    NoNetwork,      ///< nothing is proved, and it is not known where the message came from
};
std::string_view sentence(LikenessFault fault);

/// What an allow entry for `sender` that is made because of this copy asks for: the best proof that
/// its From had, else its MAIL FROM, where the pattern names it; the network that it came from when
/// nothing was proved. Any for a copy of an older version, which did not record it.
Result<Proof, LikenessFault> proof_like(const HeldDetails& copy, const SenderPattern& sender);

/// What an entry that accepts a newsletter asks for, by what was recorded with it: the best proof
/// that its From had; none when that was nothing, or was not recorded.
std::optional<Proof> newsletter_proof(const Explanation& explanation);

}  // namespace lazaret::store
