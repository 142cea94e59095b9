#include "quarantine-store/administrators.hpp"

#include "quarantine-store/pg_connection.hpp"
#include "quarantine-store/pg_values.hpp"
#include "quarantine-store/standing.hpp"

namespace lazaret::store {
namespace {

std::string scope_text(TenantId over)
{
    return over == site_tenant ? std::string{"site"} : Owner::tenant(over).text();
}

}  // namespace

std::optional<TenantId> Administrators::add(const Address& address,
                                            const std::optional<Owner>& over, const Actor& actor)
{
    return database_.session().transact(
        "adding an administrator", [&](pqxx::work& transaction) -> std::optional<TenantId> {
            const auto tenant =
                tenant_of(transaction, over.value_or(Owner::domain(address.domain)));
            const auto found = policy_for(policy_about(transaction, address), address);
            if (!tenant || !found.tenant) return std::nullopt;
            run(transaction, "select lazaret.account_of($1, $2)", *found.tenant, found.mailbox);
            const auto made = run(transaction,
                                  "insert into lazaret.administrator (tenant_id, address, over) "
                                  "values ($1, $2, $3) on conflict do nothing returning over",
                                  *found.tenant, found.mailbox, *tenant);
            if (!made.empty())
                note_audit(transaction, *tenant, actor, "administrator added", found.mailbox,
                           scope_text(*tenant));
            return tenant;
        });
}

bool Administrators::remove(const Address& address, const std::optional<Owner>& over,
                            const Actor& actor)
{
    return database_.session().transact("removing an administrator", [&](pqxx::work& transaction) {
        const auto tenant = over ? tenant_of(transaction, *over) : std::nullopt;
        if (over && !tenant) return false;
        const auto gone = run(transaction,
                              "delete from lazaret.administrator where address in ($1, $2) "
                              "and ($3 or over = $4) returning address, over",
                              address.key(), mailbox_of(transaction, address), !over.has_value(),
                              tenant.value_or(site_tenant));
        for (const auto& row : gone)
            note_audit(transaction, value<TenantId>(row[1]), actor, "administrator removed",
                       text(row[0]), scope_text(value<TenantId>(row[1])));
        return !gone.empty();
    });
}

std::vector<Administrator> Administrators::list()
{
    return database_.session().transact("listing administrators", [&](pqxx::work& transaction) {
        std::vector<Administrator> all;
        for (const auto& row :
             run(transaction,
                 "select r.address, r.over, t.name "
                 "from lazaret.administrator r join lazaret.tenant t on t.tenant_id = r.over "
                 "order by 2, 1"))
            all.push_back({text(row[0]), value<TenantId>(row[1]), text(row[2])});
        return all;
    });
}

}  // namespace lazaret::store
