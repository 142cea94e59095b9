#include "quarantine-store/tenant_lists.hpp"

#include "base/text.hpp"
#include "quarantine-store/link/secret_token.hpp"
#include "quarantine-store/list_rows.hpp"
#include "quarantine-store/pg_connection.hpp"
#include "quarantine-store/pg_values.hpp"

namespace lazaret::store {
namespace {

std::string_view token(EntryChange change)
{
    switch (change) {
        case EntryChange::Enable: return "enable";
        case EntryChange::Disable: return "disable";
        case EntryChange::Remove: return "remove";
    }
    return "";
}

}  // namespace

std::vector<ListedEntry> TenantLists::entries(TenantId tenant)
{
    auto& session = database_.session();
    const auto hash = hash_of_token(token_);
    return session.transact("reading lists of a tenant", [&](pqxx::work& transaction) {
        const auto sql =
            statement_of({entry_columns,
                          "and lazaret.right_in_tenant($1, $2, lazaret.moment($3)) is not null "
                          "and e.tenant_id = $2 and lazaret.tenant_of_owner(e.owner) = $2 "
                          "and e.owner not like 'account:%' "
                          "order by e.kind, e.sender, e.owner, e.entry_id"});
        std::vector<ListedEntry> all;
        for (const auto& row :
             run(transaction, sql.c_str(), Bytes{hash}, tenant, micros(session.now())))
            all.push_back(listed_entry(row));
        return all;
    });
}

bool TenantLists::add(const NewEntry& entry, const std::string& client)
{
    auto& session = database_.session();
    const auto hash = hash_of_token(token_);
    const auto ends =
        entry.expires ? std::optional{std::to_string(micros(*entry.expires))} : std::nullopt;
    return session.transact("adding a list entry of a tenant", [&](pqxx::work& transaction) {
        return value<bool>(run(transaction,
                               "select lazaret.put_tenant_entry($1, $2, $3, $4, "
                               "lazaret.moment($5::bigint), $6, $7, lazaret.moment($8))",
                               Bytes{hash}, entry.owner.text(), lazaret::token(entry.kind),
                               entry.sender.text, ends, valid_utf8(entry.comment),
                               valid_utf8(client), micros(session.now()))[0][0]);
    });
}

EntryAnswer TenantLists::change(TenantId tenant, std::int64_t entry, EntryChange change,
                                const std::string& client)
{
    auto& session = database_.session();
    const auto hash = hash_of_token(token_);
    return session.transact("changing a list entry of a tenant", [&](pqxx::work& transaction) {
        const auto answer =
            text(run(transaction,
                     "select lazaret.change_tenant_entry($1, $2, $3, $4, $5, lazaret.moment($6))",
                     Bytes{hash}, tenant, entry, token(change), valid_utf8(client),
                     micros(session.now()))[0][0]);
        if (answer == "done") return EntryAnswer::Done;
        return answer == "gone" ? EntryAnswer::Gone : EntryAnswer::Foreign;
    });
}

}  // namespace lazaret::store
