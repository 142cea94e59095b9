#include "report-mailer/run.hpp"

#include <utility>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/mail/digest.hpp"
#include "base/records/address.hpp"
#include "report-mailer/sender.hpp"

namespace lazaret::report {

// A report as the MTA gets it.
struct Run::Ready {
    std::string bytes;
    store::Submission submission;  ///< without the bytes
    std::size_t rows = 0;
};

RunTotals Run::all(const Progress& progress)
{
    RunTotals totals;
    std::size_t known = 0;
    const auto note = [&](Ended ended) {
        totals.sent += ended == Ended::Sent ? 1 : 0;
        totals.empty += ended == Ended::Empty ? 1 : 0;
        totals.failed += ended == Ended::Failed || ended == Ended::MtaAway ? 1 : 0;
        if (progress) progress(totals.sent + totals.empty + totals.failed, known);
    };
    Batches batches{ahead_, now_};
    const auto begin = [&] {
        return std::async(std::launch::async, [&] { return batches.next(); });
    };
    auto next = begin();
    while (const auto batch = next.get()) {
        next = begin();
        known = batch->known;
        const auto left = send(batch->reports, note);
        if (!left) continue;
        // They would find the MTA away as well, each after its time-out.
        give_back(*left);
        if (const auto ahead = next.get()) give_back(ahead->reports);
        break;
    }
    return totals;
}

// One after the other. While one is handed over the next is written, which takes about as long.
// When the MTA is away, those that were not tried.
std::optional<std::span<const TakenReport>> Run::send(std::span<const TakenReport> reports,
                                                      const std::function<void(Ended)>& note)
{
    const auto begin = [&](std::size_t at) {
        if (at == reports.size()) return Writing{};
        return std::async(std::launch::async, [&, at] { return write(reports[at]); });
    };
    auto next = begin(0);
    for (std::size_t at = 0; at < reports.size(); ++at) {
        auto written = std::exchange(next, begin(at + 1));
        const auto ended = one(reports[at].task, written);
        note(ended);
        if (ended == Ended::MtaAway) return reports.subspan(at + 1);
    }
    return std::nullopt;
}

// The next run need not wait until they count as forgotten.
void Run::give_back(std::span<const TakenReport> reports)
{
    for (const auto& taken : reports) reports_.mark_failed(taken.task, "the mail server was away");
}

// Nothing when there is nothing to tell.
std::optional<Run::Ready> Run::write(const TakenReport& taken) const
{
    const auto& [account, task, content] = taken;
    const bool nothing = content.rows.empty() && content.refusals.empty();
    if (nothing && !account.settings.report_empty) return std::nullopt;
    return ready(writer_.write({account, task.period, content, task.message_id, now_()}));
}

// The mailer's edge: what one report meets is its own trouble.
Run::Ended Run::one(const store::ReportTask& task, Writing& written)
{
    const auto fail = [&](const char* error) {
        log::warning("report not sent", {{"account", task.account},
                                         {"attempts", task.attempts},
                                         {"error", std::string_view{error}}});
        reports_.mark_failed(task, error);
    };
    std::optional<Ready> report;
    try {
        report = written.get();
        if (report) submit(*report);
    } catch (const store::SubmissionRefused& refused) {
        fail(refused.what());
        return Ended::Failed;
    } catch (const Error& error) {
        fail(error.what());
        return error.kind() == Error::Kind::Unavailable ? Ended::MtaAway : Ended::Failed;
    }
    if (!report) {
        reports_.mark_empty(task);
        return Ended::Empty;
    }
    reports_.mark_sent(task, report->rows);
    return Ended::Sent;
}

Run::Ready Run::ready(const MadeReport& made) const
{
    Ready report{.bytes = compose(made.mail), .submission = {}, .rows = made.rows};
    auto& submission = report.submission;
    submission.sender = sender_of(config_).envelope;
    submission.recipient = made.mail.to_address;
    const auto address = parse_address(submission.recipient);
    submission.seal = make_seal(keys_, digest_of(report.bytes, ""),
                                address ? address->key() : submission.recipient, now_());
    return report;
}

void Run::submit(const Ready& report)
{
    auto submission = report.submission;
    submission.bytes = report.bytes;
    submitter_.submit(submission);
}

std::optional<MadeReport> Run::make_for(const Address& address)
{
    const auto account = reports_.account_of(address);
    if (!account || account->addresses.empty()) return std::nullopt;
    const store::ReportPeriod period{std::nullopt, now_()};
    const auto content =
        reports_.content(account->tenant, account->account, period, ReportWriter::most_rows);
    const auto from = sender_of(config_).address;
    const auto id = "r." + Reference::random().text() + from.substr(from.rfind('@'));
    auto made = writer_.write({*account, period, content, id, now_()});
    made.mail.to_address = address.key();
    return made;
}

std::optional<MadeReport> Run::send_to(const Address& address)
{
    const auto made = make_for(address);
    if (made) submit(ready(*made));
    return made;
}

}  // namespace lazaret::report
