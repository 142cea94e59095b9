#include "quarantine-store/delegates.hpp"

#include "base/text.hpp"
#include "quarantine-store/link/secret_token.hpp"
#include "quarantine-store/pg_connection.hpp"
#include "quarantine-store/pg_values.hpp"
#include "quarantine-store/standing.hpp"

namespace lazaret::store {
namespace {

DelegateAnswer answer_of(const std::string& text)
{
    if (text == "added") return DelegateAnswer::Added;
    if (text == "foreign") return DelegateAnswer::Foreign;
    if (text == "own") return DelegateAnswer::Own;
    if (text == "many") return DelegateAnswer::TooMany;
    return DelegateAnswer::SessionOver;
}

}  // namespace

std::vector<Delegate> Delegates::all()
{
    auto& session = database_.session();
    const auto hash = hash_of_token(token_);
    return session.transact("listing delegates", [&](pqxx::work& transaction) {
        std::vector<Delegate> all;
        for (const auto& row : run(transaction,
                                   "select address, gets_reports, has_agreed, sees_delivered from "
                                   "lazaret.delegates_of($1, lazaret.moment($2))",
                                   Bytes{hash}, micros(session.now())))
            all.push_back(
                {text(row[0]), value<bool>(row[1]), value<bool>(row[2]), value<bool>(row[3])});
        return all;
    });
}

DelegateAnswer Delegates::add(const Address& address, const std::string& client)
{
    auto& session = database_.session();
    const auto hash = hash_of_token(token_);
    return session.transact("adding a delegate", [&](pqxx::work& transaction) {
        return answer_of(text(run(
            transaction, "select lazaret.add_delegate($1, $2, $3, lazaret.moment($4))", Bytes{hash},
            mailbox_of(transaction, address), valid_utf8(client), micros(session.now()))[0][0]));
    });
}

bool Delegates::remove(const std::string& address, const std::string& client)
{
    return was_one("removing a delegate",
                   "select lazaret.remove_delegate($1, $2, $3, lazaret.moment($4))", address,
                   client);
}

bool Delegates::send_reports_to(const std::string& address, const std::string& client)
{
    return was_one("choosing who gets reports",
                   "select lazaret.send_reports_to($1, $2, $3, lazaret.moment($4))", address,
                   client);
}

bool Delegates::show_delivered_to(const std::string& address, bool is_shown,
                                  const std::string& client)
{
    return was_one("choosing who sees what was delivered",
                   is_shown
                       ? "select lazaret.show_delivered_to($1, $2, true, $3, lazaret.moment($4))"
                       : "select lazaret.show_delivered_to($1, $2, false, $3, lazaret.moment($4))",
                   address, client);
}

bool Delegates::was_one(const char* doing, const char* statement, const std::string& address,
                        const std::string& client)
{
    auto& session = database_.session();
    const auto hash = hash_of_token(token_);
    return session.transact(doing, [&](pqxx::work& transaction) {
        return value<bool>(run(transaction, statement, Bytes{hash}, valid_utf8(address),
                               valid_utf8(client), micros(session.now()))[0][0]);
    });
}

}  // namespace lazaret::store
