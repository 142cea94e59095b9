#include "quarantine-store/trespass.hpp"

#include <fmt/format.h>

#include "base/records/settings.hpp"
#include "base/text.hpp"
#include "quarantine-store/link/secret_token.hpp"
#include "quarantine-store/pg_connection.hpp"
#include "quarantine-store/pg_values.hpp"

namespace lazaret::store {

bool note_trespass_on_entry(Database& database, TenantId tenant, AccountId account,
                            std::int64_t entry, const Actor& actor)
{
    return database.session().transact("looking whose an entry is", [&](pqxx::work& transaction) {
        const auto mine = Owner::account(account).text();
        const auto rows = run(transaction,
                              "select owner from lazaret.list_entry where entry_id = $1 and "
                              "owner <> $2",
                              entry, mine);
        if (rows.empty()) return false;
        note_audit(transaction, tenant, actor, "trespass", fmt::format("list entry:{}", entry),
                   fmt::format("{} named one of {}", mine, text(rows[0][0])));
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
