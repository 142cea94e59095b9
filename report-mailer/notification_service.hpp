#pragma once

#include <functional>
#include <optional>
#include <string>

#include "quarantine-store/database.hpp"
#include "report-mailer/attempt.hpp"
#include "report-mailer/stop_signal.hpp"

namespace lazaret::report {

/// Sends notifications the moment somebody wants one, until it is told to stop.
///
/// It looks when the database says that there is something, and at the latest after a minute. With
/// the database away it waits, and says so once. An edge of the program: whatever a round meets is
/// logged, and the next one comes.
class NotificationService {
public:
    /// Sends all that waits now, or what it has in hand when `stopped` says so.
    using Round = std::function<RunTotals(store::Database&, const std::function<bool()>& stopped)>;

    /// @param stop  borrowed
    NotificationService(DatabaseConfig database, Round round, const StopSignal& stop)
        : config_{std::move(database)}, round_{std::move(round)}, stop_{stop}
    {
    }

    /// Tells the service manager of both ends.
    void run();

private:
    RunTotals look();
    std::chrono::milliseconds note_trouble(const std::exception& error);

    DatabaseConfig config_;
    Round round_;
    const StopSignal& stop_;
    std::optional<store::Database> database_;  ///< none: not connected so far
    std::string trouble_;                      ///< the last that was logged; empty: all is well
};

}  // namespace lazaret::report
