#include "quarantine-store/passwords.hpp"

#include "base/records/networks.hpp"
#include "base/text.hpp"
#include "quarantine-store/link/secret_token.hpp"
#include "quarantine-store/pg_connection.hpp"
#include "quarantine-store/pg_values.hpp"
#include "quarantine-store/standing.hpp"

namespace lazaret::store {
namespace {

// Of a day, before anybody has to wait: a person mistypes, and a company shares one network.
constexpr auto free_tries = "{5,30}";
constexpr auto free_tries_of_network = "{30}";

// What may stand in a key; no address is longer.
std::string counted(std::string_view mailbox)
{
    return std::string{cut_utf8(valid_utf8(mailbox), 320)};
}

std::optional<SignInAccount> account_of(const pqxx::result& rows)
{
    if (rows.empty()) return std::nullopt;
    return SignInAccount{value<TenantId>(rows[0][0]), value<AccountId>(rows[0][1]),
                         text(rows[0][2])};
}

}  // namespace

std::optional<Moment> Passwords::count_try(const std::string& mailbox, const std::string& network)
{
    auto& session = database_.session();
    const auto of_network = "sign-in " + network;
    // What is no address is nobody's: strangers must not share one count for it.
    const bool is_address = !mailbox.empty();
    const auto keys = is_address ? text_array({"sign-in " + counted(mailbox), of_network})
                                 : text_array({of_network});
    const auto* free = is_address ? free_tries : free_tries_of_network;
    return session.transact("counting a try", [&](pqxx::work& transaction) {
        return maybe_moment(run(transaction,
                                "select lazaret.micros(lazaret.count_attempt($1::text[], "
                                "$2::int[], lazaret.moment($3)))",
                                keys, free, micros(session.now()))[0][0]);
    });
}

void Passwords::forgive(const std::string& mailbox, const std::string& network)
{
    auto& session = database_.session();
    session.transact("forgetting tries", [&](pqxx::work& transaction) {
        run(transaction, "select lazaret.forgive_attempt($1, $2, lazaret.moment($3))",
            "sign-in " + counted(mailbox), "sign-in " + network, micros(session.now()));
    });
}

void Passwords::take_back_try(const std::string& mailbox, const std::string& network)
{
    auto& session = database_.session();
    session.transact("taking a try back", [&](pqxx::work& transaction) {
        run(transaction, "select lazaret.uncount_attempt($1::text[], lazaret.moment($2))",
            text_array({"sign-in " + counted(mailbox), "sign-in " + network}),
            micros(session.now()));
    });
}

bool Passwords::is_ours(const std::string& mailbox)
{
    return database_.session().transact("looking for a domain", [&](pqxx::work& transaction) {
        return !run(transaction,
                    "select from lazaret.domain where name = split_part($1, '@', -1) and not gone",
                    mailbox)
                    .empty();
    });
}

std::optional<SignInAccount> Passwords::connected(const std::string& mailbox)
{
    return database_.session().transact("looking for an account", [&](pqxx::work& transaction) {
        return account_of(run(transaction,
                              "select tenant, account, $1::text from "
                              "lazaret.connected_account($1)",
                              mailbox));
    });
}

std::optional<KnownPassword> Passwords::find(const std::string& mailbox)
{
    return database_.session().transact(
        "looking for a password", [&](pqxx::work& transaction) -> std::optional<KnownPassword> {
            const auto rows =
                run(transaction,
                    "select tenant, account, $1::text, hash from lazaret.password_of($1)", mailbox);
            const auto whose = account_of(rows);
            if (!whose) return std::nullopt;
            return KnownPassword{*whose, text(rows[0][3])};
        });
}

std::optional<Moment> Passwords::ask_link(const std::string& mailbox, const std::string& network)
{
    auto& session = database_.session();
    return session.transact("asking for a link", [&](pqxx::work& transaction) {
        return maybe_moment(run(transaction,
                                "select lazaret.micros(lazaret.ask_password_link($1, $2, "
                                "lazaret.moment($3)))",
                                counted(mailbox), network, micros(session.now()))[0][0]);
    });
}

std::optional<SignInAccount> Passwords::of_link(const std::string& token)
{
    auto& session = database_.session();
    const auto hash = hash_of_token(token);
    return session.transact("looking for a link", [&](pqxx::work& transaction) {
        return account_of(run(transaction,
                              "select tenant, account, address from "
                              "lazaret.password_link_of($1, lazaret.moment($2))",
                              Bytes{hash}, micros(session.now())));
    });
}

std::optional<SignInAccount> Passwords::use_link(const std::string& token, const std::string& hash,
                                                 const std::string& client)
{
    auto& session = database_.session();
    const auto of_token = hash_of_token(token);
    return session.transact("setting a password", [&](pqxx::work& transaction) {
        return account_of(run(transaction,
                              "select tenant, account, address from "
                              "lazaret.use_password_link($1, $2, $3, lazaret.moment($4))",
                              Bytes{of_token}, hash, valid_utf8(client), micros(session.now())));
    });
}

bool Passwords::change(const std::string& session_token, const std::string& verified,
                       const std::string& hash, const std::string& client)
{
    auto& session = database_.session();
    const auto of_token = hash_of_token(session_token);
    return session.transact("changing a password", [&](pqxx::work& transaction) {
        return value<bool>(
            run(transaction, "select lazaret.change_password($1, $2, $3, $4, lazaret.moment($5))",
                Bytes{of_token}, verified, hash, valid_utf8(client), micros(session.now()))[0][0]);
    });
}

std::string network_of(std::string_view client)
{
    const auto network = Networks::neighbourhood_of(client);
    return network.empty() ? "unknown" : network;
}

}  // namespace lazaret::store
