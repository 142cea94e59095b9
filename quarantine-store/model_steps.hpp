#pragma once

#include <pqxx/pqxx>
#include <vector>

#include "quarantine-store/policy_feed.hpp"

namespace lazaret::store {

/// See PolicyFeed::newer_models. Throws Error{Unavailable} when a stored step is damaged.
std::vector<ModelStep> newer_model_steps(pqxx::transaction_base& transaction, std::int64_t have);

}  // namespace lazaret::store
