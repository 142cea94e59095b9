#include "quarantine-store/sender_counts.hpp"

#include "quarantine-store/link/secret_token.hpp"
#include "quarantine-store/pg_connection.hpp"
#include "quarantine-store/pg_values.hpp"

namespace lazaret::store {

std::vector<SenderCount> top_senders(Database& database, const std::string& session_token,
                                     Day since, bool newsletters, std::size_t limit)
{
    auto& session = database.session();
    const auto hash = hash_of_token(session_token);
    return session.transact("counting senders", [&](pqxx::work& transaction) {
        std::vector<SenderCount> all;
        for (const auto& row : run(transaction,
                                   "select sender, messages from lazaret.top_senders($1, $2::date, "
                                   "$3, $4, lazaret.moment($5))",
                                   Bytes{hash}, day_text(since), newsletters,
                                   static_cast<int>(limit), micros(session.now())))
            all.push_back({text(row[0]), value<std::int64_t>(row[1])});
        return all;
    });
}

}  // namespace lazaret::store
