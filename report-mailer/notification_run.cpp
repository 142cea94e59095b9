#include "report-mailer/notification_run.hpp"

#include "base/config/report_sender.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "base/records/address.hpp"
#include "report-mailer/sealed_mail.hpp"

namespace lazaret::report {
namespace {

constexpr std::size_t claimed_at_once = 50;

}  // namespace

RunTotals NotificationRun::all()
{
    RunTotals totals;
    std::int64_t last = 0;
    // As for reports: one message alone can break a connection.
    int broken = 0;
    while (broken < Run::most_broken_in_a_row) {
        auto batch = notifications_.claim(last, claimed_at_once);
        if (batch.empty()) break;
        last = batch.back().id;
        for (auto& one : batch) {
            // Given back: the next run need not wait until it counts as forgotten.
            if (broken >= Run::most_broken_in_a_row)
                notifications_.mark_failed(one, "the mail server was away");
            else broken = send(one, totals) ? 0 : broken + 1;
        }
    }
    return totals;
}

// False when the connection broke.
bool NotificationRun::send(store::Notification& one, RunTotals& totals)
{
    const auto fail = [&](const Error& error, bool in_doubt = false) {
        log::warning("notification not sent", {{"kind", token(one.kind)},
                                               {"account", one.account},
                                               {"attempts", one.attempts},
                                               {"error", error.what()}});
        notifications_.mark_failed(one, error.what(), in_doubt);
        ++totals.failed;
    };
    if (!notifications_.still_ours(one)) return true;
    try {
        if (!send(one)) {
            notifications_.mark_empty(one);
            ++totals.empty;
            return true;
        }
    } catch (const store::SubmissionRefused& refused) {
        fail(refused);
        return true;
    } catch (const store::SubmissionInDoubt& doubt) {
        // Each may have delivered it: then it counts as sent.
        if (one.doubts + 1 < Run::most_doubts) fail(doubt, true);
        else notifications_.mark_sent(one);
        return false;
    } catch (const Error& error) {
        fail(error);
        return error.kind() != Error::Kind::Unavailable;
    }
    notifications_.mark_sent(one);
    ++totals.sent;
    return true;
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
