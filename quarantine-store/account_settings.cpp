#include "quarantine-store/account_settings.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "quarantine-store/link/secret_token.hpp"
#include "quarantine-store/pg_connection.hpp"
#include "quarantine-store/pg_values.hpp"
#include "quarantine-store/standing.hpp"

namespace lazaret::store {
namespace {

bool is_chosen_by(const Settings& settings, std::string_view name, Level level)
{
    return std::ranges::any_of(settings.winners, [&](const auto& winner) {
        return winner.name == name && winner.owner.level == level;
    });
}

}  // namespace

std::vector<AccountChoice> AccountSettings::choices(const Address& address)
{
    return database_.session().transact("reading settings", [&](pqxx::work& transaction) {
        auto policy = policy_about(transaction, address);
        const auto found = policy_for(policy, address);
        if (found.account) policy.settings.erase(Owner::account(*found.account).text());
        const auto others = policy_for(policy, address).settings;
        std::vector<AccountChoice> all;
        for (const auto name : own_settings)
            all.push_back({std::string{name}, value_text(found.settings, name),
                           is_chosen_by(found.settings, name, Level::Account),
                           value_text(others, name)});
        return all;
    });
}

bool AccountSettings::choose(const std::string& session_token,
                             const std::map<std::string, std::optional<std::string>>& wanted,
                             const std::string& client)
{
    auto& session = database_.session();
    const auto hash = hash_of_token(session_token);
    auto json = nlohmann::json::object();
    for (const auto& [name, value] : wanted)
        json[name] = value ? nlohmann::json(*value) : nlohmann::json();
    const auto text = json.dump();
    return session.transact("choosing settings", [&](pqxx::work& transaction) {
        return value<bool>(run(
            transaction, "select lazaret.choose_settings($1, $2::jsonb, $3, lazaret.moment($4))",
            Bytes{hash}, text, valid_utf8(client), micros(session.now()))[0][0]);
    });
}

}  // namespace lazaret::store
