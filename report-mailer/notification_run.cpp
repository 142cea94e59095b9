#include "report-mailer/notification_run.hpp"

#include <algorithm>
#include <span>

#include "base/config/report_sender.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "base/records/address.hpp"
#include "report-mailer/sealed_mail.hpp"

namespace lazaret::report {
namespace {

constexpr std::size_t claimed_at_once = 50;

}  // namespace

RunTotals NotificationRun::all(std::span<const std::int64_t> waiting, const Stopped& stopped)
{
    RunTotals totals;
    MtaWatch mta;
    const auto ends = [&] { return mta.is_away() || (stopped && stopped()); };
    auto left = waiting;
    while (!left.empty() && !ends()) {
        const auto some = left.first(std::min(left.size(), claimed_at_once));
        left = left.subspan(some.size());
        for (auto& one : notifications_.claim(some)) {
            if (ends()) {
                notifications_.give_back(one);
                continue;
            }
            const auto ended = try_one(one);
            totals.add(ended);
            mta.note(ended);
        }
    }
    totals.mta_is_away = mta.is_away();
    return totals;
}

Ended NotificationRun::try_one(store::Notification& one)
{
    if (!notifications_.still_ours(one)) return Ended::NotOurs;
    const auto fail = [&](const std::string& error, Failure failure) {
        log::warning("notification not sent", {{"kind", token(one.kind)},
                                               {"account", one.account},
                                               {"attempts", one.attempts},
                                               {"error", error}});
        notifications_.mark_failed(one, error, failure == Failure::InDoubt);
    };
    return make({.send = [&] { return send(one); },
                 .mark_sent = [&] { notifications_.mark_sent(one); },
                 .mark_empty = [&] { notifications_.mark_empty(one); },
                 .mark_failed = fail,
                 .account = one.account,
                 .doubts = one.doubts});
}

// False when there is nothing to say.
bool NotificationRun::send(const store::Notification& one)
{
    if (one.kind == store::NotificationKind::ReportNow) {
        const auto address = parse_address(one.mailbox);
        return address && reports_.send_to(*address, one.message_id).has_value();
    }
    const auto mail = writer_.write(one, now_());
    if (!mail) return false;
    submit(submitter_, sealed(*mail, report_sender(config_).envelope, keys_, now_()));
    return true;
}

}  // namespace lazaret::report
