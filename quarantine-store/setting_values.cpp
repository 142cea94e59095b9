#include "quarantine-store/setting_values.hpp"

#include <nlohmann/json.hpp>

#include "base/log.hpp"

namespace lazaret::store {

SettingValues values_of(const ChosenSettings& chosen)
{
    Settings settings;
    overlay(settings, chosen, Owner::site());
    SettingValues values;
    for (const auto& winner : settings.winners)
        values.emplace(winner.name, value_text(settings, winner.name));
    return values;
}

ChosenSettings chosen_of(const SettingValues& values)
{
    ChosenSettings chosen;
    for (const auto& [name, value] : values)
        if (const auto problem = choose(chosen, name, value))
            log::warning("setting not understood", {{"problem", *problem}});
    return chosen;
}

SettingValues values_of(std::string_view text)
{
    SettingValues values;
    const auto json = nlohmann::json::parse(text, nullptr, false);
    if (!json.is_object()) return values;
    for (const auto& [name, value] : json.items())
        if (value.is_string()) values.emplace(name, value.get<std::string>());
    return values;
}

ChosenSettings chosen_of(std::string_view json) { return chosen_of(values_of(json)); }

std::string json_of(const SettingValues& values) { return nlohmann::json(values).dump(); }

}  // namespace lazaret::store
