#include "quarantine-store/account_addresses.hpp"

#include "base/text.hpp"
#include "quarantine-store/link/secret_token.hpp"
#include "quarantine-store/pg_connection.hpp"
#include "quarantine-store/pg_values.hpp"
#include "quarantine-store/standing.hpp"

namespace lazaret::store {
namespace {

AddressAsked::Answer answer_of(const std::string& text)
{
    if (text == "asked") return AddressAsked::Answer::Asked;
    if (text == "own") return AddressAsked::Answer::Own;
    if (text == "foreign") return AddressAsked::Answer::Foreign;
    return AddressAsked::Answer::SessionOver;
}

}  // namespace

std::vector<std::string> AccountAddresses::domains(TenantId tenant)
{
    return database_.session().transact("listing domains", [&](pqxx::work& transaction) {
        std::vector<std::string> all;
        for (const auto& row : run(transaction,
                                   "select name from lazaret.domain where tenant_id = $1 and "
                                   "not gone order by name",
                                   tenant))
            all.push_back(text(row[0]));
        return all;
    });
}

AddressAsked AccountAddresses::ask(const std::string& session_token, const Address& address,
                                   const std::string& network)
{
    auto& session = database_.session();
    const auto hash = hash_of_token(session_token);
    return session.transact("asking for an address", [&](pqxx::work& transaction) {
        const auto row =
            run(transaction,
                "select answer, lazaret.micros(until) from "
                "lazaret.ask_address($1, $2, $3, lazaret.moment($4))",
                Bytes{hash}, mailbox_of(transaction, address), network, micros(session.now()))[0];
        return AddressAsked{answer_of(text(row[0])), maybe_moment(row[1])};
    });
}

std::optional<AddressOffer> AccountAddresses::of_link(const std::string& session_token,
                                                      const std::string& link_token)
{
    auto& session = database_.session();
    const auto hash = hash_of_token(session_token);
    const auto of_link = hash_of_token(link_token);
    return session.transact(
        "looking for a link", [&](pqxx::work& transaction) -> std::optional<AddressOffer> {
            const auto rows = run(transaction,
                                  "select address, held, ends_account, wants_code from "
                                  "lazaret.address_link_of($1, $2, lazaret.moment($3))",
                                  Bytes{hash}, Bytes{of_link}, micros(session.now()));
            if (rows.empty()) return std::nullopt;
            return AddressOffer{text(rows[0][0]), value<std::int64_t>(rows[0][1]),
                                value<bool>(rows[0][2]), value<bool>(rows[0][3])};
        });
}

std::optional<std::string> AccountAddresses::confirm(const std::string& session_token,
                                                     const std::string& link_token,
                                                     const std::string& client)
{
    auto& session = database_.session();
    const auto hash = hash_of_token(session_token);
    const auto of_link = hash_of_token(link_token);
    return session.transact(
        "adding an address", [&](pqxx::work& transaction) -> std::optional<std::string> {
            const auto rows =
                run(transaction,
                    "select address from "
                    "lazaret.use_address_link($1, $2, $3, lazaret.moment($4))",
                    Bytes{hash}, Bytes{of_link}, valid_utf8(client), micros(session.now()));
            if (rows.empty()) return std::nullopt;
            return text(rows[0][0]);
        });
}

bool AccountAddresses::remove(const std::string& session_token, const std::string& address,
                              const std::string& client)
{
    auto& session = database_.session();
    const auto hash = hash_of_token(session_token);
    return session.transact("removing an address", [&](pqxx::work& transaction) {
        return value<bool>(
            run(transaction, "select lazaret.remove_address($1, $2, $3, lazaret.moment($4))",
                Bytes{hash}, valid_utf8(address), valid_utf8(client), micros(session.now()))[0][0]);
    });
}

}  // namespace lazaret::store
