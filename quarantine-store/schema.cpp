#include "quarantine-store/schema.hpp"

#include <map>

#include "base/error.hpp"
#include "quarantine-store/pg_connection.hpp"
#include "quarantine-store/pg_values.hpp"
#include "quarantine-store/schema_steps.hpp"
#include "quarantine-store/upkeep.hpp"

namespace lazaret::store {
namespace {

using Applied = std::map<int, Moment>;

bool has_schema(pqxx::transaction_base& transaction)
{
    return !transaction
                .exec(
                    "select 1 from pg_class c join pg_namespace n on n.oid = c.relnamespace "
                    "where n.nspname = 'lazaret' and c.relname = 'schema_version'")
                .empty();
}

Applied applied_steps(pqxx::transaction_base& transaction)
{
    Applied applied;
    if (!has_schema(transaction)) return applied;
    const auto rows = transaction.exec(
        "select version, (extract(epoch from applied) * 1000000)::bigint "
        "from lazaret.schema_version");
    for (const auto& row : rows) applied.emplace(value<int>(row[0]), moment(row[1]));
    return applied;
}

void apply(pqxx::connection& connection, int number, const SchemaStep& step)
{
    pqxx::work transaction{connection};
    transaction.exec(std::string{step.sql});
    run(transaction, "insert into lazaret.schema_version (version, name) values ($1, $2)", number,
        step.name);
    transaction.commit();
}

// In another one there is no room for what strangers write: the first such message that is to be
// held would be put off until its sender gives up.
void refuse_other_encodings(pqxx::connection& connection)
{
    pqxx::nontransaction transaction{connection};
    const auto encoding = text(transaction.exec("show server_encoding")[0][0]);
    if (encoding == "UTF8") return;
    throw Error{Error::Kind::Setup, "database: its encoding is {}, not UTF8", encoding}.with_hint(
        "make it with createdb -E UTF8 --locale=C.UTF-8 -T template0 -O lazaret lazaret");
}

}  // namespace

int known_schema_version() { return static_cast<int>(schema_steps().size()); }

SchemaStatus schema_status(const DatabaseConfig& config)
{
    const auto connection = connect(config, SchemaCheck::Skip);
    try {
        pqxx::nontransaction transaction{*connection};
        const auto applied = applied_steps(transaction);
        SchemaStatus status;
        status.known = known_schema_version();
        if (!applied.empty()) status.present = applied.rbegin()->first;
        for (const auto& step : schema_steps()) {
            const auto number = static_cast<int>(status.steps.size()) + 1;
            const auto found = applied.find(number);
            status.steps.push_back({number, std::string{step.name}, std::nullopt});
            if (found != applied.end()) status.steps.back().applied = found->second;
        }
        return status;
    } catch (const std::exception&) {
        rethrow_as_error("looking at the schema");
    }
}

std::vector<std::string> upgrade_schema(const DatabaseConfig& config)
{
    // A step that rewrites a large table may take its time.
    auto patient = config;
    patient.statement_timeout = std::chrono::hours{24};
    const auto connection = connect(patient, SchemaCheck::Skip);
    std::vector<std::string> done;
    try {
        {
            pqxx::nontransaction transaction{*connection};
            // Held by the session until it ends: a second upgrade waits here, then finds nothing.
            transaction.exec("select pg_advisory_lock(7230947200)");
        }
        Applied applied;
        {
            pqxx::nontransaction transaction{*connection};
            applied = applied_steps(transaction);
        }
        // One that is in use goes on; doctor tells how to move it.
        if (applied.empty()) refuse_other_encodings(*connection);
        if (!applied.empty() && applied.rbegin()->first > known_schema_version())
            throw Error{Error::Kind::Setup,
                        "database: its schema is version {}, this program knows {}",
                        applied.rbegin()->first, known_schema_version()}
                .with_hint("upgrade this program");
        int number = 0;
        for (const auto& step : schema_steps()) {
            if (applied.contains(++number)) continue;
            apply(*connection, number, step);
            done.emplace_back(step.name);
        }
    } catch (const std::exception&) {
        rethrow_as_error("upgrading the schema");
    }
    Database database{config};
    UpkeepReport report;
    Upkeep{database}.make_partitions(report);
    return done;
}

}  // namespace lazaret::store
