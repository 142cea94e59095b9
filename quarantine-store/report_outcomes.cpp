#include "quarantine-store/reports.hpp"

#include "quarantine-store/pg_connection.hpp"
#include "quarantine-store/pg_values.hpp"

// The part of Reports that writes down what became of a report, and shows it.
namespace lazaret::store {
namespace {

void close_report(Database& database, const ReportTask& task, const char* state, std::size_t rows)
{
    auto& session = database.session();
    session.transact("noting a report", [&](pqxx::work& transaction) {
        // One that was given up and taken on by another run was sent all the same. Committed
        // without waiting for the disk, said in the same statement: this is done once a report.
        run(transaction,
            "with hasty as materialized (select set_config('synchronous_commit', 'off', true)) "
            "update lazaret.report_sent set state = $4, changed = lazaret.moment($5), rows = $6, "
            "last_error = '' from hasty where tenant_id = $1 and account_id = $2 "
            "and period_end = lazaret.moment($3) and state in ('sending', 'failed')",
            task.tenant, task.account, micros(task.period.end), state, micros(session.now()),
            static_cast<std::int64_t>(rows));
    });
}

}  // namespace

void Reports::mark_sent(const ReportTask& task, std::size_t rows)
{
    close_report(database_, task, "sent", rows);
}

void Reports::mark_empty(const ReportTask& task) { close_report(database_, task, "empty", 0); }

void Reports::mark_failed(const ReportTask& task, const std::string& error, Failure failure)
{
    auto& session = database_.session();
    session.transact("noting a report", [&](pqxx::work& transaction) {
        // By the number of the attempt: another run may have taken it on by now.
        run(transaction,
            "update lazaret.report_sent set state = 'failed', changed = lazaret.moment($5), "
            "last_error = $6, doubts = doubts + $7, "
            "refusals = case when $8 then refusals + 1 else 0 end where tenant_id = $1 and "
            "account_id = $2 "
            "and period_end = lazaret.moment($3) and state = 'sending' and attempts = $4",
            task.tenant, task.account, micros(task.period.end), task.attempts,
            micros(session.now()), kept_error(error), failure == Failure::InDoubt ? 1 : 0,
            failure == Failure::Refused);
    });
}

void Reports::give_back(const ReportTask& task)
{
    auto& session = database_.session();
    session.transact("giving a report back", [&](pqxx::work& transaction) {
        run(transaction,
            "update lazaret.report_sent set state = 'failed', changed = lazaret.moment($5), "
            "attempts = attempts - 1 where tenant_id = $1 and account_id = $2 "
            "and period_end = lazaret.moment($3) and state = 'sending' and attempts = $4",
            task.tenant, task.account, micros(task.period.end), task.attempts,
            micros(session.now()));
    });
}

std::vector<ReportStatus> Reports::status(std::size_t limit, bool only_open)
{
    return database_.session().transact("reading the ledger", [&](pqxx::work& transaction) {
        std::vector<ReportStatus> all;
        const auto sql = statement_of(
            {"select r.tenant_id, r.account_id, coalesce((select a.address "
             "from lazaret.address a where a.tenant_id = r.tenant_id "
             "and a.account_id = r.account_id order by a.created, a.address limit 1), ''), "
             "lazaret.micros(r.period_begin), lazaret.micros(r.period_end), "
             "case when r.state = 'failed' and r.attempts = 0 then 'waiting' else r.state end, "
             "lazaret.micros(r.changed), r.attempts, r.rows, r.last_error "
             "from lazaret.report_sent r ",
             only_open ? "where r.state in ('sending', 'failed') " : "",
             "order by r.changed desc, r.account_id limit $1"});
        const auto rows = run(transaction, sql.c_str(), static_cast<std::int64_t>(limit));
        for (const auto& row : rows)
            all.push_back({value<TenantId>(row[0]),
                           value<AccountId>(row[1]),
                           text(row[2]),
                           {maybe_moment(row[3]), moment(row[4])},
                           text(row[5]),
                           maybe_moment(row[6]),
                           value<int>(row[7]),
                           value<int>(row[8]),
                           text(row[9])});
        return all;
    });
}

}  // namespace lazaret::store
