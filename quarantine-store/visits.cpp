#include "quarantine-store/visits.hpp"

#include "base/text.hpp"
#include "quarantine-store/link/secret_token.hpp"
#include "quarantine-store/pg_connection.hpp"
#include "quarantine-store/pg_values.hpp"
#include "quarantine-store/sessions.hpp"
#include "quarantine-store/standing.hpp"

namespace lazaret::store {
namespace {

VisitAnswer answer_of(const std::string& text)
{
    if (text == "begun") return VisitAnswer::Begun;
    if (text == "unknown") return VisitAnswer::Unknown;
    if (text == "own") return VisitAnswer::Own;
    if (text == "reason") return VisitAnswer::NoReason;
    return VisitAnswer::SessionOver;
}

Interest interest_of(const std::string& what)
{
    if (what == "trace") return Interest::Traced;
    if (what == "search") return Interest::Listed;
    return Interest::Looked;
}

std::vector<Visitor> visitors_from(const pqxx::result& rows)
{
    std::vector<Visitor> all;
    for (const auto& row : rows)
        all.push_back({moment(row[0]), text(row[1]), text(row[2]), interest_of(text(row[3]))});
    return all;
}

}  // namespace

VisitAnswer Visits::begin(const Address& address, const std::string& reason,
                          const std::string& client)
{
    auto& session = database_.session();
    const auto hash = hash_of_token(token_);
    const auto said = valid_utf8(reason);
    return session.transact("beginning a visit", [&](pqxx::work& transaction) {
        return answer_of(text(run(
            transaction, "select lazaret.begin_visit($1, $2, $3, $4, lazaret.moment($5))",
            Bytes{hash}, mailbox_of(transaction, address), cut_utf8(trimmed(said), longest_reason),
            valid_utf8(client), micros(session.now()))[0][0]));
    });
}

void Visits::end()
{
    const auto hash = hash_of_token(token_);
    database_.session().transact("ending a visit", [&](pqxx::work& transaction) {
        run(transaction, "select lazaret.end_visit($1)", Bytes{hash});
    });
}

std::optional<Actor> Visits::look(const Reference& copy, AccountId visitor,
                                  const std::string& client)
{
    auto& session = database_.session();
    const auto hash = hash_of_token(token_);
    return session.transact(
        "looking as a guest", [&](pqxx::work& transaction) -> std::optional<Actor> {
            const auto rows =
                run(transaction,
                    "select address, held from "
                    "lazaret.look_as_guest($1, $2, $3, $4, lazaret.moment($5))",
                    Bytes{hash}, visitor, copy.text(), valid_utf8(client), micros(session.now()));
            if (rows.empty()) return std::nullopt;
            const auto role = role_of_right(text(rows[0][1]));
            return Actor{text(rows[0][0]), client, role, role == Role::Recipient};
        });
}

std::vector<SharedAccount> Visits::hosts()
{
    auto& session = database_.session();
    const auto hash = hash_of_token(token_);
    return session.transact("looking for hosts", [&](pqxx::work& transaction) {
        std::vector<SharedAccount> all;
        for (const auto& row : run(transaction,
                                   "select address, gets_reports, is_asked "
                                   "from lazaret.hosts_of($1, lazaret.moment($2))",
                                   Bytes{hash}, micros(session.now())))
            all.push_back({text(row[0]), value<bool>(row[1]), value<bool>(row[2])});
        return all;
    });
}

bool Visits::answer_host(const std::string& address, bool agrees, const std::string& client)
{
    auto& session = database_.session();
    const auto hash = hash_of_token(token_);
    return session.transact("answering a host", [&](pqxx::work& transaction) {
        return value<bool>(run(transaction,
                               "select lazaret.answer_host($1, $2, $3, $4, lazaret.moment($5))",
                               Bytes{hash}, valid_utf8(address), agrees, valid_utf8(client),
                               micros(session.now()))[0][0]);
    });
}

std::vector<Visitor> Visits::visitors()
{
    auto& session = database_.session();
    const auto hash = hash_of_token(token_);
    return session.transact("looking for visitors", [&](pqxx::work& transaction) {
        return visitors_from(run(transaction,
                                 "select lazaret.micros(at), who, reason, what from "
                                 "lazaret.visitors_of($1, lazaret.moment($2))",
                                 Bytes{hash}, micros(session.now())));
    });
}

std::vector<Visitor> looks_at(Database& database, const Reference& copy)
{
    return database.session().transact("looking for looks", [&](pqxx::work& transaction) {
        return visitors_from(run(
            transaction, "select lazaret.micros(at), who, reason, 'look' from lazaret.looks_at($1)",
            copy.text()));
    });
}

}  // namespace lazaret::store
