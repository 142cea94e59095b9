#pragma once

#include <functional>
#include <optional>
#include <string>

#include "quarantine-store/outbound/submitter.hpp"
#include "quarantine-store/reports.hpp"
#include "report-mailer/attempt.hpp"
#include "report-mailer/batches.hpp"
#include "report-mailer/report.hpp"
#include "report-mailer/sealed_mail.hpp"

namespace lazaret::report {

/// Sends the reports that are due: batch, report, MIME bytes, MTA, ledger.
///
/// Several runs at once, on several hosts too, do no harm: the store's ledger gives each report to
/// one of them. Whatever ends a run, the next goes on: nobody is left out, and what was handed
/// over but not yet noted is sent again under the same Message-ID.
class Run {
public:
    /// How it stands after each report: done, and how many are known of.
    using Progress = std::function<void(std::size_t, std::size_t)>;

    /// All are borrowed. `ahead` takes on the next reports in a thread of its own while `reports`
    /// notes what became of the last: two sessions of one database.
    Run(store::Reports& reports, store::Reports& ahead, store::Submitter& submitter,
        const ReportWriter& writer, const SealKeys& keys, const ReportConfig& config, Now now)
        : reports_{reports},
          ahead_{ahead},
          submitter_{submitter},
          writer_{writer},
          keys_{keys},
          config_{config},
          now_{std::move(now)}
    {
    }

    /// Everybody who is due. A report that cannot be sent is noted and left to the next run; when
    /// the MTA is away the run ends. Throws Error{Unavailable} when the database is away.
    RunTotals all(const Progress& progress = {});

    /// A report of all that is held for one address now, outside the ledger: on request.
    /// @return nothing when there is no such account.
    std::optional<MadeReport> make_for(const Address& address, const std::string& message_id = {});
    /// The same, sent. Throws as Submitter::submit does.
    /// @param message_id  without brackets; empty: a new one.
    std::optional<MadeReport> send_to(const Address& address, const std::string& message_id = {});

private:
    struct Written;
    struct WrittenBatch;
    [[nodiscard]] WrittenBatch write(const Batch& batch) const;
    [[nodiscard]] Written write(const TakenReport& taken) const;
    [[nodiscard]] SealedMail ready(const MadeReport& made) const;
    bool send(WrittenBatch& batch, const std::function<void(Ended)>& note);
    Ended send(Written& written);

    store::Reports& reports_;
    store::Reports& ahead_;
    store::Submitter& submitter_;
    const ReportWriter& writer_;
    const SealKeys& keys_;
    const ReportConfig& config_;
    Now now_;
    MtaWatch mta_;
};

}  // namespace lazaret::report
