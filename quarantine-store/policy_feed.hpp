#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/config/configuration.hpp"
#include "base/records/policy.hpp"

namespace lazaret::store {

/// One step of the model's history as the database keeps it: opaque bytes of the filter's.
struct ModelStep {
    std::int64_t version = 0;
    bool is_snapshot = false;  ///< else a delta to the version before
    std::string bytes;         ///< checked against the stored checksum
};

/// Brings policy and model from the database to the milter. Role lazaret_milter; one thread.
///
/// All throw Error{Unavailable} when the database is away, Error{Setup} when its schema is not
/// the one this program knows.
class PolicyFeed {
public:
    virtual ~PolicyFeed() = default;

    /// Puts all changes with a number above `policy.change` into `policy`.
    /// @return whether there were any.
    virtual bool refresh(Policy& policy) = 0;

    /// What brings a model of version `have` (0: none) to the newest: nothing when it is, else
    /// deltas in order, or a snapshot and the deltas behind it when that is shorter. Where a stored
    /// one is damaged it ends with that one, which has no bytes: the version before it is the last
    /// that can be had.
    virtual std::vector<ModelStep> newer_models(std::int64_t have) = 0;

    /// Sleeps until the database says that something changed (LISTEN), or for `most`.
    /// @return whether it said so.
    virtual bool wait(std::chrono::milliseconds most) = 0;
};

std::unique_ptr<PolicyFeed> make_policy_feed(const DatabaseConfig& config);

/// Writes a policy to a file, whole or not at all (a new file, then rename), with a checksum.
/// Throws Error{Unavailable} when the disk does not take it.
void save_policy(const Policy& policy, const std::string& file);

/// Reads such a file; none when there is none or it is damaged (which is logged).
std::optional<Policy> load_policy(const std::string& file);

}  // namespace lazaret::store
