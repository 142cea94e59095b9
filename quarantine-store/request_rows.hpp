#pragma once

#include <pqxx/pqxx>
#include <string_view>
#include <vector>

#include "quarantine-store/pg_connection.hpp"
#include "quarantine-store/pg_values.hpp"
#include "quarantine-store/requests.hpp"

namespace lazaret::store {

/// What request_of() reads, first in a `select` from lazaret.request as r.
inline constexpr auto request_columns =
    "select r.request_id, r.kind, r.state, r.tenant_id, r.reference, r.recipient, r.comment, "
    "r.subject, r.from_text, r.class, lazaret.micros(r.made), lazaret.micros(r.answered), "
    "r.answered_by, r.answer, r.account_id ";

/// A request from the first columns of a row. Throws Error{Bug} when the row has no reference.
Request request_of(const pqxx::row& row);
/// Whether request_of() can read it; if not, the log names the request. As is_readable() of held
/// copies: of many rows the one that is damaged is left out.
bool is_readable_request(const pqxx::row& row);

/// The requests that a condition leaves, as they stand in the order that it says.
template <class... Values>
std::vector<Request> requests_where(pqxx::transaction_base& transaction, std::string_view condition,
                                    const Values&... values)
{
    std::vector<Request> all;
    const auto sql = statement_of({request_columns, "from lazaret.request r ", condition});
    const auto rows = run(transaction, sql.c_str(), values...);
    for (const auto& row : rows)
        if (is_readable_request(row)) all.push_back(request_of(row));
    return all;
}

}  // namespace lazaret::store
