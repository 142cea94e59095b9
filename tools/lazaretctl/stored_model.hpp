#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "milter/filter/learn/model.hpp"
#include "quarantine-store/models.hpp"
#include "quarantine-store/votes.hpp"

namespace lazaret::tools {

/// The newest model of the database, for who makes the next version of it.
class StoredModel {
public:
    explicit StoredModel(store::Database& database) : models_{database}, votes_{database} {}

    /// Brings it up to date. Where a stored version is damaged, the one before it is published
    /// again, as a whole, and what was told since is pending again; that is logged. Throws
    /// Error{Setup} when the stored model is not one of this program's.
    void fetch();

    [[nodiscard]] const filter::Model& model() const noexcept { return model_; }
    [[nodiscard]] std::int64_t version() const noexcept { return version_; }

    /// How the next version is best stored.
    struct Packed {
        bool is_snapshot = false;
        std::string bytes;  ///< what changed, or all of it
    };
    [[nodiscard]] Packed packed(const filter::Model& next) const;

    /// The next version was stored.
    void advance(filter::Model next, std::int64_t version, const Packed& packed);

private:
    /// @return the version that is damaged, if one is.
    std::optional<std::int64_t> fetch_whole();
    void repair(std::int64_t damaged);
    void reach(std::int64_t version, bool is_snapshot, std::size_t size);

    store::Models models_;
    store::Votes votes_;
    filter::Model model_;
    std::int64_t version_ = 0;
    std::size_t deltas_ = 0;  ///< since the last snapshot
    std::size_t delta_bytes_ = 0;
};

/// The model of one version. None when it is not kept any more, or cannot be read.
std::optional<filter::Model> model_of_version(store::Models& models, std::int64_t version);

}  // namespace lazaret::tools
