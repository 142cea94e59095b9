#include "quarantine-store/pg_connection.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <algorithm>
#include <map>

#include "base/error.hpp"
#include "base/text.hpp"
#include "quarantine-store/pg_deadline.hpp"
#include "quarantine-store/pg_values.hpp"
#include "quarantine-store/schema.hpp"

namespace lazaret::store {
namespace {

struct FreeOptions {
    void operator()(PQconninfoOption* options) const noexcept { PQconninfoFree(options); }
};

// `key='value'`, as libpq reads it.
std::string conninfo_pair(std::string_view key, std::string_view value)
{
    std::string quoted;
    for (const char c : value) {
        if (c == '\'' || c == '\\') quoted += '\\';
        quoted += c;
    }
    return fmt::format("{}='{}' ", key, quoted);
}

// The settings' connection text, with our timeouts where it does not say.
std::string connection_text(const DatabaseConfig& config)
{
    char* problem = nullptr;
    const std::unique_ptr<PQconninfoOption, FreeOptions> parsed{
        PQconninfoParse(config.connection.c_str(), &problem)};
    if (!parsed) {
        const std::string cause = problem ? problem : "not enough memory";
        PQfreemem(problem);
        throw Error{Error::Kind::Setup, "database.connection: {}", trimmed(cause)};
    }
    const auto seconds = std::max<std::int64_t>(1, config.connect_timeout.count() / 1000);
    std::map<std::string, std::string> options = {
        {"fallback_application_name", "lazaret"},
        {"connect_timeout", std::to_string(seconds)},
        // A server that vanished without a word is noticed while we wait for it, and while we send.
        {"keepalives_idle", "10"},
        {"keepalives_interval", "5"},
        {"keepalives_count", "3"},
        {"tcp_user_timeout", std::to_string(config.statement_timeout.count())},
    };
    for (const auto* option = parsed.get(); option->keyword; ++option)
        if (option->val) options[option->keyword] = option->val;
    options["client_encoding"] = "UTF8";

    std::string text;
    for (const auto& [key, value] : options) text += conninfo_pair(key, value);
    return text;
}

std::string first_line(std::string_view text)
{
    text = trimmed(text);
    return std::string{trimmed(text.substr(0, text.find('\n')))};
}

// A server that answers and lets nobody in is another matter than one that is away.
std::string_view connection_hint(std::string_view cause)
{
    for (const std::string_view refused : {"authentication failed", "pg_hba.conf", "role \""})
        if (cause.find(refused) != std::string_view::npos)
            return "PostgreSQL does not let this user in; lazaretctl is for root: see \"The "
                   "database\" in /usr/share/doc/lazaret-milter/README.Debian";
    return "is PostgreSQL running, and is [database] connection right?";
}

// libpq puts one line a host that it tried, and that of the primary may stand anywhere.
std::string connection_cause(std::string_view text)
{
    constexpr std::size_t longest = 500;
    std::string cause{trimmed(text)};
    for (auto at = cause.find('\n'); at != std::string::npos; at = cause.find('\n', at))
        cause.replace(at, 1, "; ");
    return std::string{cut_utf8(valid_utf8(cause), longest)};
}

// The server's SQLSTATE. libpqxx knows a missing right by its type only, and leaves out the state.
std::string state_of(const pqxx::sql_error& error)
{
    if (dynamic_cast<const pqxx::insufficient_privilege*>(&error)) return "42501";
    return error.sqlstate();
}

void refuse_unknown_schema(pqxx::connection& connection)
{
    int present = 0;
    try {
        pqxx::nontransaction transaction{connection};
        present = value<int>(
            transaction.exec("select coalesce(max(version), 0) from lazaret.schema_version")[0][0]);
    } catch (const pqxx::sql_error& error) {
        // A try that is no edge: these two have a better explanation than the server's.
        const auto state = state_of(error);
        if (state == "42501")
            throw Error{Error::Kind::Setup, "database: this role may not use the schema lazaret"}
                .with_hint(
                    "connect as lazaret_milter or lazaret_admin, or grant them to this role");
        if (state != "42P01" && state != "3F000") throw;
    }
    if (present == known_schema_version()) return;
    if (present > known_schema_version())
        throw Error{Error::Kind::Setup, "database: its schema is version {}, this program knows {}",
                    present, known_schema_version()}
            .with_hint("upgrade this program");
    throw Error{Error::Kind::Setup, "database: its schema is version {}, this program needs {}",
                present, known_schema_version()}
        .with_hint("run 'lazaretctl schema upgrade'");
}

}  // namespace

std::unique_ptr<pqxx::connection> connect(const DatabaseConfig& config, SchemaCheck check)
{
    const auto text = connection_text(config);
    try {
        auto made = std::make_unique<pqxx::connection>(text);
        const Deadline deadline{*made, statement_patience(config)};
        {
            pqxx::nontransaction transaction{*made};
            transaction.exec(
                fmt::format("set statement_timeout = {}; "
                            // What is committed is on disk, whatever this database's default is.
                            "set synchronous_commit = on; "
                            "set client_min_messages = error",
                            config.statement_timeout.count()));
        }
        if (check == SchemaCheck::Refuse) refuse_unknown_schema(*made);
        return made;
    } catch (const Error&) {
        throw;
    } catch (const std::exception&) {
        rethrow_as_error("connecting");
    }
}

void rethrow_as_error(std::string_view what)
{
    using enum Error::Kind;
    try {
        throw;
    } catch (const Error&) {
        throw;
    } catch (const pqxx::broken_connection& error) {
        throw ConnectionLost{what, connection_cause(error.what()),
                             std::string{connection_hint(error.what())}};
    } catch (const pqxx::in_doubt_error&) {
        throw Error{Unavailable, "database: {}: it is not known whether it was committed", what};
    } catch (const pqxx::transaction_rollback& error) {
        throw Error{Unavailable, "database: {}: {}", what, first_line(error.what())};
    } catch (const pqxx::sql_error& error) {
        const auto state = state_of(error);
        const auto cause = first_line(error.what());
        if (is_broken(error)) throw ConnectionLost{what, cause, {}};
        if (state == "42501")
            throw Error{Setup, "database: {}: {}", what, cause}.with_hint(
                cause.find("create role") != std::string::npos
                    ? "run it once as a role with CREATEROLE, or have lazaret_milter, "
                      "lazaret_report, lazaret_portal and lazaret_admin made first"
                    : "this needs a role with more rights, for instance lazaret_admin");
        // Class 42: a statement of ours is wrong. Class 22 and 23: so are our values.
        if (state.starts_with("42") || state.starts_with("22") || state.starts_with("23"))
            throw Error{Bug, "database: {}: {} ({})", what, cause, state};
        throw Error{Unavailable, "database: {}: {} ({})", what, cause, state};
    } catch (const pqxx::failure& error) {
        throw Error{Unavailable, "database: {}: {}", what, first_line(error.what())};
    }
}

bool is_broken(const std::exception& error)
{
    if (dynamic_cast<const pqxx::broken_connection*>(&error) ||
        dynamic_cast<const pqxx::in_doubt_error*>(&error))
        return true;
    const auto* sql = dynamic_cast<const pqxx::sql_error*>(&error);
    if (!sql) return false;
    // None at all: the failure is libpq's own, the server never answered. 57P01..57P03: it is being
    // shut down, was, or is starting.
    const auto state = state_of(*sql);
    return state.empty() || state.starts_with("57P") || state.starts_with("08");
}

const std::string& Database::Session::prepared(const std::string& sql)
{
    const auto found = names_.find(sql);
    if (found != names_.end()) return found->second;
    const auto name = fmt::format("statement_{}", names_.size());
    connection->prepare(name, sql);
    return names_.emplace(sql, name).first->second;
}

bool Database::Session::may_try_again(const std::exception& error, int tries_left)
{
    const bool in_doubt = dynamic_cast<const pqxx::in_doubt_error*>(&error) ||
                          dynamic_cast<const pqxx::statement_completion_unknown*>(&error);
    const bool was_connected = connection != nullptr;
    const bool broken = is_broken(error);
    if (broken) connection.reset();
    if (in_doubt || tries_left == 0) return false;
    if (broken) return was_connected;
    return dynamic_cast<const pqxx::transaction_rollback*>(&error) != nullptr;
}

Database::Database(DatabaseConfig config, Now now) : session_{std::make_unique<Session>()}
{
    session_->config = std::move(config);
    session_->now = std::move(now);
    session_->connection = connect(session_->config);
}

Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;
Database::~Database() = default;

void note_audit(pqxx::transaction_base& transaction, TenantId tenant, const Actor& actor,
                std::string_view what, std::string_view subject, std::string_view detail)
{
    run(transaction,
        "insert into lazaret.audit (tenant_id, who, from_where, what, subject, detail) "
        "values ($1, $2, $3, $4, $5, $6)",
        tenant, valid_utf8(actor.name), valid_utf8(actor.from), what, valid_utf8(subject),
        valid_utf8(detail));
}

}  // namespace lazaret::store
