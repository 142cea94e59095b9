#include <fmt/format.h>
#include <sysexits.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/records/actions.hpp"
#include "base/words/words.hpp"
#include "quarantine-store/crossed_scores.hpp"
#include "quarantine-store/directory.hpp"
#include "tools/lazaretctl/arguments.hpp"
#include "tools/lazaretctl/commands.hpp"
#include "tools/lazaretctl/explain.hpp"
#include "tools/lazaretctl/json_output.hpp"
#include "tools/lazaretctl/owner.hpp"
#include "tools/lazaretctl/table.hpp"
#include "tools/lazaretctl/terminal_text.hpp"

namespace lazaret::tools {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
    std::string owner = "*";
    std::string name, value;
    bool json = false;
};

/// Throws Error{Usage} when there is no such setting.
void require_setting(const std::string& name)
{
    const auto& rows = all_settings();
    if (std::any_of(rows.begin(), rows.end(), [&](const auto& row) { return row.name == name; }))
        return;
    throw Error{Error::Kind::Usage, "{:?} is not a setting", name}.with_hint(
        "'lazaretctl settings list' shows all of them");
}

/// Throws Error{Usage} for a time zone that nobody knows. One that was chosen before is kept, and
/// counts as UTC: only the time zones of this host can say which there are.
void require_time_zone(const std::string& zone)
{
    if (zone.empty() || is_time_zone(zone)) return;
    throw Error{Error::Kind::Usage, "{:?} is not a time zone", zone}.with_hint(
        "a name such as Europe/Zurich; 'timedatectl list-timezones' shows them");
}

[[noreturn]] void refuse_owner(const Owner& owner, store::DirectoryFault fault)
{
    throw Error{Error::Kind::Usage, "{}: {}", owner_text(owner), sentence(fault)}.with_hint(
        "'lazaretctl domain list' shows what is protected");
}

void print_json_of(const std::vector<SettingInfo>& rows)
{
    auto json = Json::array();
    for (const auto& row : rows)
        json.push_back({{"name", row.name},
                        {"default", row.standard},
                        {"values", row.values},
                        {"sentence", row.sentence}});
    print_json(json);
}

void print_actions()
{
    Table table{{{"ACTION"}, {"WHAT IS DONE WITH THE MESSAGE"}}};
    for (const auto& row : all_actions())
        table.add({std::string{row.token}, std::string{row.sentence}});
    fmt::print("{}", table.text(0));
}

int list(const Options& options)
{
    if (!options.name.empty()) require_setting(options.name);
    auto rows = all_settings();
    if (!options.name.empty())
        std::erase_if(rows, [&](const auto& row) { return row.name != options.name; });
    if (options.json) {
        print_json_of(rows);
        return 0;
    }
    for (const auto& row : rows)
        fmt::print("{}\n    {}\n    may be: {}\n    default: {}\n\n", row.name, row.sentence,
                   row.values, row.standard.empty() ? "(empty)" : row.standard);
    const auto is_action = [](const auto& row) { return row.name.starts_with("action."); };
    if (std::any_of(rows.begin(), rows.end(), is_action)) print_actions();
    return 0;
}

std::vector<store::EffectiveSetting> settings_of(const Options& options, const Context& context)
{
    if (!options.name.empty()) require_setting(options.name);
    const auto owner = owner_argument(options.owner);
    auto settings = store::Directory{*context.database}.settings_of(owner);
    if (!settings) refuse_owner(owner, settings.error());
    if (!options.name.empty())
        std::erase_if(*settings, [&](const auto& row) { return row.name != options.name; });
    return *std::move(settings);
}

int get(const Options& options, const Context& context)
{
    const auto settings = settings_of(options, context);
    if (options.json) {
        auto json = Json::array();
        for (const auto& row : settings)
            json.push_back({{"name", row.name},
                            {"value", row.value},
                            {"chosen_by", row.winner ? Json(owner_text(*row.winner)) : Json()}});
        print_json(json);
        return 0;
    }
    if (!options.name.empty()) {  // one value, for scripts
        for (const auto& row : settings) fmt::print("{}\n", row.value);
        return 0;
    }
    Table table{
        {{"SETTING"}, {"VALUE", false, 10}, {"CHOSEN BY", false, 12}, {"MAY BE", false, 10}}};
    for (const auto& row : settings) {
        const auto& rows = all_settings();
        const auto known = std::find_if(rows.begin(), rows.end(),
                                        [&](const auto& each) { return each.name == row.name; });
        table.add({row.name, row.value, row.winner ? owner_words(*row.winner) : "(default)",
                   known == rows.end() ? "" : known->values});
    }
    fmt::print("{}", table.text(terminal_columns()));
    return 0;
}

void warn_when_nothing_is_held(const std::vector<store::EffectiveSetting>& settings,
                               const Owner& owner)
{
    const auto crossed = store::crossed_scores(settings);
    if (!crossed) return;
    fmt::print(
        stderr,
        "lazaretctl: warning: hold_at is {} and refuse_at {} for {}: what is spam is certain "
        "to be, and never only held\nhint: lazaretctl settings set {} refuse_at NUMBER\n",
        crossed->hold_at, crossed->refuse_at, owner_words(owner), owner_text(owner));
}

int set(const Options& options, const Context& context)
{
    require_setting(options.name);
    if (options.name == "time_zone") require_time_zone(options.value);
    const auto owner = owner_argument(options.owner);
    store::Directory directory{*context.database};
    const auto before = directory.settings_of(owner);
    if (!before) refuse_owner(owner, before.error());
    const auto problem = directory.set(owner, options.name, options.value, acting_person());
    if (problem) throw Error{Error::Kind::Usage, "{}", *problem};
    fmt::print("{} is {} now for {}.\n", options.name, options.value, owner_words(owner));
    if (options.name != "hold_at" && options.name != "refuse_at") return 0;
    if (const auto now = directory.settings_of(owner)) warn_when_nothing_is_held(*now, owner);
    return 0;
}

int unset(const Options& options, const Context& context)
{
    require_setting(options.name);
    const auto owner = owner_argument(options.owner);
    if (store::Directory{*context.database}.unset(owner, options.name, acting_person()))
        fmt::print("{} is no longer chosen by {}.\n", options.name, owner_words(owner));
    else fmt::print("{} had not chosen {}.\n", owner_words(owner), options.name);
    return 0;
}

}  // namespace

Run define_settings_list(CommandOptions& options)
{
    const auto chosen = std::make_shared<Options>();
    options.add_option("NAME", chosen->name, "only this setting");
    add_json_option(options, chosen->json);
    return [chosen](const Context&) { return list(*chosen); };
}

Run define_settings_get(CommandOptions& options)
{
    const auto chosen = std::make_shared<Options>();
    options.add_option("OWNER", chosen->owner, "an address, @domain, or '*' for the site")
        .with_default();
    options.add_option("NAME", chosen->name, "only this setting, and only its value");
    add_json_option(options, chosen->json);
    return [chosen](const Context& context) { return get(*chosen, context); };
}

Run define_settings_set(CommandOptions& options)
{
    const auto chosen = std::make_shared<Options>();
    options.add_option("OWNER", chosen->owner, "an address, @domain, or '*' for the site")
        .required();
    options.add_option("NAME", chosen->name, "as 'settings list' shows it").required();
    options.add_option("VALUE", chosen->value, "what it shall be").required();
    return [chosen](const Context& context) { return set(*chosen, context); };
}

Run define_settings_unset(CommandOptions& options)
{
    const auto chosen = std::make_shared<Options>();
    options.add_option("OWNER", chosen->owner, "an address, @domain, or '*' for the site")
        .required();
    options.add_option("NAME", chosen->name, "as 'settings list' shows it").required();
    return [chosen](const Context& context) { return unset(*chosen, context); };
}

}  // namespace lazaret::tools
