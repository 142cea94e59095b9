#include "quarantine-store/second_step_demands.hpp"

#include "base/text.hpp"
#include "quarantine-store/pg_connection.hpp"
#include "quarantine-store/pg_values.hpp"
#include "quarantine-store/standing.hpp"

namespace lazaret::store {

std::optional<std::int64_t> SecondStepDemands::demand(const Owner& owner, const Actor& actor)
{
    return database_.session().transact(
        "demanding a second step", [&](pqxx::work& transaction) -> std::optional<std::int64_t> {
            const auto tenant = tenant_of(transaction, owner);
            if (!tenant) return std::nullopt;
            return value<std::int64_t>(
                run(transaction, "select lazaret.demand_step($1, $2, $3, $4)", *tenant,
                    owner.text(), valid_utf8(actor.name), valid_utf8(actor.from))[0][0]);
        });
}

bool SecondStepDemands::free(const Owner& owner, const Actor& actor)
{
    return database_.session().transact("freeing of a second step", [&](pqxx::work& transaction) {
        return value<bool>(run(transaction, "select lazaret.free_step($1, $2, $3)", owner.text(),
                               valid_utf8(actor.name), valid_utf8(actor.from))[0][0]);
    });
}

std::vector<Owner> SecondStepDemands::all()
{
    return database_.session().transact("listing demands", [](pqxx::work& transaction) {
        std::vector<Owner> all;
        for (const auto& row : run(transaction,
                                   "select owner from lazaret.second_step_demand "
                                   "order by tenant_id, owner"))
            if (auto owner = owner_of(text(row[0]))) all.push_back(std::move(*owner));
        return all;
    });
}

std::vector<WithoutStep> SecondStepDemands::without()
{
    return database_.session().transact("listing who has no factor", [](pqxx::work& transaction) {
        std::vector<WithoutStep> all;
        for (const auto& row :
             run(transaction, "select address, is_demanded from lazaret.without_step()"))
            all.push_back({text(row[0]), value<bool>(row[1])});
        return all;
    });
}

}  // namespace lazaret::store
