#pragma once

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "quarantine-store/reports.hpp"

namespace lazaret::report {

/// A report that was taken on, with what it is made of.
struct TakenReport {
    store::ReportAccount account;
    store::ReportTask task;
    store::ReportContent content;
};

/// Reports that were taken on together.
struct Batch {
    std::vector<TakenReport> reports;
    std::size_t known = 0;  ///< how many were found due up to here, earlier batches included
};

/// Everybody who is due, taken on a few at a time, in the order of (tenant, account); last come
/// those whose report was tried before, the most often tried at the very end: whoever breaks the
/// connection each time keeps nobody waiting.
///
/// One thread at a time; the database session is used by nothing else meanwhile. Memory does not
/// depend on the number of accounts, but for a few bytes for each that was tried before.
class Batches {
public:
    /// `reports` is borrowed.
    Batches(store::Reports& reports, Now now) : reports_{reports}, now_{std::move(now)} {}

    /// The next ones, one commit for all; they are the caller's to send, or to give back by
    /// Reports::give_back. A batch may be empty, when another run was faster.
    /// @return nothing when nobody is left. Throws Error{Unavailable} when the database is away.
    std::optional<Batch> next();

private:
    struct Due {
        store::ReportAccount account;
        store::ReportTask task;
    };
    struct Tried {
        int attempts = 0;
        store::AccountKey key;
    };
    bool find_due();
    bool find_new();
    bool find_tried();
    void add_due(store::ReportAccount account);
    Batch take(std::vector<Due> due);

    store::Reports& reports_;
    Now now_;
    TenantId tenant_ = site_tenant;
    AccountId account_ = 0;
    bool all_seen_ = false;     ///< no account is left after that one
    std::vector<Tried> tried_;  ///< once all were seen, the next one last
    std::vector<Due> due_;      ///< found and not yet taken on; the next one last
    std::size_t known_ = 0;
};

}  // namespace lazaret::report
