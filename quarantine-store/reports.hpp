#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/records/list_entry.hpp"
#include "base/records/settings.hpp"
#include "quarantine-store/database.hpp"
#include "quarantine-store/quarantine.hpp"

namespace lazaret::store {

/// What a report covers: copies received after `begin`, up to and including `end`; also those that
/// became reportable then (a release that failed, a message that was judged again).
struct ReportPeriod {
    std::optional<Moment> begin;  ///< none: from the beginning of the account
    Moment end;
    bool operator==(const ReportPeriod&) const = default;
};

/// Which account.
struct AccountKey {
    TenantId tenant = site_tenant;
    AccountId account = 0;
};

/// An account that has something new, or is in the middle of being sent something.
struct ReportAccount {
    TenantId tenant = site_tenant;
    AccountId account = 0;
    std::string tenant_name;
    std::vector<std::string> addresses;  ///< Address::key(), the oldest first
    std::string sent_to;  ///< the first of them, or of the delegate whom its owner chose for that
    std::optional<Moment> last_end;  ///< of the last report that was sent
    bool has_news = false;  ///< held copies, refusals or list entries by links after last_end
    /// The first day after which some of these copies are deleted, where that is today or tomorrow.
    std::optional<Day> first_expiry;
    Settings settings;  ///< of its first address, all levels asked
    /// A report that was begun and not finished; it is finished before another is begun.
    std::optional<ReportPeriod> begun;
    int attempts = 0;  ///< that were made at it; 0 also when it was only taken on and given back
    int refusals = 0;  ///< the last of them, in a row, that the MTA refused for good
    std::optional<Moment> failed;  ///< when the last one ended
};

/// One row of a report: a held copy.
struct ReportRow {
    HeldSummary copy;
    std::string from_address;
    std::string list_id;
    std::vector<Hit> hits;
};

/// What was refused, in numbers, of one class.
struct ReportRefusals {
    Class verdict = Class::Virus;
    std::int64_t messages = 0;
};

/// An entry that a link of a report made in the account's lists.
struct ReportListed {
    ListKind kind = ListKind::Allow;
    std::string name;  ///< the sender, or the List-Id of a newsletter
    Proof proof = Proof::any();
    std::optional<Moment> expires{};
};

/// Everything that one report tells.
struct ReportContent {
    std::vector<ReportRow> rows;  ///< held and not yet acted on, for the recipient's eyes; the most
                                  ///< doubtful (lowest score) first, what is certainly spam last
    std::size_t more = 0;         ///< how many rows were left out for `most_rows`
    std::size_t certain = 0;      ///< of these and those together that are certainly spam
    std::vector<ReportRefusals> refusals;
    std::vector<ReportListed> listed;  ///< in the period, and not taken back
};

/// A report that one run has taken on, so that no other sends it.
struct ReportTask {
    TenantId tenant = site_tenant;
    AccountId account = 0;
    ReportPeriod period;
    std::string message_id;  ///< the same whenever this period is tried again
    int attempts = 0;        ///< this one, too
    Moment claimed{};        ///< when it was last said that it is ours
    int doubts = 0;          ///< earlier attempts that may have delivered it
};

/// One line of `lazaretctl report status`.
struct ReportStatus {
    TenantId tenant = site_tenant;
    AccountId account = 0;
    std::string address;
    ReportPeriod period;
    std::string state;  ///< sending, sent, empty, failed, waiting (begun, and never tried)
    std::optional<Moment> changed;
    int attempts = 0;
    int rows = 0;
    std::string last_error;
};

/// The ledger of reports, and what stands in them (reports.cpp); the accounts that want one
/// (report_accounts.cpp) and what became of it (report_outcomes.cpp). Role lazaret_report.
///
/// The order that loses no report and sends none twice: claim (committed), hand to the MTA, mark
/// sent (committed). What was claimed and never marked is taken up again after `forgotten_after`,
/// with the same period and Message-ID.
class Reports {
public:
    /// A copy counts by when its message came, and is committed after it was judged: longer than a
    /// judgement and a hold may take. A period that ends at least so long ago has all of its
    /// copies; one that ends now may miss one for good.
    static constexpr std::chrono::minutes settled_after{10};

    /// A run that has not said anything about a report for so long is taken for dead. Longer than
    /// `sure_for` and any attempt, see Release::surely_over: who waits for the MTA says nothing.
    static constexpr std::chrono::minutes forgotten_after{30};
    /// So long after it was said that a report is ours no other run can have it.
    static constexpr std::chrono::minutes sure_for{1};

    explicit Reports(Database& database) : database_{database} {}

    /// Accounts with something to tell or begun, or that want a report of nothing; in the order of
    /// (tenant, account), after that one, at most `limit`.
    std::vector<ReportAccount> accounts(TenantId after_tenant, AccountId after_account,
                                        std::size_t limit);
    /// The same of these accounts.
    std::vector<ReportAccount> accounts(const std::vector<AccountKey>& keys);
    /// The account of one address, whether it has news or not.
    std::optional<ReportAccount> account_of(const Address& address);

    /// Takes reports on: those of `wanted` that nobody has sent and nobody else is at. Two runs at
    /// once never get the same one.
    ///
    /// A wanted period must begin where the account's last report ended, else it is not taken on.
    /// When one was begun before, that is the task, with its own period and Message-ID. A wanted
    /// task without Message-ID gets one (without angle brackets).
    std::vector<ReportTask> claim(const std::vector<ReportTask>& wanted);

    /// To be asked right before a report is handed over: batches wait for the ones before them.
    /// Says again that it is ours; a round trip only when that was said longer than `sure_for` ago.
    /// False: another run has taken it on by now, or sent it.
    bool still_ours(ReportTask& task);

    /// What stands in each of these reports now, in their order. HeldSummary::size is 0: this role
    /// may not look at the bytes.
    std::vector<ReportContent> contents(const std::vector<ReportTask>& tasks,
                                        std::size_t most_rows);
    /// The same of one account.
    ReportContent content(TenantId tenant, AccountId account, const ReportPeriod& period,
                          std::size_t most_rows);

    /// The MTA took it. Written without waiting for the disk: a crash of the database within a
    /// second may send this one again.
    void mark_sent(const ReportTask& task, std::size_t rows);
    /// Nothing to tell: the period counts as reported, nothing was sent.
    void mark_empty(const ReportTask& task);
    enum class Failure {
        Passing,
        InDoubt,  ///< the MTA may have taken it
        Refused,  ///< by the MTA, for good
    };
    /// The next run may try again.
    void mark_failed(const ReportTask& task, const std::string& error,
                     Failure failure = Failure::Passing);
    /// It was not tried: the next run finds it as if it had not been taken on.
    void give_back(const ReportTask& task);

    /// The newest first; only what has not been sent when `only_open`.
    std::vector<ReportStatus> status(std::size_t limit, bool only_open);

private:
    Database& database_;
};

}  // namespace lazaret::store
