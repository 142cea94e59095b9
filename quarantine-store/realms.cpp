#include "quarantine-store/realms.hpp"

#include "base/text.hpp"
#include "quarantine-store/link/secret_token.hpp"
#include "quarantine-store/pg_connection.hpp"
#include "quarantine-store/pg_values.hpp"
#include "quarantine-store/sessions.hpp"

namespace lazaret::store {

std::vector<Realm> Realms::all()
{
    auto& session = database_.session();
    const auto hash = hash_of_token(token_);
    return session.transact("listing tenants", [&](pqxx::work& transaction) {
        std::vector<Realm> realms;
        for (const auto& row :
             run(transaction,
                 "select tenant, name from lazaret.tenants_of($1, $2, lazaret.moment($3))",
                 Bytes{hash}, static_cast<int>(most), micros(session.now())))
            realms.push_back({value<TenantId>(row[0]), text(row[1])});
        return realms;
    });
}

std::optional<Role> Realms::role_in(TenantId tenant, const std::string& client)
{
    auto& session = database_.session();
    const auto hash = hash_of_token(token_);
    return session.transact(
        "asking who administers", [&](pqxx::work& transaction) -> std::optional<Role> {
            const auto right =
                text(run(transaction, "select lazaret.right_in_tenant($1, $2, lazaret.moment($3))",
                         Bytes{hash}, tenant, micros(session.now()))[0][0]);
            if (!right.empty()) return role_of_right(right);
            run(transaction,
                "select lazaret.note_trespass_on_tenant($1, $2, $3, lazaret.moment($4))",
                Bytes{hash}, tenant, valid_utf8(client), micros(session.now()));
            return std::nullopt;
        });
}

void Realms::note_search(TenantId tenant, const std::string& looked_for, const std::string& mailbox,
                         const std::string& client)
{
    auto& session = database_.session();
    const auto hash = hash_of_token(token_);
    session.transact("noting a search", [&](pqxx::work& transaction) {
        run(transaction, "select lazaret.note_search($1, $2, $3, $4, $5, lazaret.moment($6))",
            Bytes{hash}, tenant, valid_utf8(looked_for), valid_utf8(mailbox), valid_utf8(client),
            micros(session.now()));
    });
}

}  // namespace lazaret::store
