#pragma once

#include <pqxx/pqxx>
#include <vector>

#include "quarantine-store/policy_feed.hpp"

namespace lazaret::store {

/// See PolicyFeed::newer_models.
std::vector<ModelStep> newer_model_steps(pqxx::transaction_base& transaction, std::int64_t have);

/// Adds version `base` + 1 and wakes the milters. False: `base` is not the newest any more.
bool add_version(pqxx::work& transaction, std::int64_t base, bool is_snapshot,
                 const std::string& bytes, const std::string& note);

/// Keeps what the model was told of a message until version `until`, for a rollback.
void keep_told(pqxx::work& transaction, TenantId tenant, AccountId account, const Digest& digest,
               std::int64_t until);

}  // namespace lazaret::store
