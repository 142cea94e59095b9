#include "quarantine-store/reports.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/text.hpp"
#include "quarantine-store/held_json.hpp"
#include "quarantine-store/held_rows.hpp"
#include "quarantine-store/pg_connection.hpp"
#include "quarantine-store/pg_values.hpp"

// The part of Reports that takes reports on and reads what stands in them.
namespace lazaret::store {
namespace {

constexpr auto claim_lock = "select pg_advisory_xact_lock(7230947203)";

ReportTask task_from(const pqxx::row& row)
{
    ReportTask task;
    task.tenant = value<TenantId>(row[0]);
    task.account = value<AccountId>(row[1]);
    task.period = {maybe_moment(row[2]), moment(row[3])};
    task.message_id = text(row[4]);
    task.attempts = value<int>(row[5]);
    task.doubts = value<int>(row[6]);
    return task;
}

std::string tasks_json(const std::vector<ReportTask>& tasks)
{
    auto rows = nlohmann::json::array();
    for (const auto& task : tasks) {
        nlohmann::json row = {{"nr", rows.size()},
                              {"tenant", task.tenant},
                              {"account", task.account},
                              {"end", micros(task.period.end)},
                              {"message_id", valid_utf8(task.message_id)}};
        if (task.period.begin) row["begin"] = micros(*task.period.begin);
        rows.push_back(std::move(row));
    }
    return rows.dump();
}

// Both halves see the ledger as it stood when the statement began; claims are made one after the
// other (claim_lock), so that it holds what any other run has taken on.
constexpr auto claim_sql = R"(
    with wanted as materialized (
        select distinct on (x.tenant, x.account) x.tenant, x.account, x.message_id,
               lazaret.moment(x.begin) as period_begin, lazaret.moment(x."end") as period_end
        from json_to_recordset($1::json) as x(
            tenant int, account bigint, begin bigint, "end" bigint, message_id text)
        order by x.tenant, x.account, x."end"),
    resumed as (
        update lazaret.report_sent r
            set state = 'sending', claimed = lazaret.moment($2), changed = lazaret.moment($2),
                attempts = r.attempts + 1
        from wanted w
        where r.tenant_id = w.tenant and r.account_id = w.account
          and (r.state = 'failed'
               or (r.state = 'sending' and r.claimed <= lazaret.moment($3)))
        returning r.tenant_id, r.account_id, r.period_begin, r.period_end, r.message_id,
                  r.attempts, r.doubts),
    begun as (
        insert into lazaret.report_sent (tenant_id, account_id, period_begin, period_end,
                                         message_id, state, claimed, changed)
        select w.tenant, w.account, w.period_begin, w.period_end,
               coalesce(nullif(w.message_id, ''), gen_random_uuid() || '@' || coalesce(
                   (select split_part(a.address, '@', -1) from lazaret.address a
                    where a.tenant_id = w.tenant and a.account_id = w.account
                    order by a.created, a.address limit 1), 'lazaret.invalid')),
               'sending', lazaret.moment($2), lazaret.moment($2)
        from wanted w
        where not exists (select from lazaret.report_sent r
                          where r.tenant_id = w.tenant and r.account_id = w.account
                            and r.state in ('sending', 'failed'))
          and w.period_end > coalesce(w.period_begin, '-infinity')
          and w.period_begin is not distinct from (
              select max(r.period_end) from lazaret.report_sent r
              where r.tenant_id = w.tenant and r.account_id = w.account
                and r.state in ('sent', 'empty'))
        on conflict do nothing
        returning tenant_id, account_id, period_begin, period_end, message_id, attempts,
                  doubts)
    select tenant_id, account_id, lazaret.micros(period_begin), lazaret.micros(period_end),
           message_id, attempts, doubts
    from (select * from resumed union all select * from begun) tasks
    order by tenant_id, account_id)";

// What is asked about, in `$1`: each task has its number.
constexpr auto asked_cte = R"(
    with asked as materialized (
        select x.nr, x.tenant, x.account, lazaret.moment(x."end") as period_end,
               coalesce(lazaret.moment(x.begin), '-infinity') as period_begin
        from json_to_recordset($1::json) as x(
            nr int, tenant int, account bigint, begin bigint, "end" bigint)) )";

// The copies of the periods that are for the recipients' eyes, $3 of each; $2 is today. Numbers and
// names first: only of the rows that are shown the message is looked up, one by one, because the
// planner would rather read all mail than so many.
constexpr auto from_copies = R"(
    from asked cross join lateral (
        select h.*, count(*) over () as more,
               count(*) filter (where h.class = 'spam-certain') over () as certain
        from lazaret.held_copy h
        where h.tenant_id = asked.tenant and h.account_id = asked.account
          and ((h.received > asked.period_begin and h.received <= asked.period_end)
               or (h.back_at > asked.period_begin and h.back_at <= asked.period_end))
          and h.expires >= $2::date and h.state = 'held' and h.class <> 'denied'
          and not h.kept_after_refusal
        order by h.class = 'spam-certain', h.score, h.received, h.reference limit $3) h
    cross join lateral (
        select m.from_text, m.from_address, m.subject, m.list_id from lazaret.held_mail m
        where m.tenant_id = h.tenant_id and m.digest = h.digest and m.expires = h.expires
        limit 1) m
    order by asked.nr, h.class = 'spam-certain', h.score, h.received, h.reference)";

constexpr auto refusals_sql = R"(
    select asked.nr, r.class, r.messages
    from asked cross join lateral (
        select r.class, count(*) as messages from lazaret.refusal r
        where r.tenant_id = asked.tenant
          and r.mailbox = any (array(select a.address from lazaret.address a
                                     where a.tenant_id = asked.tenant
                                       and a.account_id = asked.account))
          and r.at > asked.period_begin and r.at <= asked.period_end and r.class <> 'denied'
        group by r.class) r
    order by asked.nr, r.class)";

constexpr auto listed_sql = R"(
    select asked.nr, e.kind, coalesce(nullif(e.list_id, ''), e.sender), e.proof,
           lazaret.micros(e.expires)
    from asked join lazaret.list_entry e
        on e.tenant_id = asked.tenant and e.owner = 'account:' || asked.account
    where e.origin = 'report' and e.enabled and not e.gone
      and e.created > asked.period_begin and e.created <= asked.period_end
    order by asked.nr, e.created, e.entry_id)";

// Behind the columns of the summary.
constexpr auto row_columns = ", m.from_address, m.list_id, h.hits, h.more, h.certain, asked.nr ";
constexpr int more_column = summary_width + 3;
constexpr int certain_column = summary_width + 4;
constexpr int task_column = summary_width + 5;

ReportRow row_from(const pqxx::row& row)
{
    return {.copy = summary_of(row),
            .from_address = text(row[summary_width]),
            .list_id = text(row[summary_width + 1]),
            .hits = hits_of(text(row[summary_width + 2]))};
}

void read_rows(pqxx::transaction_base& transaction, const std::string& asked,
               const std::string& today, std::size_t most_rows, std::vector<ReportContent>& all)
{
    const auto sql = statement_of({asked_cte, summary_columns, row_columns, from_copies});
    // At least one: the count of all stands in a row.
    const auto limit = static_cast<std::int64_t>(std::max<std::size_t>(most_rows, 1));
    for (const auto& row : run(transaction, sql.c_str(), asked, today, limit)) {
        auto& content = all.at(value<std::size_t>(row[task_column]));
        if (content.rows.size() < most_rows && is_readable(row))
            content.rows.push_back(row_from(row));
        content.more = value<std::size_t>(row[more_column]) - content.rows.size();
        content.certain = value<std::size_t>(row[certain_column]);
    }
}

void read_refusals(pqxx::transaction_base& transaction, const std::string& asked,
                   std::vector<ReportContent>& all)
{
    const auto sql = statement_of({asked_cte, refusals_sql});
    for (const auto& row : run(transaction, sql.c_str(), asked))
        if (const auto verdict = class_of(text(row[1])))
            all.at(value<std::size_t>(row[0]))
                .refusals.push_back({*verdict, value<std::int64_t>(row[2])});
}

void read_listed(pqxx::transaction_base& transaction, const std::string& asked,
                 std::vector<ReportContent>& all)
{
    const auto sql = statement_of({asked_cte, listed_sql});
    for (const auto& row : run(transaction, sql.c_str(), asked))
        if (const auto kind = list_kind_of(text(row[1])))
            all.at(value<std::size_t>(row[0]))
                .listed.push_back({*kind, text(row[2]),
                                   proof_of(text(row[3])).value_or(Proof::any()),
                                   maybe_moment(row[4])});
}

}  // namespace

std::vector<ReportTask> Reports::claim(const std::vector<ReportTask>& wanted)
{
    if (wanted.empty()) return {};
    auto& session = database_.session();
    return session.transact("taking on reports", [&](pqxx::work& transaction) {
        transaction.exec(claim_lock);
        std::vector<ReportTask> tasks;
        const auto now = session.now();
        const auto rows = run(transaction, claim_sql, tasks_json(wanted), micros(now),
                              micros(now - forgotten_after));
        for (const auto& row : rows) {
            tasks.push_back(task_from(row));
            tasks.back().claimed = now;
        }
        return tasks;
    });
}

bool Reports::still_ours(ReportTask& task)
{
    auto& session = database_.session();
    const auto now = session.now();
    if (now - task.claimed < sure_for) return true;
    return session.transact("keeping a report", [&](pqxx::work& transaction) {
        // By the number of the attempt: another run may have taken it on by now.
        const auto rows =
            run(transaction,
                "update lazaret.report_sent set claimed = lazaret.moment($5) "
                "where tenant_id = $1 and account_id = $2 and period_end = lazaret.moment($3) "
                "and state = 'sending' and attempts = $4",
                task.tenant, task.account, micros(task.period.end), task.attempts, micros(now));
        task.claimed = now;
        return rows.affected_rows() > 0;
    });
}

std::vector<ReportContent> Reports::contents(const std::vector<ReportTask>& tasks,
                                             std::size_t most_rows)
{
    if (tasks.empty()) return {};
    auto& session = database_.session();
    const auto asked = tasks_json(tasks);
    return session.transact("reading reports", [&](pqxx::work& transaction) {
        std::vector<ReportContent> all(tasks.size());
        read_rows(transaction, asked, day_text(session.today()), most_rows, all);
        read_refusals(transaction, asked, all);
        read_listed(transaction, asked, all);
        return all;
    });
}

ReportContent Reports::content(TenantId tenant, AccountId account, const ReportPeriod& period,
                               std::size_t most_rows)
{
    ReportTask task;
    task.tenant = tenant;
    task.account = account;
    task.period = period;
    return std::move(contents({task}, most_rows).front());
}

}  // namespace lazaret::store
