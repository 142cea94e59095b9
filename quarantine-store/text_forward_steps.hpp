#pragma once

#include "quarantine-store/pg_values.hpp"
#include "quarantine-store/text_forwards.hpp"

namespace lazaret::store {

/// Counts it in a transaction of somebody's, and finds among what was delivered since `oldest` the
/// message that it means.
TextForwarded forward_as_text(pqxx::transaction_base& transaction, const TextForward& forward,
                              Moment oldest, Moment now);

}  // namespace lazaret::store
