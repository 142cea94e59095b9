#pragma once

#include <functional>
#include <span>

#include "quarantine-store/notifications.hpp"
#include "report-mailer/attempt.hpp"
#include "report-mailer/notification.hpp"
#include "report-mailer/run.hpp"

namespace lazaret::report {

/// Sends the notifications that wait; among them the reports that somebody wants now.
///
/// Like the reports': whatever ends a run, the next goes on, and what was handed over but not yet
/// noted is sent again under the same Message-ID.
class NotificationRun {
public:
    /// All are borrowed. `reports` makes and sends the reports.
    NotificationRun(store::Notifications& notifications, store::Submitter& submitter,
                    const NotificationWriter& writer, Run& reports, const SealKeys& keys,
                    const ReportConfig& config, Now now)
        : notifications_{notifications},
          submitter_{submitter},
          writer_{writer},
          reports_{reports},
          keys_{keys},
          config_{config},
          now_{std::move(now)}
    {
    }

    /// Asked before each one, whether to end with what is in hand.
    using Stopped = std::function<bool()>;

    /// Each of those that wait, once. Ends early when the MTA is away. Throws Error{Unavailable}
    /// when the database is.
    /// @param waiting  Notifications::waiting()
    RunTotals all(std::span<const std::int64_t> waiting, const Stopped& stopped = {});

private:
    bool send(const store::Notification& one);
    Ended try_one(store::Notification& one);

    store::Notifications& notifications_;
    store::Submitter& submitter_;
    const NotificationWriter& writer_;
    Run& reports_;
    const SealKeys& keys_;
    const ReportConfig& config_;
    Now now_;
};

}  // namespace lazaret::report
