#pragma once

#include <optional>
#include <pqxx/pqxx>
#include <utility>

#include "quarantine-store/quarantine.hpp"

namespace lazaret::store {

/// The last day of a copy as it is stored, for people: what stands on legal hold expires 2,000,000
/// days later, see schema/0001_tables.sql.
/// @return the day without that, and whether it is on legal hold.
std::pair<Day, bool> expiry_of(Day stored);

/// One held copy as it stands, in the caller's transaction.
std::optional<HeldSummary> find_summary(pqxx::transaction_base& transaction,
                                        const Reference& reference);

}  // namespace lazaret::store
