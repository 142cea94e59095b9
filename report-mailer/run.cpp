#include "report-mailer/run.hpp"

#include <map>
#include <utility>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/mail/digest.hpp"
#include "base/records/address.hpp"
#include "report-mailer/schedule.hpp"
#include "report-mailer/sender.hpp"

namespace lazaret::report {
namespace {

constexpr std::size_t accounts_at_once = 1'000;
// Taken on together: one commit for so many. What a killed run had taken on waits for
// Reports::forgotten_after.
constexpr std::size_t claimed_at_once = 50;

Schedule schedule_of(const Settings& settings)
{
    return {settings.report_frequency, settings.report_hour, settings.time_zone};
}

}  // namespace

struct Run::Due {
    const store::ReportAccount* account;
    store::ReportTask task;
};

// A report as the MTA gets it.
struct Run::Ready {
    std::string bytes;
    store::Submission submission;  ///< without the bytes
    std::size_t rows = 0;
};

std::vector<Run::Due> Run::due_of(const std::vector<store::ReportAccount>& accounts)
{
    std::vector<Due> due;
    for (const auto& account : accounts) {
        if (account.addresses.empty()) continue;
        // What was begun is finished first, whatever the settings say by now.
        auto period = account.begun;
        if (!period && (account.has_news || account.settings.report_empty))
            period = due_period(schedule_of(account.settings), account.last_end, now_());
        if (!period) continue;
        store::ReportTask task;
        task.tenant = account.tenant;
        task.account = account.account;
        task.period = *period;
        due.push_back({&account, std::move(task)});
    }
    return due;
}

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
    TenantId tenant = site_tenant;
    AccountId last = 0;
    for (;;) {
        const auto accounts = reports_.accounts(tenant, last, accounts_at_once);
        if (accounts.empty()) return totals;
        tenant = accounts.back().tenant;
        last = accounts.back().account;
        const auto due = due_of(accounts);
        known += due.size();
        for (std::size_t begin = 0; begin < due.size(); begin += claimed_at_once) {
            const auto count = std::min(due.size() - begin, claimed_at_once);
            // The others would find the MTA away as well, each after its time-out.
            if (!some({due.data() + begin, count}, note)) return totals;
        }
    }
}

// Takes these on and sends them, one after the other. While one is handed over the next is
// written, which takes about as long. False when the MTA is away.
bool Run::some(std::span<const Due> due, const std::function<void(Ended)>& note)
{
    std::map<std::pair<TenantId, AccountId>, const store::ReportAccount*> by_name;
    std::vector<store::ReportTask> wanted;
    for (const auto& [account, task] : due) {
        wanted.push_back(task);
        by_name[{task.tenant, task.account}] = account;
    }
    const auto tasks = reports_.claim(wanted);
    const auto contents = reports_.contents(tasks, ReportWriter::most_rows);
    const auto begin = [&](std::size_t at) {
        if (at == tasks.size()) return Writing{};
        return std::async(std::launch::async, [&, at] {
            const auto& task = tasks[at];
            return write(*by_name.at({task.tenant, task.account}), task, contents[at]);
        });
    };
    auto next = begin(0);
    for (std::size_t at = 0; at < tasks.size(); ++at) {
        auto written = std::exchange(next, begin(at + 1));
        const auto ended = one(tasks[at], written);
        note(ended);
        if (ended != Ended::MtaAway) continue;
        // Given back: the next run need not wait until they count as forgotten.
        for (const auto& task : std::span{tasks}.subspan(at + 1))
            reports_.mark_failed(task, "the mail server was away");
        return false;
    }
    return true;
}

// Nothing when there is nothing to tell.
std::optional<Run::Ready> Run::write(const store::ReportAccount& account,
                                     const store::ReportTask& task,
                                     const store::ReportContent& content) const
{
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
