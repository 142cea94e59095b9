#include "quarantine-store/accounts.hpp"

#include "quarantine-store/pg_connection.hpp"
#include "quarantine-store/pg_values.hpp"

namespace lazaret::store {

std::vector<std::string> addresses_of(Database& database, TenantId tenant, AccountId account)
{
    return database.session().transact("reading an account", [&](pqxx::work& transaction) {
        const auto rows =
            run(transaction, "select * from lazaret.addresses_of($1, $2)", tenant, account);
        std::vector<std::string> addresses;
        for (const auto& row : rows) addresses.push_back(text(row[0]));
        return addresses;
    });
}

std::vector<std::string> mailboxes_of(Database& database, TenantId tenant, AccountId account)
{
    return database.session().transact("reading an account", [&](pqxx::work& transaction) {
        std::vector<std::string> all;
        for (const auto& row :
             run(transaction, "select * from lazaret.mailboxes_of($1, $2)", tenant, account))
            all.push_back(text(row[0]));
        return all;
    });
}

}  // namespace lazaret::store
