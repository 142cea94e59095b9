#pragma once

#include <optional>
#include <string>
#include <vector>

#include "quarantine-store/directory.hpp"
#include "quarantine-store/quarantine.hpp"

namespace lazaret::portal {

/// What a link may put on the owner's list about the sender of one copy, and nothing else
/// (design: exactly the sender of this copy, exactly this newsletter).
///
/// An allow entry asks for what the sender of the copy had proved; it is narrow when that was
/// nothing. Nothing when the message has no readable From, or when the list is not for it.
std::optional<store::NewEntry> sender_entry(const store::HeldDetails& copy, ListKind kind);

/// Makes an allow entry from this copy one for the steady address of its sender, where the one that
/// stands in it is used for one message only. A narrow entry stays as it is.
void widen(store::NewEntry& entry, const store::HeldDetails& copy);

/// The entries of the owner of this copy that count now and are about exactly its sender or exactly
/// its newsletter, whoever made them. A link takes back only those of the origin `made_by_link`.
std::vector<store::ListedEntry> entries_about(store::Database& database,
                                              const store::HeldDetails& copy, Moment now);

}  // namespace lazaret::portal
