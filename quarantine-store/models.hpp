#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "quarantine-store/database.hpp"
#include "quarantine-store/policy_feed.hpp"

namespace lazaret::store {

/// One version of the learned model, for lists.
struct ModelVersion {
    std::int64_t version = 0;
    bool is_snapshot = false;
    std::uint64_t size = 0;  ///< bytes
    Moment made;
    std::string note;  ///< `lazaretctl learn spam, 120 messages`
};

/// What the model was told about a message; so that the same one is never learned twice, and a
/// changed mind can be learned.
struct Told {
    Digest digest;
    std::string label;  ///< `spam` or `ham`
};

/// The versions of the learned model. Milters fetch them by PolicyFeed::newer_models.
class Models {
public:
    explicit Models(Database& database) : database_{database} {}

    /// The newest version's number; 0 when there is none.
    std::int64_t newest();

    /// What brings a model of version `have` to the newest; as PolicyFeed::newer_models.
    std::vector<ModelStep> newer(std::int64_t have);

    /// What makes the model of one version, from the newest whole snapshot on. It ends with an
    /// earlier version where one of them is damaged, with none where `version` is not kept any
    /// more.
    std::vector<ModelStep> up_to(std::int64_t version);

    /// Adds version `base` + 1, with what it was told, in one transaction, and wakes the milters.
    /// @return the new version; none when `base` is no longer the newest (somebody else learned
    /// meanwhile): load the newer ones and learn again.
    std::optional<std::int64_t> add(std::int64_t base, bool is_snapshot, const std::string& bytes,
                                    const std::string& note, std::span<const Told> told);

    /// What the site's model was last told of these messages: the ones it knows.
    std::vector<Told> told(std::span<const Digest> digests);

    std::vector<ModelVersion> list(std::size_t limit = 50);

    /// Removes deltas and snapshots that a snapshot of `keep` versions ago makes needless.
    std::int64_t prune(std::int64_t keep = 200);

private:
    Database& database_;
};

}  // namespace lazaret::store
