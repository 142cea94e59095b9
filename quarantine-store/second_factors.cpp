#include "quarantine-store/second_factors.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "quarantine-store/link/secret_token.hpp"
#include "quarantine-store/pg_connection.hpp"
#include "quarantine-store/pg_values.hpp"
#include "quarantine-store/standing.hpp"

namespace lazaret::store {
namespace {

// Of a day, before anybody has to wait.
constexpr auto free_tries = "{5,30}";

std::string counted(const SignInAccount& whose)
{
    return fmt::format("code {}/{}", whose.tenant, whose.account);
}

std::string hex(const std::string& bytes)
{
    std::string text;
    for (const char one : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(one));
    return text;
}

std::vector<std::string> in_hex(const std::vector<std::string>& all)
{
    std::vector<std::string> texts;
    for (const auto& one : all) texts.push_back(hex(one));
    return texts;
}

std::optional<std::string> unless_empty(const std::string& text)
{
    return text.empty() ? std::nullopt : std::optional{text};
}

// A number that may be missing travels as text.
std::optional<std::string> step_of(const UsedCode& code)
{
    return code.step ? std::optional{std::to_string(*code.step)} : std::nullopt;
}

}  // namespace

std::optional<std::string> SecondFactors::begin(const SignInAccount& whose,
                                                const std::optional<std::string>& verified)
{
    auto& session = database_.session();
    const auto token = new_secret_token();
    const auto hash = hash_of_token(token);
    const bool begun = session.transact("asking for a code", [&](pqxx::work& transaction) {
        return value<bool>(run(transaction,
                               "select lazaret.want_code($1, $2, $3, $4, $5, lazaret.moment($6))",
                               whose.tenant, whose.account, whose.address, verified, Bytes{hash},
                               micros(session.now()))[0][0]);
    });
    if (!begun) return std::nullopt;
    return token;
}

std::optional<WantedFactor> SecondFactors::wanted(const std::string& token)
{
    auto& session = database_.session();
    const auto hash = hash_of_token(token);
    return session.transact(
        "looking for a factor", [&](pqxx::work& transaction) -> std::optional<WantedFactor> {
            const auto rows = run(transaction,
                                  "select tenant, account, address, secret from "
                                  "lazaret.factor_wanted($1, lazaret.moment($2))",
                                  Bytes{hash}, micros(session.now()));
            if (rows.empty()) return std::nullopt;
            return WantedFactor{
                {value<TenantId>(rows[0][0]), value<AccountId>(rows[0][1]), text(rows[0][2])},
                text(rows[0][3])};
        });
}

std::optional<std::string> SecondFactors::finish(const std::string& token, const UsedCode& code,
                                                 const SessionPlace& place, Moment expires)
{
    auto& session = database_.session();
    const auto of_first = hash_of_token(token);
    const auto made = new_secret_token();
    const auto hash = hash_of_token(made);
    const bool begun = session.transact("using a code", [&](pqxx::work& transaction) {
        return value<bool>(run(transaction,
                               "select lazaret.begin_with_code($1, $2::bigint, $3, $4, $5, $6, $7, "
                               "lazaret.moment($8), lazaret.moment($9))",
                               Bytes{of_first}, step_of(code), Bytes{code.recovery_hash},
                               unless_empty(code.new_secret), Bytes{hash}, valid_utf8(place.client),
                               valid_utf8(place.agent), micros(session.now()),
                               micros(expires))[0][0]);
    });
    if (!begun) return std::nullopt;
    return made;
}

std::optional<std::string> SecondFactors::begin_set_up(const SignInAccount& whose,
                                                       const std::string& verified)
{
    auto& session = database_.session();
    const auto token = new_secret_token();
    const auto hash = hash_of_token(token);
    const bool begun = session.transact("asking for a second step", [&](pqxx::work& transaction) {
        return value<bool>(run(transaction,
                               "select lazaret.want_step($1, $2, $3, $4, $5, lazaret.moment($6))",
                               whose.tenant, whose.account, whose.address, verified, Bytes{hash},
                               micros(session.now()))[0][0]);
    });
    if (!begun) return std::nullopt;
    return token;
}

std::optional<SignInAccount> SecondFactors::to_set_up(const std::string& token)
{
    auto& session = database_.session();
    const auto hash = hash_of_token(token);
    return session.transact(
        "looking who has no factor", [&](pqxx::work& transaction) -> std::optional<SignInAccount> {
            const auto rows = run(transaction,
                                  "select tenant, account, address from "
                                  "lazaret.step_wanted($1, lazaret.moment($2))",
                                  Bytes{hash}, micros(session.now()));
            if (rows.empty()) return std::nullopt;
            return SignInAccount{value<TenantId>(rows[0][0]), value<AccountId>(rows[0][1]),
                                 text(rows[0][2])};
        });
}

std::optional<std::string> SecondFactors::finish_set_up(const std::string& token,
                                                        const NewFactor& factor,
                                                        const SessionPlace& place, Moment expires)
{
    auto& session = database_.session();
    const auto of_first = hash_of_token(token);
    const auto made = new_secret_token();
    const auto hash = hash_of_token(made);
    const bool begun = session.transact("setting a factor up", [&](pqxx::work& transaction) {
        return value<bool>(run(transaction,
                               "select lazaret.begin_with_new_factor($1, $2, $3, $4::text[], $5, "
                               "$6, $7, lazaret.moment($8), lazaret.moment($9))",
                               Bytes{of_first}, factor.secret, factor.step,
                               text_array(in_hex(factor.recovery_hashes)), Bytes{hash},
                               valid_utf8(place.client), valid_utf8(place.agent),
                               micros(session.now()), micros(expires))[0][0]);
    });
    if (!begun) return std::nullopt;
    return made;
}

std::optional<Moment> SecondFactors::count_try(const SignInAccount& whose,
                                               const std::string& network)
{
    auto& session = database_.session();
    return session.transact("counting a code", [&](pqxx::work& transaction) {
        return maybe_moment(run(transaction,
                                "select lazaret.micros(lazaret.count_attempt($1::text[], "
                                "$2::int[], lazaret.moment($3)))",
                                text_array({counted(whose), "code " + network}), free_tries,
                                micros(session.now()))[0][0]);
    });
}

void SecondFactors::forgive(const SignInAccount& whose, const std::string& network)
{
    auto& session = database_.session();
    session.transact("forgetting codes", [&](pqxx::work& transaction) {
        run(transaction, "select lazaret.forgive_attempt($1, $2, lazaret.moment($3))",
            counted(whose), "code " + network, micros(session.now()));
    });
}

std::optional<StandingFactor> SecondFactors::of_session(const std::string& session_token)
{
    auto& session = database_.session();
    const auto hash = hash_of_token(session_token);
    return session.transact(
        "looking for one's factor", [&](pqxx::work& transaction) -> std::optional<StandingFactor> {
            const auto rows =
                run(transaction,
                    "select secret, lazaret.micros(made), codes_left, is_demanded from "
                    "lazaret.factor_of_session($1, lazaret.moment($2))",
                    Bytes{hash}, micros(session.now()));
            if (rows.empty()) return std::nullopt;
            return StandingFactor{text(rows[0][0]), moment(rows[0][1]),
                                  value<std::int64_t>(rows[0][2]), value<bool>(rows[0][3])};
        });
}

bool SecondFactors::set(const std::string& session_token,
                        const std::optional<std::string>& verified, const NewFactor& factor,
                        const std::string& client)
{
    auto& session = database_.session();
    const auto hash = hash_of_token(session_token);
    return session.transact("setting a factor up", [&](pqxx::work& transaction) {
        return value<bool>(run(transaction,
                               "select lazaret.set_factor($1, $2, $3, $4, $5::text[], $6, "
                               "lazaret.moment($7))",
                               Bytes{hash}, verified, factor.secret, factor.step,
                               text_array(in_hex(factor.recovery_hashes)), valid_utf8(client),
                               micros(session.now()))[0][0]);
    });
}

bool SecondFactors::remove(const std::string& session_token,
                           const std::optional<std::string>& verified, const UsedCode& code,
                           const std::string& client)
{
    auto& session = database_.session();
    const auto hash = hash_of_token(session_token);
    return session.transact("removing a factor", [&](pqxx::work& transaction) {
        return value<bool>(run(transaction,
                               "select lazaret.remove_factor($1, $2, $3::bigint, $4, $5, "
                               "lazaret.moment($6))",
                               Bytes{hash}, verified, step_of(code), Bytes{code.recovery_hash},
                               valid_utf8(client), micros(session.now()))[0][0]);
    });
}

}  // namespace lazaret::store
