#pragma once

#include <pqxx/pqxx>

namespace lazaret::store {

/// The longest that any class is kept for anybody, in days.
int longest_retention(pqxx::transaction_base& transaction);

}  // namespace lazaret::store
