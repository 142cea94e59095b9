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
/// Each answers nothing when the message has no readable From, or when the list is not for it.
std::optional<store::NewEntry> sender_entry(const store::HeldDetails& copy, ListKind kind);

/// The sender's address without the part that differs from mail to mail, when it has one:
/// `news+8f3a@example.org` (a tag), `bounce-77-bob=example.com@lists.example.org` (VERP) or
/// `SRS0=hash=tt=example.org=ada@forward.example.net` (SRS). Such an address never writes twice;
/// an entry for it alone would be of no use.
std::optional<Address> steady_part(const Address& sender);

/// The entries of the owner of this copy that are about its sender.
std::vector<store::ListedEntry> entries_about(store::Database& database,
                                              const store::HeldDetails& copy);

}  // namespace lazaret::portal
