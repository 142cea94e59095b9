#include "quarantine-store/tenant_settings.hpp"

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "quarantine-store/link/secret_token.hpp"
#include "quarantine-store/pg_connection.hpp"
#include "quarantine-store/pg_values.hpp"
#include "quarantine-store/realms.hpp"

namespace lazaret::store {
namespace {

// What counts above an owner; of the site the defaults.
std::vector<EffectiveSetting> settings_above(Directory& directory, const Owner& owner,
                                             TenantId tenant)
{
    std::vector<EffectiveSetting> defaults;
    for (const auto& one : all_settings()) defaults.push_back({one.name, one.standard, {}});
    if (owner.level == Level::Site) return defaults;
    const auto above = owner.level == Level::Domain ? Owner::tenant(tenant) : Owner::site();
    return directory.settings_of(above).value_or(defaults);
}

}  // namespace

std::vector<OwnedSetting> TenantSettings::settings(const Owner& owner, TenantId tenant)
{
    if (!Realms{database_, token_}.role_in(tenant, {})) return {};
    Directory directory{database_};
    const auto here = directory.settings_of(owner);
    if (!here) return {};
    std::vector<OwnedSetting> all;
    for (auto& one : settings_above(directory, owner, tenant))
        all.push_back({one.name, std::nullopt, std::move(one.value), one.winner});
    for (const auto& one : *here)
        for (auto& setting : all)
            if (setting.name == one.name && one.winner == owner) setting.own = one.value;
    return all;
}

bool TenantSettings::choose(const Owner& owner,
                            const std::map<std::string, std::optional<std::string>>& wanted,
                            const std::string& client)
{
    auto& session = database_.session();
    const auto hash = hash_of_token(token_);
    auto json = nlohmann::json::object();
    for (const auto& [name, value] : wanted)
        json[name] = value ? nlohmann::json(*value) : nlohmann::json();
    const auto text = json.dump();
    return session.transact("choosing settings of a tenant", [&](pqxx::work& transaction) {
        return value<bool>(
            run(transaction,
                "select lazaret.choose_for_tenant($1, $2, $3::jsonb, $4, lazaret.moment($5))",
                Bytes{hash}, owner.text(), text, valid_utf8(client), micros(session.now()))[0][0]);
    });
}

}  // namespace lazaret::store
