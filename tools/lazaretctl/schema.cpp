#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "quarantine-store/schema.hpp"
#include "tools/lazaretctl/commands.hpp"
#include "tools/lazaretctl/json_output.hpp"
#include "tools/lazaretctl/table.hpp"
#include "tools/lazaretctl/terminal_text.hpp"

namespace lazaret::tools {
namespace {

using Json = nlohmann::ordered_json;

int show_status(bool json, const Context& context)
{
    const auto status = store::schema_status(context.settings.database);
    if (json) {
        Json steps = Json::array();
        for (const auto& step : status.steps)
            steps.push_back({{"number", step.number},
                             {"name", step.name},
                             {"applied", step.applied ? Json(utc_text(*step.applied)) : Json()}});
        print_json({{"known", status.known},
                    {"present", status.present},
                    {"current", status.is_current()},
                    {"steps", std::move(steps)}});
        return 0;
    }
    Table table{{{"STEP"}, {"APPLIED"}}};
    for (const auto& step : status.steps)
        table.add({step.name, step.applied ? local_text(*step.applied) : "to come"});
    fmt::print("{}", table.text(terminal_columns()));
    if (status.is_current()) fmt::print("The database is up to date.\n");
    else if (status.present > status.known)
        fmt::print("The database is newer than this program: install the newer Lazaret here.\n");
    else fmt::print("To bring it up to date: lazaretctl schema upgrade\n");
    return 0;
}

int upgrade(bool json, const Context& context)
{
    const auto applied = store::upgrade_schema(context.settings.database);
    if (json) {
        print_json({{"applied", applied}, {"version", store::known_schema_version()}});
        return 0;
    }
    for (const auto& step : applied) fmt::print("Applied {}.\n", step);
    if (applied.empty())
        fmt::print("Nothing to do: the database has version {} already.\n",
                   store::known_schema_version());
    return 0;
}

}  // namespace

Run define_schema_status(CommandOptions& options)
{
    const auto json = std::make_shared<bool>(false);
    add_json_option(options, *json);
    return [json](const Context& context) { return show_status(*json, context); };
}

Run define_schema_upgrade(CommandOptions& options)
{
    const auto json = std::make_shared<bool>(false);
    add_json_option(options, *json);
    return [json](const Context& context) { return upgrade(*json, context); };
}

}  // namespace lazaret::tools
