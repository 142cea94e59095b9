#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/html/shown_text.hpp"
#include "base/text.hpp"
#include "portal/account/frame.hpp"
#include "portal/account/list_rows.hpp"
#include "portal/account/pages.hpp"
#include "portal/account/settings_form.hpp"
#include "portal/form.hpp"
#include "portal/notice.hpp"
#include "portal/wording.hpp"
#include "quarantine-store/crossed_scores.hpp"
#include "quarantine-store/setting_values.hpp"
#include "quarantine-store/tenant_settings.hpp"

namespace lazaret::portal {
namespace {

using Fields = std::map<std::string, std::string>;
using Choices = std::vector<std::pair<std::string, std::string>>;

constexpr std::string_view of_action = "action.";
constexpr std::string_view of_retention = "retention.";

enum class Part { Scores, Actions, Retention, Language, Reports };
constexpr std::array parts{Part::Scores, Part::Actions, Part::Retention, Part::Language,
                           Part::Reports};

// Which part of the page a setting stands in; none: it is not chosen here.
std::optional<Part> part_of(std::string_view name)
{
    if (name == "hold_at" || name == "refuse_at") return Part::Scores;
    if (name.starts_with(of_action)) return Part::Actions;
    if (name.starts_with(of_retention)) return Part::Retention;
    for (const auto& field : settings_fields())
        if (field.name == name)
            return field.group == SettingsGroup::Reports ? Part::Reports : Part::Language;
    return std::nullopt;
}

std::string title_of(const Words& words, Part part)
{
    switch (part) {
        case Part::Scores: return words("From which score on");
        case Part::Actions: return words("What is done with mail");
        case Part::Retention: return words("How many days held mail is kept");
        case Part::Language: return group_title(words, SettingsGroup::Language);
        case Part::Reports: return group_title(words, SettingsGroup::Reports);
    }
    return {};
}

std::string label_of(const Words& words, std::string_view name)
{
    if (name == "hold_at") return words("Spam");
    if (name == "refuse_at") return words("Certain spam");
    for (const auto prefix : {of_action, of_retention})
        if (name.starts_with(prefix))
            if (const auto id = class_of(name.substr(prefix.size()))) return class_name(words, *id);
    return field_label(words, name);
}

std::string action_label(const Words& words, Action action)
{
    switch (action) {
        case Action::Deliver: return words("deliver it");
        case Action::Tag: return words("deliver it, marked in the subject");
        case Action::Hold: return words("hold it");
        case Action::Refuse: return words("refuse it");
        case Action::RefuseKeep: return words("refuse it, and keep a copy");
        case Action::Discard: return words("delete it, and tell nobody");
        case Action::Later: return words("ask its sender to come again, then hold it");
    }
    return {};
}

std::string value_name(const Words& words, std::string_view name, const std::string& value)
{
    if (name.starts_with(of_action)) {
        const auto action = action_of(value);
        return action ? action_label(words, *action) : value;
    }
    const auto part = part_of(name);
    if (part == Part::Scores || part == Part::Retention) return value;
    return value_label(words, name, value);
}

// A virus reaches nobody: neither as it is, nor marked.
Choices choices_for(const Words& words, std::string_view name)
{
    if (!name.starts_with(of_action)) return choices_of(words, name);
    Choices all;
    for (const auto action : {Action::Deliver, Action::Tag, Action::Hold, Action::Refuse,
                              Action::RefuseKeep, Action::Discard, Action::Later}) {
        if (action == Action::Later && name != "action.unscanned") continue;
        if (name == "action.virus" && (action == Action::Deliver || action == Action::Tag))
            continue;
        all.emplace_back(std::string{token(action)}, action_label(words, action));
    }
    return all;
}

bool is_typed(std::string_view name)
{
    const auto part = part_of(name);
    return part == Part::Scores || part == Part::Retention;
}

std::string inherited_text(const Words& words, const store::OwnedSetting& setting)
{
    const std::map<std::string, std::string> with{
        {"value", value_name(words, setting.name, setting.inherited)}};
    if (!setting.inherited_from) return words("{value} (the default)", with);
    return setting.inherited_from->level == Level::Site
               ? words("{value} (set for all of the site)", with)
               : words("{value} (set for the tenant)", with);
}

bool is_offered(const Words& words, std::string_view name, const std::string& value)
{
    if (is_typed(name) || name == "time_zone") return name != "time_zone" || is_time_zone(value);
    return std::ranges::any_of(choices_for(words, name),
                               [&](const auto& one) { return one.first == value; });
}

struct Said {
    std::map<std::string, std::string> problems{};  // by setting
    Fields written{};
    bool is_done = false;
};

std::string shown_value(const store::OwnedSetting& setting, const Said& said)
{
    if (said.written.contains(setting.name)) return field(said.written, setting.name);
    return setting.own.value_or(std::string{});
}

void add_select(Fill& row, const Words& words, const store::OwnedSetting& setting,
                const std::string& chosen)
{
    auto& select = row.add("CHOSEN_OF");
    const auto add = [&](const std::string& value, const std::string& name) {
        auto& option = select.add("OPTION");
        option.set("VALUE", value).set("NAME", name);
        if (value == chosen) option.show("CHOSEN");
    };
    add("", inherited_text(words, setting));
    bool is_offered = chosen.empty();
    for (const auto& [value, name] : choices_for(words, setting.name)) {
        add(value, name);
        is_offered = is_offered || value == chosen;
    }
    // One that somebody set by other means stays until something else is chosen.
    if (!is_offered) add(chosen, value_name(words, setting.name, chosen));
}

void add_setting(Fill& part, const Words& words, const store::OwnedSetting& setting,
                 const Said& said)
{
    auto id = setting.name;
    std::ranges::replace(id, '.', '-');
    auto& row = part.add("FIELD");
    row.set("FIELD_NAME", setting.name).set("ID", id).set("LABEL", label_of(words, setting.name));
    const auto value = shown_value(setting, said);
    const auto problem = said.problems.find(setting.name);
    if (problem != said.problems.end()) {
        row.show("REFUSED");
        row.add("FIELD_PROBLEM").set("TEXT", problem->second);
    }
    if (!is_typed(setting.name)) return add_select(row, words, setting, value);
    row.add("TYPED")
        .set("VALUE", shown_line(value, 20))
        .set("HINT", words("Empty: {value}", {{"value", inherited_text(words, setting)}}));
}

std::string title_of(const Words& words, const Visit& visit)
{
    return visit.realm->realm.is_site()
               ? words("Settings of all of the site")
               : words("Settings of {tenant}",
                       {{"tenant", shown_line(visit.realm->realm.name, longest_shown)}});
}

// Not refused: it is saved by the command as well.
void add_crossed_scores(Fill& fill, const Words& words,
                        const std::vector<store::OwnedSetting>& settings)
{
    std::vector<store::EffectiveSetting> effective;
    for (const auto& one : settings)
        effective.push_back({one.name, one.own.value_or(one.inherited), std::nullopt});
    if (const auto crossed = store::crossed_scores(effective))
        fill.add("CROSSED").set(
            "TEXT", words("Certain spam begins at {certain}, below spam at {spam}: all spam is "
                          "treated as certain spam.",
                          {{"certain", fmt::format("{}", crossed->refuse_at)},
                           {"spam", fmt::format("{}", crossed->hold_at)}}));
}

Response page(const Site& site, store::Database& database, const Visit& visit, const Owner& owner,
              const std::vector<Owner>& owners, const Said& said)
{
    const auto reader = reader_of(site, database, visit.visitor());
    const auto& words = reader.words;
    auto fill = account_fill(site, reader, visit, AccountPage::Settings, title_of(words, visit));
    fill.set("SAVE", fmt::format("{}{}/settings", site.prefix, visit.path()));
    fill.set("L_SAVE", words("Save"));
    fill.set("T_SETTINGS",
             words("What is left open here is inherited. A domain's choice goes before "
                   "its tenant's, and a person's before that of his domain."));
    fill.set("OWNER", owner.text());
    if (!said.problems.empty())
        fill.add("PROBLEM").set("TEXT", words("Nothing was changed: see what is said below."));
    if (said.is_done) fill.add("DONE").set("TEXT", words("The settings were saved."));
    if (owners.size() > 1) add_owner_choice(fill, words, owners, owner.text());
    const auto settings =
        store::TenantSettings{database, visit.realm->session_token}.settings(owner, visit.tenant);
    add_crossed_scores(fill, words, settings);
    for (const auto part : parts) {
        auto& group = fill.add("GROUP");
        group.set("GROUP_TITLE", title_of(words, part));
        for (const auto& setting : settings)
            if (part_of(setting.name) == part) add_setting(group, words, setting, said);
    }
    auto response = account_response(site, "account_tenant_settings.html", fill);
    if (!said.problems.empty()) response.status = 422;
    return response;
}

// What the form asks for: by the same check as the command's, and only what is offered.
std::map<std::string, std::optional<std::string>> wanted_of(
    const Words& words, const std::vector<store::OwnedSetting>& settings, Said& said)
{
    std::map<std::string, std::optional<std::string>> wanted;
    for (const auto& setting : settings) {
        const auto& name = setting.name;
        if (!part_of(name) || !said.written.contains(name)) continue;
        const auto value = std::string{trimmed(field(said.written, name))};
        ChosenSettings one;
        if (value.empty()) wanted[name] = std::nullopt;
        else if (value == setting.own) continue;
        else if (choose(one, name, value) || !is_offered(words, name, value)) {
            const auto& all = all_settings();
            const auto info = std::ranges::find(all, name, &SettingInfo::name);
            said.problems[name] =
                words("This cannot stand here; it may be: {values}", {{"values", info->values}});
        } else {
            // In one form: numbers are read in more than are kept.
            wanted[name] = store::values_of(one).at(name);
        }
    }
    return wanted;
}

Response save(const Site& site, store::Database& database, const Visit& visit, const Owner& owner,
              const std::vector<Owner>& owners, const Request& request)
{
    const auto reader = reader_of(site, database, visit.visitor());
    store::TenantSettings store{database, visit.realm->session_token};
    Said said{.written = request.form};
    const auto wanted = wanted_of(reader.words, store.settings(owner, visit.tenant), said);
    if (!said.problems.empty()) return page(site, database, visit, owner, owners, said);
    if (!store.choose(owner, wanted, request.client)) return nothing_here(site, reader);
    return see_other(fmt::format("{}{}/settings{}&owner={}&done=saved", site.prefix, visit.path(),
                                 realm_query(visit), in_query(owner.text())));
}

}  // namespace

Response tenant_settings_place(const Site& site, const Request& request)
{
    return in_realm(site, request, [&](store::Database& database, const Visit& visit) {
        const auto owners = owners_of(database, visit);
        const bool is_post = request.method == Method::Post;
        const auto said = field(is_post ? request.form : request.query, "owner");
        const auto owner = said.empty() && !is_post ? owners.begin()
                                                    : std::ranges::find(owners, said, &Owner::text);
        if (owner == owners.end())
            return nothing_here(site, reader_of(site, database, visit.visitor()));
        if (is_post) return save(site, database, visit, *owner, owners, request);
        return page(site, database, visit, *owner, owners,
                    {.is_done = field(request.query, "done") == "saved"});
    });
}

}  // namespace lazaret::portal
