#pragma once

#include <libpq-fe.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/config/configuration.hpp"
#include "base/handle.hpp"

/// The PostgreSQL cluster that pg_virtualenv made for this run. Tests speak libpq to it, so that
/// they can do what the store would not.
namespace lazaret::test {

/// A statement that failed, with the SQLSTATE in `state`.
struct SqlFailed : std::runtime_error {
    SqlFailed(const std::string& text, std::string code)
        : runtime_error{text}, state{std::move(code)}
    {
    }
    std::string state;
};

/// A plain connection.
class Sql {
public:
    explicit Sql(const std::string& connection);

    /// Runs it; all rows, NULL as empty text. Throws SqlFailed.
    std::vector<std::vector<std::string>> rows(const std::string& statement);
    /// The first field of the first row.
    std::string one(const std::string& statement);
    void run(const std::string& statement) { rows(statement); }
    /// Sends a statement whose answer finish() waits for.
    void start(const std::string& statement);
    [[nodiscard]] bool is_busy();
    void finish();

private:
    CHandle<PGconn, PQfinish> connection_;
};

/// An empty database of its own with the schema in it, made from a template.
DatabaseConfig fresh_database();

/// The same, acting as one of the four roles.
DatabaseConfig as_role(DatabaseConfig config, const std::string& role);

/// All that stands in the tables of schema lazaret, a line a row: what happens there changes it,
/// and no table is forgotten.
/// @param of  a condition on the table's `name` and the row `r`, which is jsonb.
std::string everything(const DatabaseConfig& config, const std::string& of = "true");

/// Stops and starts the server; the destructor starts it in any case.
class ServerStop {
public:
    ServerStop();
    ~ServerStop();
    ServerStop(const ServerStop&) = delete;
    ServerStop& operator=(const ServerStop&) = delete;
    void start();

private:
    bool stopped_ = false;
};

}  // namespace lazaret::test
