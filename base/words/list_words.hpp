#pragma once

#include <string>

#include "base/records/list_entry.hpp"
#include "base/words/words.hpp"

namespace lazaret {

/// What an entry of a person's own lists does, before the name of sender or list:
/// `You always allow this sender:`. Of one without proof it says from where and how long.
/// @param is_own  whether whoever reads this is the owner of the lists.
std::string list_words(const Words& words, ListKind kind, const Proof& proof,
                       const std::optional<Moment>& expires, bool is_own = true);

}  // namespace lazaret
