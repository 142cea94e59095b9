#include "report-mailer/run.hpp"

#include <future>
#include <utility>
#include <vector>

#include "base/config/report_sender.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "base/records/address.hpp"

namespace lazaret::report {

// One that was taken on: a report, or nothing to tell, or why it could not be written.
struct Run::Written {
    store::ReportTask task;
    std::optional<SealedMail> report;
    std::size_t rows = 0;
    std::string error;
};

struct Run::WrittenBatch {
    std::vector<Written> reports;
    std::size_t known = 0;
};

// Three stages, each in a thread of its own and a batch ahead of the next: taken on, written, sent.
RunTotals Run::all(const Progress& progress)
{
    RunTotals totals;
    Batches batches{ahead_, now_};
    const auto take = [&] {
        return std::async(std::launch::async, [&] { return batches.next(); });
    };
    auto taking = take();
    const auto write_next = [&]() -> std::optional<WrittenBatch> {
        const auto batch = taking.get();
        if (!batch) return std::nullopt;
        taking = take();
        return write(*batch);
    };
    const auto begin = [&] { return std::async(std::launch::async, write_next); };
    auto writing = begin();
    while (auto batch = writing.get()) {
        writing = begin();
        const auto note = [&](Ended ended) {
            totals.add(ended);
            if (progress) progress(totals.done(), batch->known);
        };
        if (send(*batch, note)) continue;
        // Those would find the MTA away as well, each after its time-out.
        if (const auto written = writing.get()) {
            for (const auto& one : written->reports) reports_.give_back(one.task);
            if (const auto taken = taking.get())
                for (const auto& one : taken->reports) reports_.give_back(one.task);
        }
        break;
    }
    return totals;
}

Run::WrittenBatch Run::write(const Batch& batch) const
{
    WrittenBatch written{{}, batch.known};
    for (const auto& taken : batch.reports) written.reports.push_back(write(taken));
    return written;
}

Run::Written Run::write(const TakenReport& taken) const
{
    const auto& [account, task, content] = taken;
    Written written{task, std::nullopt, 0, {}};
    const bool nothing = content.rows.empty() && content.refusals.empty() && content.listed.empty();
    if (nothing && !account.settings.report_empty) return written;
    try {
        const auto made = writer_.write({account, task.period, content, task.message_id, now_()});
        written.rows = made.rows;
        written.report = ready(made);
    } catch (const Error& error) {
        written.error = error.what();
    }
    return written;
}

// One after the other. False when the MTA is away; what was not tried is given back.
bool Run::send(WrittenBatch& batch, const std::function<void(Ended)>& note)
{
    for (auto& one : batch.reports) {
        if (mta_.is_away()) {
            reports_.give_back(one.task);
            continue;
        }
        const auto ended = send(one);
        note(ended);
        mta_.note(ended);
    }
    return !mta_.is_away();
}

Ended Run::send(Written& written)
{
    auto& task = written.task;
    const auto fail = [&](const std::string& error, Failure failure) {
        log::warning("report not sent",
                     {{"account", task.account}, {"attempts", task.attempts}, {"error", error}});
        reports_.mark_failed(task, error, failure);
    };
    if (!written.error.empty()) {
        fail(written.error, Failure::Passing);
        return Ended::Failed;
    }
    if (written.report && !reports_.still_ours(task)) {
        log::info("another run took the report on", {{"account", task.account}});
        return Ended::NotOurs;
    }
    return make({.send =
                     [&] {
                         if (written.report) submit(submitter_, *written.report);
                         return written.report.has_value();
                     },
                 .mark_sent = [&] { reports_.mark_sent(task, written.rows); },
                 .mark_empty = [&] { reports_.mark_empty(task); },
                 .mark_failed = fail,
                 .account = task.account,
                 .doubts = task.doubts});
}

SealedMail Run::ready(const MadeReport& made) const
{
    return sealed(made.mail, report_sender(config_).envelope, keys_, now_());
}

std::optional<MadeReport> Run::make_for(const Address& address, const std::string& message_id)
{
    const auto account = reports_.account_of(address);
    if (!account || account->addresses.empty()) return std::nullopt;
    const store::ReportPeriod period{std::nullopt, now_()};
    const auto content =
        reports_.content(account->tenant, account->account, period, ReportWriter::most_rows);
    const auto from = report_sender(config_).address;
    const auto id = message_id.empty()
                        ? "r." + Reference::random().text() + from.substr(from.rfind('@'))
                        : message_id;
    auto made = writer_.write({*account, period, content, id, now_()});
    made.mail.to_address = address.key();
    return made;
}

std::optional<MadeReport> Run::send_to(const Address& address, const std::string& message_id)
{
    const auto made = make_for(address, message_id);
    if (made) submit(submitter_, ready(*made));
    return made;
}

}  // namespace lazaret::report
