#include "quarantine-store/doctor.hpp"

#include <algorithm>
#include <array>

#include "quarantine-store/pg_connection.hpp"
#include "quarantine-store/pg_values.hpp"
#include "quarantine-store/retention.hpp"
#include "quarantine-store/rights.hpp"

namespace lazaret::store {
namespace {

constexpr std::array roles = {"lazaret_milter", "lazaret_report", "lazaret_portal",
                              "lazaret_admin"};

// Its unit gives the milter this name (PGAPPNAME); lazaretctl runs as the owner and may.
constexpr auto owning_milter = R"(
    select coalesce(min(usename), '') from pg_stat_activity
    where application_name = 'lazaret-milter' and datname = current_database()
      and pg_has_role(usename, (select relowner from pg_class
                                where oid = 'lazaret.held_mail'::regclass), 'usage'))";

template <class T>
T one(pqxx::transaction_base& transaction, const char* statement)
{
    return value<T>(transaction.exec(statement)[0][0]);
}

void ask_server(pqxx::transaction_base& transaction, DatabaseFacts& facts)
{
    const auto row = transaction.exec(
        "select current_setting('server_version'), "
        "coalesce(host(inet_server_addr()), 'its local socket') || ' port ' || "
        "current_setting('port'), "
        "current_user, current_setting('fsync') = 'on', "
        "pg_database_size(current_database()), "
        "(extract(epoch from clock_timestamp()) * 1000000)::bigint, "
        "current_setting('server_encoding')")[0];
    facts.server_version = text(row[0]);
    facts.host = text(row[1]);
    facts.user = text(row[2]);
    facts.fsync = value<bool>(row[3]);
    facts.bytes = value<std::int64_t>(row[4]);
    facts.encoding = text(row[6]);
    facts.clock_difference =
        std::chrono::microseconds{value<std::int64_t>(row[5])} - system_now().time_since_epoch();
    for (const auto* role : roles)
        if (run(transaction, "select 1 from pg_roles where rolname = $1", role).empty())
            facts.missing_roles.emplace_back(role);
}

void ask_schema(pqxx::transaction_base& transaction, Day today, DatabaseFacts& facts)
{
    if (facts.missing_roles.empty()) {
        auto rights = differing_rights(transaction);
        facts.missing_rights = std::move(rights.missing);
        facts.excess_rights = std::move(rights.excess);
    }
    facts.milter_owner = text(transaction.exec(owning_milter)[0][0]);
    facts.days_needed = longest_retention(transaction);
    const auto days =
        transaction.exec("select day - date '1970-01-01' from lazaret.days_of('held_copy') as day");
    for (const auto& row : days) {
        if (day(row[0]) < today) ++facts.expired_partitions;
        // Days are in order; the first gap ends what is ahead.
        const auto next =
            facts.last_partition.value_or(today - std::chrono::days{1}) + std::chrono::days{1};
        if (day(row[0]) == next) facts.last_partition = next;
    }
    if (facts.last_partition)
        facts.days_ahead = static_cast<int>((*facts.last_partition - today).count());
    facts.rows_in_default =
        one<std::int64_t>(transaction,
                          "select (select count(*) from lazaret.held_copy_default) + "
                          "(select count(*) from lazaret.held_mail_default) + "
                          "(select count(*) from lazaret.passage_default) + "
                          "(select count(*) from lazaret.refusal_default)");
    facts.releasing_too_long =
        one<std::int64_t>(transaction,
                          // `claimed` is of the last try, `changed` of the person's word.
                          "select count(*) from lazaret.held_copy where state = 'releasing' "
                          "and changed < now() - interval '1 hour'");
    facts.held = one<std::int64_t>(transaction,
                                   "select count(*) from lazaret.held_copy where state = 'held'");
    facts.protected_domains =
        one<int>(transaction, "select count(*) from lazaret.domain where not gone");
    facts.model_version = one<std::int64_t>(
        transaction, "select coalesce(max(version), 0) from lazaret.model where tenant_id = 0");
    facts.votes_waiting_hours =
        one<int>(transaction,
                 "select coalesce(floor(extract(epoch from now() - min(v.at)) / 3600), 0)::int "
                 "from lazaret.vote v where v.account_id > 0 and v.says is distinct from v.told "
                 "and (v.says is null or (not v.set_aside and v.refusals = 0 and exists ("
                 "  select from lazaret.message_bytes m "
                 "  where m.tenant_id = v.tenant_id and m.digest = v.digest)))");
}

}  // namespace

DatabaseFacts examine_database(const DatabaseConfig& config)
{
    DatabaseFacts facts;
    facts.schema = schema_status(config);
    const auto connection = connect(config, SchemaCheck::Skip);
    // The edge of the store: what libpqxx throws becomes ours.
    try {
        pqxx::nontransaction transaction{*connection};
        ask_server(transaction, facts);
        if (facts.schema.is_current())
            ask_schema(transaction, std::chrono::floor<std::chrono::days>(system_now()), facts);
    } catch (const std::exception&) {
        rethrow_as_error("examining the database");
    }
    return facts;
}

}  // namespace lazaret::store
