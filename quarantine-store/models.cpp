#include "quarantine-store/models.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "quarantine-store/model_steps.hpp"
#include "quarantine-store/pg_connection.hpp"
#include "quarantine-store/pg_values.hpp"

namespace lazaret::store {
namespace {

std::int64_t newest_version(pqxx::transaction_base& transaction)
{
    return value<std::int64_t>(transaction.exec(
        "select coalesce(max(version), 0) from lazaret.model where tenant_id = 0")[0][0]);
}

// Behind `known`, or from the newest whole snapshot up to `last`; ends with the first damaged one.
std::vector<ModelStep> steps_between(pqxx::transaction_base& transaction, std::int64_t known,
                                     std::int64_t last)
{
    std::vector<ModelStep> steps;
    // A snapshot takes a number as a delta does, and stands for all before it.
    const auto rows = run(transaction,
                          "select version, is_snapshot, bytes, sha256(bytes) = checksum "
                          "from lazaret.model where tenant_id = 0 and version <= $2 "
                          "and version > greatest($1, "
                          "  coalesce((select version - 1 from lazaret.model "
                          "  where tenant_id = 0 and is_snapshot and version > $1 "
                          "  and version <= $2 and sha256(bytes) = checksum "
                          "  order by version desc limit 1), 0)) "
                          "order by version",
                          known, last);
    for (const auto& row : rows) {
        const bool is_whole = value<bool>(row[3]);
        steps.push_back({value<std::int64_t>(row[0]), value<bool>(row[1]),
                         is_whole ? raw_bytes(row[2]) : std::string{}});
        if (!is_whole) break;
    }
    return steps;
}

}  // namespace

std::vector<ModelStep> newer_model_steps(pqxx::transaction_base& transaction, std::int64_t have)
{
    const auto newest = newest_version(transaction);
    if (newest == have) return {};
    // A model from the future is one of another database, or from before a restore.
    return steps_between(transaction, have > newest ? 0 : have, newest);
}

bool add_version(pqxx::work& transaction, std::int64_t base, bool is_snapshot,
                 const std::string& bytes, const std::string& note)
{
    transaction.exec("select pg_advisory_xact_lock(7230947202)");
    if (newest_version(transaction) != base) return false;
    run(transaction,
        "insert into lazaret.model (version, is_snapshot, bytes, checksum, note) "
        "values ($1, $2, $3, sha256($3), $4)",
        base + 1, is_snapshot, Bytes{bytes}, valid_utf8(note));
    transaction.exec("notify lazaret_policy");
    return true;
}

void keep_told(pqxx::work& transaction, TenantId tenant, AccountId account, const Digest& digest,
               std::int64_t until)
{
    run(transaction,
        "insert into lazaret.told_before (tenant_id, account_id, digest, since, until, told, "
        "step) select tenant_id, account_id, digest, told_since, $4, told, step "
        "from lazaret.vote where tenant_id = $1 and account_id = $2 and digest = $3 "
        "and told is not null and told_since < $4",
        tenant, account, bytes_of(digest), until);
}

std::int64_t Models::newest()
{
    return database_.session().transact("asking for the model", [](pqxx::work& transaction) {
        return newest_version(transaction);
    });
}

std::vector<ModelStep> Models::newer(std::int64_t have)
{
    return database_.session().transact("fetching the model", [&](pqxx::work& transaction) {
        return newer_model_steps(transaction, have);
    });
}

std::vector<ModelStep> Models::up_to(std::int64_t version)
{
    return database_.session().transact("fetching a model", [&](pqxx::work& transaction) {
        return steps_between(transaction, 0, version);
    });
}

std::optional<std::int64_t> Models::add(std::int64_t base, bool is_snapshot,
                                        const std::string& bytes, const std::string& note,
                                        std::span<const Told> told)
{
    return database_.session().transact(
        "adding a model", [&](pqxx::work& transaction) -> std::optional<std::int64_t> {
            if (!add_version(transaction, base, is_snapshot, bytes, note)) return std::nullopt;
            for (const auto& one : told) {
                keep_told(transaction, 0, 0, one.digest, base + 1);
                run(transaction,
                    "insert into lazaret.vote (tenant_id, account_id, digest, says, told, "
                    "told_since) values (0, 0, $1, $2, $2, $3) "
                    "on conflict (tenant_id, account_id, digest) do update set "
                    "says = excluded.says, told = excluded.told, "
                    "told_since = excluded.told_since, step = null, at = now()",
                    bytes_of(one.digest), one.label, base + 1);
            }
            return base + 1;
        });
}

std::vector<Told> Models::told(std::span<const Digest> digests)
{
    std::string array = "{";
    for (const auto& digest : digests) {
        if (array.size() > 1) array += ',';
        array += "\"\\\\x" + digest.hex() + '"';
    }
    array += '}';
    return database_.session().transact("asking what was learned", [&](pqxx::work& transaction) {
        std::vector<Told> known;
        const auto rows = run(transaction,
                              "select digest, told from lazaret.vote where tenant_id = 0 and "
                              "account_id = 0 and told is not null and digest = any ($1::bytea[])",
                              array);
        for (const auto& row : rows) {
            Told one;
            one.digest = digest_in(row[0]);
            one.label = text(row[1]);
            known.push_back(std::move(one));
        }
        return known;
    });
}

std::vector<ModelVersion> Models::list(std::size_t limit)
{
    return database_.session().transact("listing models", [&](pqxx::work& transaction) {
        std::vector<ModelVersion> all;
        const auto rows = run(transaction,
                              "select version, is_snapshot, length(bytes), lazaret.micros(made), "
                              "note from lazaret.model where tenant_id = 0 "
                              "order by version desc limit $1",
                              static_cast<std::int64_t>(limit));
        for (const auto& row : rows)
            all.push_back({value<std::int64_t>(row[0]), value<bool>(row[1]),
                           value<std::uint64_t>(row[2]), moment(row[3]), text(row[4])});
        return all;
    });
}

std::int64_t Models::prune(std::int64_t keep)
{
    return database_.session().transact("pruning models", [&](pqxx::work& transaction) {
        run(transaction,
            "delete from lazaret.told_before where until <= ("
            "  select min(version) from lazaret.model where tenant_id = 0)");
        const auto gone = run(transaction,
                              "delete from lazaret.model m where tenant_id = 0 and version < ("
                              "  select coalesce(max(version), 0) from lazaret.model "
                              "  where tenant_id = 0 and is_snapshot and version <= ("
                              "    select max(version) - $1 from lazaret.model "
                              "    where tenant_id = 0))",
                              keep);
        return static_cast<std::int64_t>(gone.affected_rows());
    });
}

}  // namespace lazaret::store
