#include "quarantine-store/doctor.hpp"

#include <algorithm>
#include <array>

#include "quarantine-store/pg_connection.hpp"
#include "quarantine-store/pg_values.hpp"
#include "quarantine-store/retention.hpp"

namespace lazaret::store {
namespace {

constexpr std::array roles = {"lazaret_milter", "lazaret_report", "lazaret_portal",
                              "lazaret_admin"};

// What each role must be able to do: one statement of rights, and how it reads.
constexpr auto wanted_rights = R"(
    select role || ' may not ' || what from (values
        ('lazaret_milter', 'execute lazaret.hold', has_function_privilege('lazaret_milter',
            'lazaret.hold(date, bytea, bytea, bigint, json, json, json, bytea, json)', 'execute')),
        ('lazaret_milter', 'execute lazaret.note', has_function_privilege('lazaret_milter',
            'lazaret.note(text, boolean, json)', 'execute')),
        ('lazaret_milter', 'read lazaret.model', has_table_privilege('lazaret_milter',
            'lazaret.model', 'select')),
        ('lazaret_milter', 'read lazaret.list_entry', has_table_privilege('lazaret_milter',
            'lazaret.list_entry', 'select')),
        ('lazaret_report', 'read lazaret.held_copy', has_table_privilege('lazaret_report',
            'lazaret.held_copy', 'select')),
        ('lazaret_report', 'read the subject of lazaret.held_mail', has_column_privilege(
            'lazaret_report', 'lazaret.held_mail', 'subject', 'select')),
        ('lazaret_report', 'add to lazaret.report_sent', has_table_privilege('lazaret_report',
            'lazaret.report_sent', 'insert')),
        ('lazaret_report', 'change lazaret.report_sent', has_column_privilege('lazaret_report',
            'lazaret.report_sent', 'state', 'update')),
        ('lazaret_report', 'change lazaret.notification', has_column_privilege('lazaret_report',
            'lazaret.notification', 'state', 'update')),
        ('lazaret_portal', 'read lazaret.held_mail', has_table_privilege('lazaret_portal',
            'lazaret.held_mail', 'select')),
        ('lazaret_portal', 'change lazaret.held_copy', has_column_privilege('lazaret_portal',
            'lazaret.held_copy', 'state', 'update')),
        ('lazaret_portal', 'add to lazaret.list_entry', has_table_privilege('lazaret_portal',
            'lazaret.list_entry', 'insert')),
        ('lazaret_portal', 'add to lazaret.request', has_table_privilege('lazaret_portal',
            'lazaret.request', 'insert')),
        ('lazaret_portal', 'execute lazaret.notify_of', has_function_privilege('lazaret_portal',
            'lazaret.notify_of(int, bigint, text, text, bigint, timestamptz)', 'execute')),
        ('lazaret_portal', 'execute lazaret.turn_reports_off', has_function_privilege(
            'lazaret_portal', 'lazaret.turn_reports_off(int, bigint, text, text, timestamptz)',
            'execute')),
        ('lazaret_portal', 'execute lazaret.say_of_copies', has_function_privilege(
            'lazaret_portal', 'lazaret.say_of_copies(text[], text, text, bigint, timestamptz)',
            'execute')),
        ('lazaret_portal', 'execute lazaret.begin_session', has_function_privilege(
            'lazaret_portal', 'lazaret.begin_session(int, bigint, text, text, bytea, text, text, '
            'timestamptz, timestamptz)', 'execute')),
        ('lazaret_portal', 'execute lazaret.begin_with_code', has_function_privilege(
            'lazaret_portal', 'lazaret.begin_with_code(bytea, bigint, bytea, text, bytea, text, '
            'text, timestamptz, timestamptz)', 'execute')),
        ('lazaret_portal', 'execute lazaret.choose_settings', has_function_privilege(
            'lazaret_portal', 'lazaret.choose_settings(bytea, jsonb, text, timestamptz)',
            'execute')),
        ('lazaret_report', 'execute lazaret.make_password_link', has_function_privilege(
            'lazaret_report', 'lazaret.make_password_link(int, bigint, bytea, timestamptz)',
            'execute')),
        ('lazaret_admin', 'read lazaret.held_mail', has_table_privilege('lazaret_admin',
            'lazaret.held_mail', 'select')),
        ('lazaret_admin', 'change lazaret.held_copy', has_table_privilege('lazaret_admin',
            'lazaret.held_copy', 'update')),
        ('lazaret_admin', 'execute lazaret.drop_expiry_day', has_function_privilege(
            'lazaret_admin', 'lazaret.drop_expiry_day(date)', 'execute'))
    ) as rights (role, what, has) where not has)";

// Of what is somebody's mail, the milter's role may touch nothing but by our functions; a right on
// a partition counts as well as one on the whole. The portal's may write no settings, and of the
// lists only what the policies of 0009_portal_rights.sql name.
constexpr auto unwanted_rights = R"(
    select 'lazaret_milter may ' || what || ' lazaret.' || c.relname
    from pg_class c join pg_namespace n on n.oid = c.relnamespace,
        (values ('read', 'select'), ('add to', 'insert'), ('change', 'update')) as w (what, command)
    where n.nspname = 'lazaret' and c.relkind in ('r', 'p')
      and c.relname ~ '^(held_mail|held_copy|waiting|passage|refusal|vote|audit)($|_)'
      and has_any_column_privilege('lazaret_milter', c.oid, w.command)
    union all
    select 'lazaret_milter may delete from lazaret.' || c.relname
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'lazaret' and c.relkind in ('r', 'p')
      and has_table_privilege('lazaret_milter', c.oid, 'delete')
    union all
    select 'lazaret_portal may change lazaret.setting'
    where has_any_column_privilege('lazaret_portal', 'lazaret.setting', 'insert, update')
    union all
    select r.role || ' may read or change lazaret.' || c.relname
    from pg_class c join pg_namespace n on n.oid = c.relnamespace,
        (values ('lazaret_milter'), ('lazaret_report'), ('lazaret_portal')) as r (role)
    where n.nspname = 'lazaret'
      and c.relname in ('session', 'password', 'password_link', 'password_request', 'attempt',
                        'second_factor', 'recovery_code', 'code_wanted',
                        'address_link')
      and has_any_column_privilege(r.role, c.oid, 'select, insert, update')
    union all
    select 'lazaret_portal may change all of lazaret.list_entry' from pg_class
    where oid = 'lazaret.list_entry'::regclass and not relrowsecurity
    order by 1)";

// Its unit gives the milter this name (PGAPPNAME); lazaretctl runs as the owner and may.
constexpr auto owning_milter = R"(
    select coalesce(min(usename), '') from pg_stat_activity
    where application_name = 'lazaret-milter' and datname = current_database()
      and pg_has_role(usename, (select relowner from pg_class
                                where oid = 'lazaret.held_mail'::regclass), 'usage'))";

std::vector<std::string> first_column(const pqxx::result& rows)
{
    std::vector<std::string> all;
    for (const auto& row : rows) all.push_back(text(row[0]));
    return all;
}

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
        "current_user, current_setting('fsync') = 'on', current_setting('synchronous_commit'), "
        "pg_database_size(current_database()), "
        "(extract(epoch from clock_timestamp()) * 1000000)::bigint")[0];
    facts.server_version = text(row[0]);
    facts.host = text(row[1]);
    facts.user = text(row[2]);
    facts.fsync = value<bool>(row[3]);
    facts.synchronous_commit = text(row[4]);
    facts.bytes = value<std::int64_t>(row[5]);
    facts.clock_difference =
        std::chrono::microseconds{value<std::int64_t>(row[6])} - system_now().time_since_epoch();
    for (const auto* role : roles)
        if (run(transaction, "select 1 from pg_roles where rolname = $1", role).empty())
            facts.missing_roles.emplace_back(role);
}

void ask_schema(pqxx::transaction_base& transaction, Day today, DatabaseFacts& facts)
{
    if (facts.missing_roles.empty()) {
        facts.missing_rights = first_column(transaction.exec(wanted_rights));
        facts.excess_rights = first_column(transaction.exec(unwanted_rights));
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
