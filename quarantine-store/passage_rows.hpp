#pragma once

#include <pqxx/pqxx>

#include "quarantine-store/notebook.hpp"

namespace lazaret::store {

/// What passage_of() reads, first in a `select` from passages, refusals, or what
/// lazaret.passages_of() returns.
inline constexpr auto passage_columns =
    "select lazaret.micros(at), tenant_id, mailbox, queue_id, sender, client_ip, class, action, "
    "score, reference, hits, explanation ";

/// A passage from the first columns of a row; of a delivered message without what it was.
Passage passage_of(const pqxx::row& row);

}  // namespace lazaret::store
