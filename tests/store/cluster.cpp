#include "tests/store/cluster.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <cstdlib>

#include "quarantine-store/schema.hpp"

#if defined(__SANITIZE_ADDRESS__)
// libpqxx 6.4 loses the result of a statement during which the server went away.
extern "C" const char* __lsan_default_suppressions() { return "leak:libpqxx-6.4"; }
#endif

namespace lazaret::test {
namespace {

using Answer = CHandle<PGresult, PQclear>;

std::vector<std::vector<std::string>> table_of(const PGresult* answer)
{
    std::vector<std::vector<std::string>> table;
    for (int row = 0; row < PQntuples(answer); ++row) {
        auto& line = table.emplace_back();
        for (int column = 0; column < PQnfields(answer); ++column)
            line.emplace_back(PQgetvalue(answer, row, column),
                              static_cast<std::size_t>(PQgetlength(answer, row, column)));
    }
    return table;
}

void check(const PGresult* answer)
{
    const auto status = PQresultStatus(answer);
    if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) return;
    const auto* state = PQresultErrorField(answer, PG_DIAG_SQLSTATE);
    throw SqlFailed{PQresultErrorMessage(answer), state ? state : ""};
}

DatabaseConfig config_of(const std::string& database)
{
    DatabaseConfig config;
    config.connection = fmt::format("dbname={}", database);
    config.connect_timeout = std::chrono::seconds{2};
    return config;
}

void control_server(const char* action)
{
    const auto command = fmt::format(
        "pg_ctlcluster $(pg_lsclusters -h | awk -v p=\"$PGPORT\" "
        "'$3 == p {{ print $1, $2 }}') {} >/dev/null 2>&1",
        action);
    if (std::system(command.c_str()) != 0)
        throw std::runtime_error{fmt::format("the cluster did not {}", action)};
}

}  // namespace

Sql::Sql(const std::string& connection) : connection_{PQconnectdb(connection.c_str())}
{
    if (PQstatus(connection_.get()) != CONNECTION_OK)
        throw std::runtime_error{PQerrorMessage(connection_.get())};
}

std::vector<std::vector<std::string>> Sql::rows(const std::string& statement)
{
    const Answer answer{PQexec(connection_.get(), statement.c_str())};
    check(answer.get());
    return table_of(answer.get());
}

std::string Sql::one(const std::string& statement) { return rows(statement).at(0).at(0); }

void Sql::start(const std::string& statement)
{
    if (PQsendQuery(connection_.get(), statement.c_str()) != 1)
        throw std::runtime_error{PQerrorMessage(connection_.get())};
}

bool Sql::is_busy()
{
    PQconsumeInput(connection_.get());
    return PQisBusy(connection_.get()) == 1;
}

void Sql::finish()
{
    while (const Answer answer{PQgetResult(connection_.get())}) check(answer.get());
}

DatabaseConfig fresh_database()
{
    static const auto base = fmt::format("lazaret_test_{}", static_cast<long>(::getpid()));
    static int count = 0;
    Sql postgres{"dbname=postgres"};
    if (count == 0) {
        postgres.run(fmt::format("create database {}", base));
        store::upgrade_schema(config_of(base));
    }
    // That of the test case before: nobody uses it any more.
    postgres.run(fmt::format("drop database if exists {}_{} with (force)", base, count));
    const auto name = fmt::format("{}_{}", base, ++count);
    postgres.run(fmt::format("create database {} template {}", name, base));
    return config_of(name);
}

DatabaseConfig as_role(DatabaseConfig config, const std::string& role)
{
    config.connection += fmt::format(" options='-c role={}'", role);
    return config;
}

std::string everything(const DatabaseConfig& config, const std::string& of)
{
    Sql sql{config.connection};
    std::string tables;
    for (const auto& row : sql.rows("select relname from pg_class where relkind = 'r' and "
                                    "relnamespace = 'lazaret'::regnamespace"))
        tables += fmt::format("{0}select '{1}' as name, to_jsonb(t) as r from lazaret.{1} t",
                              tables.empty() ? "" : " union all ", row[0]);
    return sql.one(
        fmt::format("select coalesce(string_agg(name || ' ' || r, e'\\n' order by name, "
                    "r), '') from ({}) t where {}",
                    tables, of));
}

ServerStop::ServerStop()
{
    control_server("stop -m immediate");
    stopped_ = true;
}

void ServerStop::start()
{
    control_server("start");
    stopped_ = false;
}

ServerStop::~ServerStop()
{
    if (!stopped_) return;
    try {
        start();
    } catch (const std::exception&) {
        // The next test says that there is no server.
    }
}

}  // namespace lazaret::test
