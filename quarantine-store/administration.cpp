#include "quarantine-store/administration.hpp"

#include "base/text.hpp"
#include "quarantine-store/held_json.hpp"
#include "quarantine-store/link/secret_token.hpp"
#include "quarantine-store/passage_rows.hpp"
#include "quarantine-store/pg_connection.hpp"
#include "quarantine-store/pg_values.hpp"
#include "quarantine-store/request_rows.hpp"
#include "quarantine-store/sessions.hpp"
#include "quarantine-store/standing.hpp"

namespace lazaret::store {

std::optional<Role> Administration::role_on(std::int64_t request)
{
    auto& session = database_.session();
    const auto hash = hash_of_token(token_);
    return session.transact(
        "asking who administers", [&](pqxx::work& transaction) -> std::optional<Role> {
            const auto right =
                text(run(transaction, "select lazaret.right_on_request($1, $2, lazaret.moment($3))",
                         Bytes{hash}, request, micros(session.now()))[0][0]);
            if (right.empty()) return std::nullopt;
            return role_of_right(right);
        });
}

std::vector<Request> Administration::open_requests(std::size_t limit)
{
    auto& session = database_.session();
    const auto hash = hash_of_token(token_);
    return session.transact("listing requests", [&](pqxx::work& transaction) {
        // The right is asked of what is of his tenants only: it costs several look-ups a row.
        return requests_where(transaction,
                              "where state = 'open' and array[0, r.tenant_id] && array("
                              "select t.tenant from lazaret.tenants_of($1, 2147483647, "
                              "lazaret.moment($2)) t) and lazaret.right_on_request("
                              "$1, r.request_id, lazaret.moment($2)) is not null "
                              "order by made, request_id limit $3",
                              Bytes{hash}, micros(session.now()), static_cast<std::int64_t>(limit));
    });
}

bool Administration::answer(std::int64_t request, RequestState state, const std::string& words,
                            const std::string& client)
{
    auto& session = database_.session();
    const auto hash = hash_of_token(token_);
    const auto said = valid_utf8(words);
    return session.transact("answering a request", [&](pqxx::work& transaction) {
        return value<bool>(run(
            transaction, "select lazaret.answer_request_in($1, $2, $3, $4, $5, lazaret.moment($6))",
            Bytes{hash}, request, token(state), cut_utf8(said, Request::longest_answer),
            valid_utf8(client), micros(session.now()))[0][0]);
    });
}

std::vector<Passage> Administration::passages(const std::string& address, std::size_t limit,
                                              const std::string& client)
{
    auto& session = database_.session();
    const auto hash = hash_of_token(token_);
    return session.transact("tracing", [&](pqxx::work& transaction) {
        std::vector<Passage> all;
        const auto sql = statement_of(
            {passage_columns,
             "from lazaret.passages_for($1, $2::text[], $3, $4, $5, lazaret.moment($6))"});
        for (const auto& row : run(transaction, sql.c_str(), Bytes{hash}, mailboxes_of(address),
                                   recipient_key(address), static_cast<int>(limit),
                                   valid_utf8(client), micros(session.now())))
            all.push_back(passage_of(row));
        return all;
    });
}

}  // namespace lazaret::store
