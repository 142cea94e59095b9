#include "quarantine-store/trespass.hpp"

#include <fmt/format.h>

#include "base/records/settings.hpp"
#include "base/text.hpp"
#include "quarantine-store/link/secret_token.hpp"
#include "quarantine-store/pg_connection.hpp"
#include "quarantine-store/pg_values.hpp"
#include "quarantine-store/standing.hpp"

namespace lazaret::store {

bool note_trespass_on_entry(Database& database, TenantId tenant, AccountId account,
                            std::int64_t entry, const Actor& actor)
{
    return database.session().transact("looking whose an entry is", [&](pqxx::work& transaction) {
        const auto mine = Owner::account(account).text();
        const auto rows = run(transaction,
                              "select e.owner from lazaret.list_entry e where e.entry_id = $1 and "
                              "e.owner <> $2 and not exists (select from lazaret.address a "
                              "where a.tenant_id = $3 and a.account_id = $4 "
                              "and e.owner = 'address:' || a.address)",
                              entry, mine, tenant, account);
        if (rows.empty()) return false;
        note_audit(transaction, tenant, actor, "trespass", fmt::format("list entry:{}", entry),
                   fmt::format("{} named one of {}", mine, text(rows[0][0])));
        return true;
    });
}

bool note_trespass_on_lists(Database& database, TenantId tenant, AccountId account,
                            const std::string& owner, const Actor& actor)
{
    return database.session().transact("looking whose lists are", [&](pqxx::work& transaction) {
        const auto rows = run(transaction,
                              "select from lazaret.address a where $1 in ('address:' || a.address, "
                              "'account:' || a.account_id) and not (a.tenant_id = $2 and "
                              "a.account_id = $3) limit 1",
                              valid_utf8(owner), tenant, account);
        if (rows.empty()) return false;
        note_audit(transaction, tenant, actor, "trespass", "lists of " + owner,
                   fmt::format("{} named them", Owner::account(account).text()));
        return true;
    });
}

bool note_trespass_on_copies(Database& database, TenantId tenant, std::span<const Reference> copies,
                             const Actor& actor)
{
    std::vector<std::string> names;
    for (const auto& one : copies) names.push_back(one.text());
    if (names.empty()) return false;
    return database.session().transact("looking whose copies are", [&](pqxx::work& transaction) {
        const auto rows = run(transaction,
                              "select reference, tenant_id from lazaret.held_copy "
                              "where reference = any ($1::text[]) and tenant_id <> $2 limit 1",
                              text_array(names), tenant);
        if (rows.empty()) return false;
        note_audit(transaction, tenant, actor, "trespass", text(rows[0][0]),
                   fmt::format("named in tenant:{}, and is of tenant:{}", tenant,
                               value<TenantId>(rows[0][1])));
        return true;
    });
}

bool note_trespass_on_session(Database& database, const std::string& session_token,
                              std::int64_t session, const std::string& client)
{
    auto& connection = database.session();
    const auto hash = hash_of_token(session_token);
    return connection.transact("looking whose a session is", [&](pqxx::work& transaction) {
        return value<bool>(run(
            transaction, "select lazaret.note_trespass_on_session($1, $2, $3, lazaret.moment($4))",
            Bytes{hash}, session, valid_utf8(client), micros(connection.now()))[0][0]);
    });
}

}  // namespace lazaret::store
