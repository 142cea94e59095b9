#pragma once

#include <optional>
#include <pqxx/pqxx>

#include "quarantine-store/quarantine.hpp"

namespace lazaret::store {

/// What summary_of() reads, first in a `select` from held_copy as h and held_mail as m. Without the
/// size: not every role may look at the bytes.
inline constexpr auto summary_columns =
    "select h.reference, h.tenant_id, lazaret.micros(h.received), h.recipient, h.mailbox, "
    "h.sender, m.from_text, m.subject, h.class, h.score, h.state, "
    "h.expires - date '1970-01-01', h.kept_after_refusal, h.queue_id, h.attempts, h.last_error ";
inline constexpr int summary_width = 16;

/// A held copy from the first columns of a row; its size is 0. Throws Error{Bug} when the row has
/// no reference.
HeldSummary summary_of(const pqxx::row& row);
/// Whether summary_of() can read it. Of many rows the one that cannot be read is left out, and a
/// line in the log: what was damaged hides nothing else.
bool is_readable(const pqxx::row& row);

/// One held copy as it stands, in the caller's transaction.
std::optional<HeldSummary> find_summary(pqxx::transaction_base& transaction,
                                        const Reference& reference);

/// The reference in a column. Throws Error{Bug} when it is none.
Reference reference_of(const pqxx::field& field);

}  // namespace lazaret::store
