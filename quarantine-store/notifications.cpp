#include "quarantine-store/notifications.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "quarantine-store/held_json.hpp"
#include "quarantine-store/held_rows.hpp"
#include "quarantine-store/link/secret_token.hpp"
#include "quarantine-store/pg_connection.hpp"
#include "quarantine-store/pg_values.hpp"
#include "quarantine-store/reports.hpp"
#include "quarantine-store/request_rows.hpp"
#include "quarantine-store/standing.hpp"

namespace lazaret::store {
namespace {

constexpr std::array<std::string_view, 8> tokens = {
    "report-now", "request-made", "request-answered", "reports-off",
    "password",   "warned",       "warned-more",      "address"};

NotificationKind kind_of(std::string_view text)
{
    const auto found = std::find(tokens.begin(), tokens.end(), text);
    return static_cast<NotificationKind>((found == tokens.end() ? tokens.begin() : found) -
                                         tokens.begin());
}

// What waits and is not somebody else's by now ($1), first tried not too long ago ($2), if at all.
// Who turned his reports off is told when something is held for him after that, however late.
constexpr auto open_condition = R"(
    (n.state in ('waiting', 'failed')
     or (n.state = 'sending' and n.claimed <= lazaret.moment($1)))
    and (n.kind = 'reports-off' or n.tried is null or n.tried > lazaret.moment($2))
    and (n.kind <> 'reports-off' or exists (
         select from lazaret.held_copy h
         where h.tenant_id = n.tenant_id and h.account_id = n.account_id
           and h.received > n.made and h.state = 'held' and h.class <> 'denied'
           and not h.kept_after_refusal))
    -- Its domain may be another customer's by now. Administrators get the other kind.
    and (n.kind = 'request-made' or not lazaret.is_elsewhere(n.tenant_id, n.mailbox)) )";

// For who looks all the time: $3 is now, else null.
constexpr auto unhurried_condition = R"(
    and ($3::bigint is null or n.kind <> 'reports-off')
    and ($3::bigint is null or n.state <> 'failed'
         or n.changed <= lazaret.moment($3) - least(interval '15 minutes',
                interval '1 minute' * 2 ^ least(n.attempts - 1, 4))) )";

constexpr auto claim_head = R"(
    with open as (
        select n.tenant_id, n.notification_id, n.attempts from lazaret.notification n
        where n.notification_id = any ($4::bigint[]) and )";
constexpr auto claim_rest = R"(
        for update skip locked),
    ours as (
        update lazaret.notification n
            set state = 'sending', claimed = lazaret.moment($3), changed = lazaret.moment($3),
                attempts = n.attempts + 1, tried = coalesce(n.tried, lazaret.moment($3))
        from open where n.tenant_id = open.tenant_id and n.notification_id = open.notification_id
        returning n.tenant_id, n.notification_id, n.kind, n.account_id, n.mailbox, n.message_id,
                  n.attempts, n.request_id, n.doubts, n.reference)
    select * from ours order by attempts, notification_id)";

Notification notification_of(const pqxx::row& row)
{
    Notification one;
    one.tenant = value<TenantId>(row[0]);
    one.id = value<std::int64_t>(row[1]);
    one.kind = kind_of(text(row[2]));
    one.account = value<AccountId>(row[3]);
    one.mailbox = text(row[4]);
    one.message_id = text(row[5]);
    one.attempts = value<int>(row[6]);
    one.doubts = value<int>(row[8]);
    return one;
}

Settings settings_of(pqxx::transaction_base& transaction, const Notification& one)
{
    Settings settings;
    const auto address = parse_address(one.mailbox);
    if (!address) return settings;
    const auto policy = policy_about(transaction, *address);
    if (one.kind != NotificationKind::RequestMade) return policy_for(policy, *address).settings;
    if (const auto* chosen = policy.settings.find(Owner::site().text()))
        overlay(settings, *chosen, Owner::site());
    return settings;
}

std::optional<Request> find_request(pqxx::transaction_base& transaction, const pqxx::field& id)
{
    if (id.is_null()) return std::nullopt;
    const auto sql =
        statement_of({request_columns, "from lazaret.request r where r.request_id = $1"});
    const auto rows = run(transaction, sql.c_str(), value<std::int64_t>(id));
    if (rows.empty() || !is_readable_request(rows[0])) return std::nullopt;
    return request_of(rows[0]);
}

// A copy that is still to be acted on. Over the tables of all days, as every look-up by a
// reference.
std::optional<ReportRow> find_held(pqxx::transaction_base& transaction,
                                   const pqxx::field& reference, Day today)
{
    if (reference.is_null()) return std::nullopt;
    const auto sql = statement_of(
        {summary_columns,
         ", m.from_address, m.list_id, h.hits from lazaret.held_copy h cross join lateral ("
         "select m.from_text, m.from_address, m.subject, m.list_id from lazaret.held_mail m "
         "where m.tenant_id = h.tenant_id and m.digest = h.digest and m.expires = h.expires "
         "limit 1) m "
         "where h.reference = $1 and h.state = 'held' and h.expires >= $2::date"});
    const auto rows = run(transaction, sql.c_str(), text(reference), day_text(today));
    if (rows.empty() || !is_readable(rows[0])) return std::nullopt;
    return ReportRow{.copy = summary_of(rows[0]),
                     .from_address = text(rows[0][summary_width]),
                     .list_id = text(rows[0][summary_width + 1]),
                     .hits = hits_of(text(rows[0][summary_width + 2]))};
}

// Each attempt has a link of its own: its secret is nowhere but in the mail.
std::string make_link(pqxx::transaction_base& transaction, const Notification& one, Moment now)
{
    auto token = new_secret_token();
    const auto hash = hash_of_token(token);
    const auto* sql = one.kind == NotificationKind::Address
                          ? "select lazaret.make_address_link($1, $2, $3, lazaret.moment($4))"
                          : "select lazaret.make_password_link($1, $2, $3, lazaret.moment($4))";
    const auto rows = run(transaction, sql, one.tenant, one.id, Bytes{hash}, micros(now));
    return value<bool>(rows[0][0]) ? std::move(token) : std::string{};
}

std::string first_address(pqxx::transaction_base& transaction, const Notification& one)
{
    const auto rows = run(transaction,
                          "select address from lazaret.address where tenant_id = $1 and "
                          "account_id = $2 order by created, address limit 1",
                          one.tenant, one.account);
    return rows.empty() ? std::string{} : text(rows[0][0]);
}

// By the number of the attempt: another run may have taken it on by now.
void close(Database& database, const Notification& one, const char* state, const std::string& error,
           bool in_doubt = false)
{
    auto& session = database.session();
    session.transact("noting a notification", [&](pqxx::work& transaction) {
        run(transaction,
            "update lazaret.notification set state = $4, changed = lazaret.moment($5), "
            "last_error = $6, doubts = doubts + $7 where tenant_id = $1 and notification_id = $2 "
            "and attempts = $3 "
            "and state = 'sending'",
            one.tenant, one.id, one.attempts, state, micros(session.now()), kept_error(error),
            in_doubt ? 1 : 0);
    });
}

}  // namespace

std::string_view token(NotificationKind kind) { return tokens[static_cast<std::size_t>(kind)]; }

bool Notifications::want_report(TenantId tenant, const std::string& mailbox)
{
    auto& session = database_.session();
    return session.transact("asking for a report", [&](pqxx::work& transaction) {
        const auto rows =
            run(transaction,
                "select lazaret.notify_of(tenant_id, account_id, 'report-now', address, null, "
                "lazaret.moment($3)) from lazaret.address where tenant_id = $1 and address = $2",
                tenant, mailbox, micros(session.now()));
        return !rows.empty() && !rows[0][0].is_null();
    });
}

std::vector<std::int64_t> Notifications::waiting(Looking looking)
{
    auto& session = database_.session();
    return session.transact("looking for notifications", [&](pqxx::work& transaction) {
        const auto now = session.now();
        run(transaction, "select lazaret.make_asked_accounts()");
        run(transaction, "select lazaret.answer_password_requests(lazaret.moment($1))",
            micros(now));
        const auto sql = statement_of({"select n.notification_id from lazaret.notification n where",
                                       open_condition, unhurried_condition,
                                       "order by n.attempts, n.notification_id"});
        std::optional<std::string> looked_at;
        if (looking == Looking::AllTheTime) looked_at = std::to_string(micros(now));
        std::vector<std::int64_t> all;
        for (const auto& row : run(transaction, sql.c_str(), micros(now - Reports::forgotten_after),
                                   micros(now - given_up_after), looked_at))
            all.push_back(value<std::int64_t>(row[0]));
        return all;
    });
}

std::vector<Notification> Notifications::claim(std::span<const std::int64_t> numbers)
{
    auto& session = database_.session();
    return session.transact("taking on notifications", [&](pqxx::work& transaction) {
        const auto now = session.now();
        const auto sql = statement_of({claim_head, open_condition, claim_rest});
        const auto rows = run(transaction, sql.c_str(), micros(now - Reports::forgotten_after),
                              micros(now - given_up_after), micros(now),
                              fmt::format("{{{}}}", fmt::join(numbers, ",")));
        std::vector<Notification> all;
        for (const auto& row : rows) {
            auto one = notification_of(row);
            one.claimed = now;
            one.request = find_request(transaction, row[7]);
            if (one.kind == NotificationKind::Address)
                one.asked_by = first_address(transaction, one);
            if (one.kind == NotificationKind::Password || one.kind == NotificationKind::Address)
                one.link_token = make_link(transaction, one, now);
            one.held = find_held(transaction, row[9], session.today());
            one.settings = settings_of(transaction, one);
            all.push_back(std::move(one));
        }
        return all;
    });
}

bool Notifications::still_ours(Notification& notification)
{
    auto& session = database_.session();
    const auto now = session.now();
    if (now - notification.claimed < Reports::sure_for) return true;
    return session.transact("keeping a notification", [&](pqxx::work& transaction) {
        const auto rows =
            run(transaction,
                "update lazaret.notification set claimed = lazaret.moment($4) where tenant_id = $1 "
                "and notification_id = $2 and attempts = $3 and state = 'sending'",
                notification.tenant, notification.id, notification.attempts, micros(now));
        notification.claimed = now;
        return rows.affected_rows() > 0;
    });
}

void Notifications::mark_sent(const Notification& notification)
{
    close(database_, notification, "sent", {});
}

void Notifications::mark_empty(const Notification& notification)
{
    close(database_, notification, "empty", {});
}

void Notifications::mark_failed(const Notification& notification, const std::string& error,
                                bool in_doubt)
{
    close(database_, notification, "failed", error, in_doubt);
}

void Notifications::give_back(const Notification& notification)
{
    auto& session = database_.session();
    session.transact("giving a notification back", [&](pqxx::work& transaction) {
        run(transaction,
            "update lazaret.notification set changed = lazaret.moment($4), "
            "state = case when attempts = 1 then 'waiting' else 'failed' end, "
            "tried = case when attempts > 1 then tried end, attempts = attempts - 1 "
            "where tenant_id = $1 and notification_id = $2 and attempts = $3 "
            "and state = 'sending'",
            notification.tenant, notification.id, notification.attempts, micros(session.now()));
    });
}

std::vector<NotificationStatus> Notifications::status(std::size_t limit, bool only_open)
{
    return database_.session().transact("reading notifications", [&](pqxx::work& transaction) {
        std::vector<NotificationStatus> all;
        const auto sql = statement_of(
            {"select tenant_id, account_id, kind, mailbox, state, lazaret.micros(made), "
             "attempts, last_error from lazaret.notification ",
             only_open ? "where state in ('sending', 'failed') "
                         "or (state = 'waiting' and kind <> 'reports-off') "
                       : "",
             "order by changed desc, notification_id desc limit $1"});
        for (const auto& row : run(transaction, sql.c_str(), static_cast<std::int64_t>(limit)))
            all.push_back({value<TenantId>(row[0]), value<AccountId>(row[1]), kind_of(text(row[2])),
                           text(row[3]), text(row[4]), moment(row[5]), value<int>(row[6]),
                           text(row[7])});
        return all;
    });
}

}  // namespace lazaret::store
