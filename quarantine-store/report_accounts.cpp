#include "quarantine-store/reports.hpp"

#include <fmt/ranges.h>

#include <functional>
#include <utility>

#include "quarantine-store/pg_connection.hpp"
#include "quarantine-store/pg_values.hpp"
#include "quarantine-store/standing.hpp"

// The part of Reports that finds the accounts with something to tell.
namespace lazaret::store {
namespace {

constexpr std::int64_t page_size = 1'000;  // accounts looked at by one statement

// Who is looked at, as `one (tenant_id, account_id)`; each with the end of its last report, the one
// that was begun, and whether something came since. Each question is one look into an index.
constexpr auto of_page = R"(
    select one.tenant_id, one.account_id, t.name, lazaret.micros(last.period_end),
           lazaret.micros(open.period_begin), lazaret.micros(open.period_end), who.addresses,
           coalesce(open.attempts, 0),
           exists (select {came} and h.expires >= $1::date)
           or exists (select {came_back} and h.expires >= $1::date)
           or exists (select from lazaret.list_entry e
                      where e.tenant_id = one.tenant_id
                        and e.owner = 'account:' || one.account_id
                        and e.origin = 'report' and e.enabled and not e.gone
                        and e.created > coalesce(last.period_end, '-infinity'))
           or exists (select from lazaret.refusal r
                      where r.mailbox = any (who.addresses) and r.tenant_id = one.tenant_id
                        and r.at > coalesce(last.period_end, '-infinity')
                        and r.class <> 'denied'),
           (select d.address from lazaret.delegate d
            where d.tenant_id = one.tenant_id and d.account_id = one.account_id
              and d.gets_reports and d.agreed is not null),
           least((select min(h.expires) {came}
                  and h.expires between $1::date and $1::date + 1),
                 (select min(h.expires) {came_back}
                  and h.expires between $1::date and $1::date + 1)) - date 'epoch',
           coalesce(open.refusals, 0),
           case when open.state = 'failed' then lazaret.micros(open.changed) end
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

// What is held for the recipient's eyes, by the column that tells when that began.
constexpr auto held_since_last = R"(
                   from lazaret.held_copy h
                   where h.tenant_id = one.tenant_id and h.account_id = one.account_id
                     and h.{} > coalesce(last.period_end, '-infinity')
                     and h.state = 'held' and h.class <> 'denied' and not h.kept_after_refusal)";

// @param accounts  the beginning of the statement: who is looked at
std::string accounts_sql(std::string_view accounts)
{
    const auto sql =
        fmt::format(of_page, fmt::arg("came", fmt::format(held_since_last, "received")),
                    fmt::arg("came_back", fmt::format(held_since_last, "back_at")));
    return statement_of({accounts, sql});
}

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
    account.sent_to = text(row[9]);
    if (!row[10].is_null()) account.first_expiry = day(row[10]);
    account.refusals = value<int>(row[11]);
    account.failed = maybe_moment(row[12]);
    return account;
}

// Fills in the settings, and leaves out addresses whose domain is not protected any more or another
// tenant's now, and who has no others: reports go to nobody there.
void settle(pqxx::transaction_base& transaction, std::vector<ReportAccount>& accounts)
{
    std::vector<Address> addresses;
    for (const auto& account : accounts) {
        for (const auto& key : account.addresses)
            if (const auto address = parse_address(key)) addresses.push_back(*address);
        if (const auto delegate = parse_address(account.sent_to)) addresses.push_back(*delegate);
    }
    const auto policy = policy_about(transaction, addresses);
    for (auto& account : accounts) {
        const auto is_its_tenants = [&](const std::string& key) {
            const auto address = parse_address(key);
            return address && policy.tenant_of(address->domain) == account.tenant;
        };
        std::erase_if(account.addresses, std::not_fn(is_its_tenants));
        if (account.addresses.empty()) continue;
        const auto& first = account.addresses.front();
        account.settings = policy_for(policy, parse_address(first).value()).settings;
        if (!is_its_tenants(account.sent_to)) account.sent_to = first;
    }
    std::erase_if(accounts, [](const auto& account) { return account.addresses.empty(); });
}

bool is_of_interest(const ReportAccount& account)
{
    return account.has_news || account.begun ||
           (account.settings.report_empty &&
            account.settings.report_frequency != ReportFrequency::None);
}

}  // namespace

std::vector<ReportAccount> Reports::accounts(TenantId after_tenant, AccountId after_account,
                                             std::size_t limit)
{
    auto& session = database_.session();
    const auto sql = accounts_sql(next_page);
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
    const auto sql = accounts_sql(of_keys);
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
    const auto sql = accounts_sql(of_one_address);
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

}  // namespace lazaret::store
