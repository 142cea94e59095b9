#include "quarantine-store/tenant_counts.hpp"

#include "quarantine-store/link/secret_token.hpp"
#include "quarantine-store/pg_connection.hpp"
#include "quarantine-store/pg_values.hpp"

namespace lazaret::store {

std::vector<CounterRow> TenantCounts::counters(Day since)
{
    auto& session = database_.session();
    const auto hash = hash_of_token(token_);
    return session.transact("counting a tenant", [&](pqxx::work& transaction) {
        std::vector<CounterRow> all;
        for (const auto& row :
             run(transaction,
                 "select day - date '1970-01-01', class, action, messages "
                 "from lazaret.tenant_counters($1, $2, $3::date, lazaret.moment($4))",
                 Bytes{hash}, tenant_, day_text(since), micros(session.now())))
            all.push_back({day(row[0]),
                           tenant_,
                           {},
                           class_of(text(row[1])).value_or(Class::Clean),
                           action_of(text(row[2])).value_or(Action::Deliver),
                           value<std::int64_t>(row[3])});
        return all;
    });
}

std::vector<RecipientCount> TenantCounts::top_recipients(Day since, std::size_t limit)
{
    auto& session = database_.session();
    const auto hash = hash_of_token(token_);
    return session.transact("counting recipients", [&](pqxx::work& transaction) {
        std::vector<RecipientCount> all;
        for (const auto& row :
             run(transaction,
                 "select mailbox, messages, held "
                 "from lazaret.top_recipients($1, $2, $3::date, $4, lazaret.moment($5))",
                 Bytes{hash}, tenant_, day_text(since), static_cast<int>(limit),
                 micros(session.now())))
            all.push_back({text(row[0]), value<std::int64_t>(row[1]), value<std::int64_t>(row[2])});
        return all;
    });
}

std::vector<SenderCount> TenantCounts::top_senders(Day since, bool newsletters, std::size_t limit)
{
    auto& session = database_.session();
    const auto hash = hash_of_token(token_);
    return session.transact("counting senders of a tenant", [&](pqxx::work& transaction) {
        std::vector<SenderCount> all;
        for (const auto& row :
             run(transaction,
                 "select sender, messages "
                 "from lazaret.tenant_senders($1, $2, $3::date, $4, $5, lazaret.moment($6))",
                 Bytes{hash}, tenant_, day_text(since), newsletters, static_cast<int>(limit),
                 micros(session.now())))
            all.push_back({text(row[0]), value<std::int64_t>(row[1])});
        return all;
    });
}

}  // namespace lazaret::store
