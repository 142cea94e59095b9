#pragma once

#include <optional>
#include <pqxx/pqxx>

#include "quarantine-store/quarantine.hpp"

namespace lazaret::store {

/// One held copy as it stands, in the caller's transaction.
std::optional<HeldSummary> find_summary(pqxx::transaction_base& transaction,
                                        const Reference& reference);

}  // namespace lazaret::store
