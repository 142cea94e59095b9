#include "report-mailer/notification_service.hpp"

#include <systemd/sd-daemon.h>

#include "base/error.hpp"
#include "base/log.hpp"
#include "quarantine-store/notification_bell.hpp"

namespace lazaret::report {
namespace {

using namespace std::chrono_literals;

constexpr auto longest_wait = 60s;  ///< for the bell, and where trying sooner is of no use
constexpr auto away_interval = 5s;  ///< between attempts to reach the database

}  // namespace

RunTotals NotificationService::look()
{
    if (!database_) database_.emplace(config_);
    const auto totals = round_(*database_, [&] { return stop_.has_come(); });
    if (totals.done() > totals.empty)
        log::info("notifications",
                  {{"sent", totals.sent}, {"refused", totals.refused}, {"failed", totals.failed}});
    if (!trouble_.empty()) log::info("sending notifications again");
    trouble_.clear();
    return totals;
}

// How long to rest then. The same trouble is said once, however long it lasts.
std::chrono::milliseconds NotificationService::note_trouble(const std::exception& error)
{
    if (trouble_ != error.what()) log::warning("notifications wait", {{"error", error.what()}});
    trouble_ = error.what();
    const auto* known = dynamic_cast<const Error*>(&error);
    const bool is_away = known && known->kind() == Error::Kind::Unavailable;
    return is_away ? away_interval : longest_wait;
}

void NotificationService::run()
{
    store::NotificationBell bell{config_};
    sd_notify(0, "READY=1");
    while (!stop_.has_come()) {
        try {
            // First, so that nothing is missed between looking and listening.
            bell.listen();
            // Who finds the mail server away does not come back for each new wish.
            if (look().mta_is_away) (void)stop_.comes_within(longest_wait);
            else if (!stop_.has_come()) bell.wait(longest_wait, stop_.descriptor());
        } catch (const std::exception& error) {
            (void)stop_.comes_within(note_trouble(error));
        }
    }
    sd_notify(0, "STOPPING=1");
}

}  // namespace lazaret::report
