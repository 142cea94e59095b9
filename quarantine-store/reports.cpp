#include "quarantine-store/reports.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "quarantine-store/held_json.hpp"
#include "quarantine-store/held_rows.hpp"
#include "quarantine-store/pg_connection.hpp"
#include "quarantine-store/pg_values.hpp"
#include "quarantine-store/standing.hpp"

namespace lazaret::store {
namespace {

constexpr std::int64_t page_size = 1'000;   // accounts looked at by one statement
constexpr std::size_t longest_error = 500;  // bytes
constexpr auto claim_lock = "select pg_advisory_xact_lock(7230947203)";

// Who is looked at, as `one (tenant_id, account_id)`; each with the end of its last report, the one
// that was begun, and whether something came since. Each question is one look into an index.
constexpr auto accounts_of_page = R"(
    select one.tenant_id, one.account_id, t.name, lazaret.micros(last.period_end),
           lazaret.micros(open.period_begin), lazaret.micros(open.period_end), who.addresses,
           coalesce(open.attempts, 0),
           exists (select from lazaret.held_copy h
                   where h.tenant_id = one.tenant_id and h.account_id = one.account_id
                     and h.received > coalesce(last.period_end, '-infinity')
                     and h.expires >= $1::date and h.state = 'held' and h.class <> 'denied'
                     and not h.kept_after_refusal)
           or exists (select from lazaret.held_copy h
                      where h.tenant_id = one.tenant_id and h.account_id = one.account_id
                        and h.back_at > coalesce(last.period_end, '-infinity')
                        and h.expires >= $1::date and h.state = 'held' and h.class <> 'denied'
                        and not h.kept_after_refusal)
           or exists (select from lazaret.list_entry e
                      where e.tenant_id = one.tenant_id
                        and e.owner = 'account:' || one.account_id
                        and e.origin = 'report' and e.enabled and not e.gone
                        and e.created > coalesce(last.period_end, '-infinity'))
           or exists (select from lazaret.refusal r
                      where r.mailbox = any (who.addresses) and r.tenant_id = one.tenant_id
                        and r.at > coalesce(last.period_end, '-infinity')
                        and r.class <> 'denied')
    from one
    join lazaret.tenant t using (tenant_id)
    cross join lateral (select array_agg(a.address order by a.created, a.address) as addresses
                        from lazaret.address a where a.tenant_id = one.tenant_id
                          and a.account_id = one.account_id) who
    left join lateral (select r.period_end from lazaret.report_sent r
                       where r.tenant_id = one.tenant_id and r.account_id = one.account_id
                         and r.state in ('sent', 'empty')
                       order by r.period_end desc limit 1) last on true
    left join lazaret.report_sent open on open.tenant_id = one.tenant_id
        and open.account_id = one.account_id and open.state in ('sending', 'failed')
    order by one.tenant_id, one.account_id)";

constexpr auto next_page =
    "with one as materialized (select tenant_id, account_id from lazaret.account "
    "where (tenant_id, account_id) > ($2, $3) order by tenant_id, account_id limit $4)";

constexpr auto of_keys =
    "with one as materialized (select * from unnest($2::int[], $3::bigint[]) "
    "as x(tenant_id, account_id))";

constexpr auto of_one_address =
    "with one as materialized (select tenant_id, account_id from lazaret.address "
    "where address = $2 and tenant_id = $3)";

// The elements of an array in text form. Addresses may hold quotes and backslashes.
std::vector<std::string> array_texts(const std::string& array)
{
    std::vector<std::string> all;
    bool quoted = false;
    std::string one;
    for (std::size_t at = 1; at < array.size(); ++at) {
        const char c = array[at];
        if (c == '\\') one += array[++at];
        else if (c == '"') quoted = !quoted;
        else if (!quoted && (c == ',' || c == '}')) all.push_back(std::exchange(one, {}));
        else one += c;
    }
    return all;
}

ReportAccount account_from(const pqxx::row& row)
{
    ReportAccount account;
    account.tenant = value<TenantId>(row[0]);
    account.account = value<AccountId>(row[1]);
    account.tenant_name = text(row[2]);
    account.last_end = maybe_moment(row[3]);
    if (const auto end = maybe_moment(row[5]))
        account.begun = ReportPeriod{maybe_moment(row[4]), *end};
    if (!row[6].is_null()) account.addresses = array_texts(text(row[6]));
    account.attempts = value<int>(row[7]);
    account.has_news = value<bool>(row[8]);
    return account;
}

// Fills in the settings, and leaves out whose domain is no longer protected.
void settle(pqxx::transaction_base& transaction, std::vector<ReportAccount>& accounts)
{
    std::vector<Address> addresses;
    for (const auto& account : accounts)
        for (const auto& key : account.addresses)
            if (const auto address = parse_address(key)) addresses.push_back(*address);
    const auto policy = policy_about(transaction, addresses);
    std::erase_if(accounts, [&](ReportAccount& account) {
        if (account.addresses.empty()) return true;
        const auto first = parse_address(account.addresses.front());
        if (!first) return true;
        auto found = policy_for(policy, *first);
        account.settings = std::move(found.settings);
        return !found.tenant.has_value();
    });
}

bool is_of_interest(const ReportAccount& account)
{
    return account.has_news || account.begun ||
           (account.settings.report_empty &&
            account.settings.report_frequency != ReportFrequency::None);
}

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
        select h.*, count(*) over () as more from lazaret.held_copy h
        where h.tenant_id = asked.tenant and h.account_id = asked.account
          and ((h.received > asked.period_begin and h.received <= asked.period_end)
               or (h.back_at > asked.period_begin and h.back_at <= asked.period_end))
          and h.expires >= $2::date and h.state = 'held' and h.class <> 'denied'
          and not h.kept_after_refusal
        order by h.score, h.received, h.reference limit $3) h
    cross join lateral (
        select m.from_text, m.from_address, m.subject, m.list_id from lazaret.held_mail m
        where m.tenant_id = h.tenant_id and m.digest = h.digest and m.expires = h.expires
        limit 1) m
    order by asked.nr, h.score, h.received, h.reference)";

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
    select asked.nr, e.kind, coalesce(nullif(e.list_id, ''), e.sender)
    from asked join lazaret.list_entry e
        on e.tenant_id = asked.tenant and e.owner = 'account:' || asked.account
    where e.origin = 'report' and e.enabled and not e.gone
      and e.created > asked.period_begin and e.created <= asked.period_end
    order by asked.nr, e.created, e.entry_id)";

// Behind the columns of the summary.
constexpr auto row_columns = ", m.from_address, m.list_id, h.hits, h.more, asked.nr ";
constexpr int more_column = summary_width + 3;
constexpr int task_column = summary_width + 4;

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
            all.at(value<std::size_t>(row[0])).listed.push_back({*kind, text(row[2])});
}

void close_report(pqxx::work& transaction, const ReportTask& task, Moment now, const char* state,
                  std::size_t rows)
{
    // One that was given up and taken on by another run was sent all the same. Committed without
    // waiting for the disk, said in the same statement: this is done once a report.
    run(transaction,
        "with hasty as materialized (select set_config('synchronous_commit', 'off', true)) "
        "update lazaret.report_sent set state = $4, changed = lazaret.moment($5), rows = $6, "
        "last_error = '' from hasty where tenant_id = $1 and account_id = $2 "
        "and period_end = lazaret.moment($3) and state in ('sending', 'failed')",
        task.tenant, task.account, micros(task.period.end), state, micros(now),
        static_cast<std::int64_t>(rows));
}

}  // namespace

std::vector<ReportAccount> Reports::accounts(TenantId after_tenant, AccountId after_account,
                                             std::size_t limit)
{
    auto& session = database_.session();
    const auto sql = statement_of({next_page, accounts_of_page});
    struct Page {
        std::vector<ReportAccount> accounts;
        AccountKey last;
        bool is_last = false;
    };
    std::vector<ReportAccount> all;
    Page page{{}, {after_tenant, after_account}};
    while (!page.is_last && all.size() < limit) {
        // A transaction each: how long all of them take depends on how many accounts there are.
        page = session.transact("looking for accounts with news", [&](pqxx::work& transaction) {
            Page next{{}, page.last};
            const auto rows = run(transaction, sql.c_str(), day_text(session.today()),
                                  page.last.tenant, page.last.account, page_size);
            for (const auto& row : rows) next.accounts.push_back(account_from(row));
            next.is_last = std::cmp_less(rows.size(), page_size);
            if (next.accounts.empty()) return next;
            next.last = {next.accounts.back().tenant, next.accounts.back().account};
            settle(transaction, next.accounts);
            return next;
        });
        for (auto& one : page.accounts)
            if (is_of_interest(one) && all.size() < limit) all.push_back(std::move(one));
    }
    return all;
}

std::vector<ReportAccount> Reports::accounts(const std::vector<AccountKey>& keys)
{
    std::vector<TenantId> tenants;
    std::vector<AccountId> accounts;
    for (const auto& key : keys) {
        tenants.push_back(key.tenant);
        accounts.push_back(key.account);
    }
    auto& session = database_.session();
    const auto sql = statement_of({of_keys, accounts_of_page});
    return session.transact("looking for accounts", [&](pqxx::work& transaction) {
        std::vector<ReportAccount> all;
        const auto rows = run(transaction, sql.c_str(), day_text(session.today()),
                              fmt::format("{{{}}}", fmt::join(tenants, ",")),
                              fmt::format("{{{}}}", fmt::join(accounts, ",")));
        for (const auto& row : rows) all.push_back(account_from(row));
        settle(transaction, all);
        std::erase_if(all, [](const ReportAccount& one) { return !is_of_interest(one); });
        return all;
    });
}

std::optional<ReportAccount> Reports::account_of(const Address& address)
{
    auto& session = database_.session();
    const auto sql = statement_of({of_one_address, accounts_of_page});
    return session.transact(
        "looking for an account", [&](pqxx::work& transaction) -> std::optional<ReportAccount> {
            const auto found = policy_for(policy_about(transaction, address), address);
            if (!found.tenant) return std::nullopt;
            const auto rows = run(transaction, sql.c_str(), day_text(session.today()),
                                  found.mailbox, *found.tenant);
            if (rows.empty()) return std::nullopt;
            std::vector<ReportAccount> one = {account_from(rows[0])};
            settle(transaction, one);
            if (one.empty()) return std::nullopt;
            return std::move(one.front());
        });
}

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

void Reports::mark_sent(const ReportTask& task, std::size_t rows)
{
    auto& session = database_.session();
    session.transact("noting a report", [&](pqxx::work& transaction) {
        close_report(transaction, task, session.now(), "sent", rows);
    });
}

void Reports::mark_empty(const ReportTask& task)
{
    auto& session = database_.session();
    session.transact("noting a report", [&](pqxx::work& transaction) {
        close_report(transaction, task, session.now(), "empty", 0);
    });
}

void Reports::mark_failed(const ReportTask& task, const std::string& error, bool in_doubt)
{
    auto& session = database_.session();
    session.transact("noting a report", [&](pqxx::work& transaction) {
        // By the number of the attempt: another run may have taken it on by now.
        run(transaction,
            "update lazaret.report_sent set state = 'failed', changed = lazaret.moment($5), "
            "last_error = $6, doubts = doubts + $7 where tenant_id = $1 and account_id = $2 "
            "and period_end = lazaret.moment($3) and state = 'sending' and attempts = $4",
            task.tenant, task.account, micros(task.period.end), task.attempts,
            micros(session.now()), cut_utf8(valid_utf8(error), longest_error), in_doubt ? 1 : 0);
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
