#include "quarantine-store/held_search.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <span>

#include "base/enum_table.hpp"
#include "quarantine-store/held_json.hpp"
#include "quarantine-store/held_rows.hpp"
#include "quarantine-store/link/secret_token.hpp"
#include "quarantine-store/pg_connection.hpp"
#include "quarantine-store/pg_values.hpp"
#include "quarantine-store/standing.hpp"

namespace lazaret::store {
namespace {

constexpr std::size_t longest_key = 400;  // bytes; that of a sender has at most 60 characters

// How an order stands in SQL: what rows are sorted by, how that is read from a HeldPlace and how it
// is written into one.
struct OrderSql {
    HeldOrder id;
    std::string_view key;
    std::string_view read;
    std::string_view written;
    bool falls;  // the largest first
};
constexpr auto orders = std::to_array<OrderSql>({
    {HeldOrder::Date, "h.received", "lazaret.moment({}::bigint)", "lazaret.micros(h.received)",
     true},
    {HeldOrder::Score, "h.score", "{}::double precision", "h.score", true},
    {HeldOrder::Sender, "lower(left(h.from_line, 60)) collate \"C\"", "{}::text",
     "lower(left(h.from_line, 60))", false},
});

static_assert(in_enum_order(orders, static_cast<std::size_t>(HeldOrder::Sender) + 1),
              "one row per HeldOrder, in the order of the enum");

const OrderSql& sql_of(HeldOrder order) { return orders[static_cast<std::size_t>(order)]; }

// As summary_columns, from the copy alone.
constexpr auto row_columns =
    "select h.reference, h.tenant_id, lazaret.micros(h.received), h.recipient, h.mailbox, "
    "h.sender, h.from_line, h.subject_line, h.class, h.score, h.state, "
    "h.expires - date '1970-01-01', h.kept_after_refusal, h.queue_id, h.attempts, h.last_error, "
    "h.account_id, lazaret.micros(h.changed), h.changed_by, ";

// A pattern of ILIKE that finds a text as it stands.
std::string anywhere(std::string_view text)
{
    std::string pattern = "%";
    for (const char c : text) {
        if (c == '%' || c == '_' || c == '\\') pattern += '\\';
        pattern += c;
    }
    return pattern + '%';
}

// A statement that grows with its values. What a person chooses is a value and never text of it: a
// connection keeps each that there is.
class Growing {
public:
    explicit Growing(std::string begin) : sql_{std::move(begin)} {}

    // With `{}` where the value goes, everywhere the same.
    Growing& add(std::string_view text, std::string value)
    {
        values_.push_back(std::move(value));
        const auto place = fmt::format("${}", values_.size());
        while (true) {
            const auto at = text.find("{}");
            sql_ += text.substr(0, at);
            if (at == std::string_view::npos) return *this;
            sql_ += place;
            text.remove_prefix(at + 2);
        }
    }
    Growing& add(std::string_view text)
    {
        sql_ += text;
        return *this;
    }
    pqxx::result run(Database::Session& session, pqxx::transaction_base& transaction) const
    {
        return run_prepared_with(transaction, session.prepared(sql_), values_);
    }

private:
    std::string sql_;
    std::vector<std::string> values_;
};

std::string states_of(const std::optional<CopyState>& state)
{
    if (!state) return text_array({"held", "releasing", "released", "deleted"});
    if (*state == CopyState::Held) return text_array({"held", "releasing"});
    return text_array({std::string{token(*state)}});
}

// All of a realm, if whoever has the session administers it now; asked once for all days.
void add_realm(Growing& sql, const HeldSearch& search, Moment now)
{
    const auto tenant = std::to_string(search.tenant);
    const auto hash = hash_of_token(search.realm->session_token);
    const std::span bytes{reinterpret_cast<const unsigned char*>(hash.data()), hash.size()};
    sql.add(" where (select lazaret.right_in_tenant(decode({}, 'hex'), ",
            fmt::format("{:02x}", fmt::join(bytes, "")));
    sql.add("{}::int, ", tenant);
    sql.add("lazaret.moment({}::bigint))) is not null", std::to_string(micros(now)));
    if (search.tenant != site_tenant) sql.add(" and h.tenant_id = {}::int", tenant);
    sql.add(" and h.state = any ({}::text[])", states_of(search.state));
    if (!search.realm->recipient.empty())
        sql.add(" and h.mailbox ilike {}", anywhere(valid_utf8(search.realm->recipient)));
}

void add_conditions(Growing& sql, const HeldSearch& search, Moment now)
{
    if (search.realm) {
        add_realm(sql, search, now);
    } else {
        sql.add(" where h.account_id = {}::bigint", std::to_string(search.account));
        sql.add(" and h.tenant_id = {}::int and not h.kept_after_refusal",
                std::to_string(search.tenant));
        if (search.state) sql.add(" and h.state = any ({}::text[])", states_of(search.state));
    }
    if (!search.mailbox.empty()) sql.add(" and h.mailbox = {}", search.mailbox);
    if (search.verdict) sql.add(" and h.class = {}", std::string{token(*search.verdict)});
    if (search.since)
        sql.add(" and h.received >= lazaret.moment({}::bigint)",
                std::to_string(micros(*search.since)));
    if (search.until)
        sql.add(" and h.received <= lazaret.moment({}::bigint)",
                std::to_string(micros(*search.until)));
    if (!search.text.empty())
        sql.add(" and (h.from_line ilike {} or h.subject_line ilike {})",
                anywhere(valid_utf8(search.text)));
}

// Whatever stands behind a place, or before it, in an order of `key` and reference.
void add_turn(Growing& sql, const OrderSql& order, std::string_view reference,
              const std::optional<HeldPlace>& from, Turn turn, std::size_t limit)
{
    const bool falls = order.falls == (turn == Turn::Onwards);
    if (from) {
        sql.add(fmt::format(" and ({}, {}) {} ({}, ", order.key, reference, falls ? '<' : '>',
                            order.read),
                valid_utf8(from->key));
        sql.add("{})", from->reference.text());
    }
    const auto way = falls ? "desc" : "asc";
    sql.add(fmt::format(" order by {} {}, {} {} limit {}", order.key, way, reference, way, limit));
}

HeldRow row_of(const pqxx::row& row)
{
    auto copy = summary_of(row);
    return {.copy = std::move(copy),
            .account = value<AccountId>(row[summary_width]),
            .changed = maybe_moment(row[summary_width + 1]),
            .changed_by = text(row[summary_width + 2]),
            .key = text(row[summary_width + 3])};
}

RefusedRow refused_of(const pqxx::row& row)
{
    return {.when = moment(row[0]),
            .sender = text(row[1]),
            .mailbox = text(row[2]),
            .verdict = class_of(text(row[3])).value_or(Class::Spam),
            .score = value<double>(row[4]),
            .hits = hits_of(text(row[5])),
            .action = action_of(text(row[7])).value_or(Action::Refuse),
            .place = {text(row[0]), reference_of(row[6])}};
}

// What is prepared is planned once for all values: planning over the tables of all days takes ten
// times as long as the rows of a page.
void plan_once(pqxx::transaction_base& transaction)
{
    transaction.exec("set local plan_cache_mode = force_generic_plan");
}

// Of a realm it depends on the values which index is the right one.
void plan_for(pqxx::transaction_base& transaction, const HeldSearch& search)
{
    if (!search.realm) return plan_once(transaction);
    transaction.exec("set local plan_cache_mode = force_custom_plan");
}

std::vector<HeldRow> rows_of(Database::Session& session, pqxx::transaction_base& transaction,
                             const HeldSearch& search, const std::optional<HeldPlace>& from,
                             Turn turn, std::size_t limit)
{
    const auto& order = sql_of(search.order);
    Growing sql{statement_of({row_columns, order.written, " from lazaret.held_copy h"})};
    add_conditions(sql, search, session.now());
    add_turn(sql, order, "h.reference", from, turn, limit);
    std::vector<HeldRow> all;
    for (const auto& row : sql.run(session, transaction))
        if (is_readable(row)) all.push_back(row_of(row));
    if (turn == Turn::Back) std::reverse(all.begin(), all.end());
    return all;
}

std::size_t count_of(Database::Session& session, pqxx::transaction_base& transaction,
                     const HeldSearch& search, std::size_t most)
{
    Growing sql{"select count(*) from (select from lazaret.held_copy h"};
    add_conditions(sql, search, session.now());
    sql.add(fmt::format(" limit {}) found", most));
    return static_cast<std::size_t>(value<std::int64_t>(sql.run(session, transaction)[0][0]));
}

}  // namespace

std::optional<HeldPlace> held_place(HeldOrder order, std::string_view key,
                                    std::string_view reference)
{
    const auto parsed = Reference::parse(reference);
    if (!parsed || parsed->text() != reference || key.size() > longest_key) return std::nullopt;
    const auto* end = key.data() + key.size();
    std::int64_t whole = 0;
    double number = 0;
    switch (order) {
        case HeldOrder::Date:
            if (const auto [stop, code] = std::from_chars(key.data(), end, whole);
                code != std::errc{} || stop != end || whole < 0 || whole > 250'000'000'000'000'000)
                return std::nullopt;
            break;
        case HeldOrder::Score:
            if (const auto [stop, code] = std::from_chars(key.data(), end, number);
                code != std::errc{} || stop != end || !std::isfinite(number))
                return std::nullopt;
            break;
        case HeldOrder::Sender:
            if (key.find('\0') != std::string_view::npos) return std::nullopt;
            break;
    }
    return HeldPlace{std::string{key}, *parsed};
}

HeldPage held_page(Database& database, const HeldSearch& search,
                   const std::optional<HeldPlace>& from, Turn turn, std::size_t limit,
                   std::size_t most_counted)
{
    auto& session = database.session();
    return session.transact("listing an account", [&](pqxx::work& transaction) {
        plan_for(transaction, search);
        return HeldPage{rows_of(session, transaction, search, from, turn, limit),
                        count_of(session, transaction, search, most_counted)};
    });
}

std::vector<HeldRow> held_rows(Database& database, const HeldSearch& search,
                               const std::optional<HeldPlace>& from, Turn turn, std::size_t limit)
{
    auto& session = database.session();
    return session.transact("listing an account", [&](pqxx::work& transaction) {
        plan_for(transaction, search);
        return rows_of(session, transaction, search, from, turn, limit);
    });
}

std::size_t held_count(Database& database, const HeldSearch& search, std::size_t most)
{
    auto& session = database.session();
    return session.transact("counting an account", [&](pqxx::work& transaction) {
        plan_for(transaction, search);
        return count_of(session, transaction, search, most);
    });
}

std::vector<HeldPlace> held_places(Database& database, const HeldSearch& search, std::size_t most)
{
    const auto& order = sql_of(HeldOrder::Date);
    auto& session = database.session();
    return session.transact("choosing of an account", [&](pqxx::work& transaction) {
        plan_for(transaction, search);
        Growing sql{
            statement_of({"select h.reference, ", order.written, " from lazaret.held_copy h"})};
        add_conditions(sql, search, session.now());
        add_turn(sql, order, "h.reference", {}, Turn::Onwards, most);
        std::vector<HeldPlace> all;
        for (const auto& row : sql.run(session, transaction))
            if (const auto one = Reference::parse(text(row[0])))
                all.push_back({text(row[1]), *one});
        return all;
    });
}

std::vector<RefusedRow> refused_rows(Database& database, const RefusalSearch& search,
                                     const std::optional<HeldPlace>& from, Turn turn,
                                     std::size_t limit)
{
    static constexpr OrderSql by_date{HeldOrder::Date, "n.at", "lazaret.moment({}::bigint)", "",
                                      true};
    auto& session = database.session();
    return session.transact("listing refusals", [&](pqxx::work& transaction) {
        plan_once(transaction);
        Growing sql{
            "select lazaret.micros(n.at), n.sender, n.mailbox, n.class, n.score, n.hits, "
            "n.reference, n.action from lazaret.refusal n"};
        sql.add(" where n.mailbox = any ({}::text[])", text_array(search.mailboxes));
        sql.add(" and n.tenant_id = {}::int", std::to_string(search.tenant));
        if (search.verdict) sql.add(" and n.class = {}", std::string{token(*search.verdict)});
        if (search.since)
            sql.add(" and n.at >= lazaret.moment({}::bigint)",
                    std::to_string(micros(*search.since)));
        if (!search.text.empty())
            sql.add(" and n.sender ilike {}", anywhere(valid_utf8(search.text)));
        add_turn(sql, by_date, "n.reference", from, turn, limit);
        std::vector<RefusedRow> all;
        for (const auto& row : sql.run(session, transaction))
            if (Reference::parse(text(row[6]))) all.push_back(refused_of(row));
        if (turn == Turn::Back) std::reverse(all.begin(), all.end());
        return all;
    });
}

}  // namespace lazaret::store
