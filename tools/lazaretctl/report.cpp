#include <fmt/format.h>
#include <sysexits.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "quarantine-store/notifications.hpp"
#include "quarantine-store/reports.hpp"
#include "tools/lazaretctl/arguments.hpp"
#include "tools/lazaretctl/commands.hpp"
#include "tools/lazaretctl/json_output.hpp"
#include "tools/lazaretctl/program_beside.hpp"
#include "tools/lazaretctl/table.hpp"
#include "tools/lazaretctl/terminal_text.hpp"

namespace lazaret::tools {
namespace {

struct Options {
    std::string recipient;
    std::string form = "text";
    std::size_t limit = 50;
    bool all = false;
    bool json = false;
};

// Reports are made in one place, the program that sends them.
int run_reporter(const std::vector<std::string>& arguments, const Context& context)
{
    auto command = arguments;
    command.insert(command.begin(), {"--config", context.settings_file});
    become_program("lazaret-report", command);
}

int status(const Options& options, const Context& context)
{
    const auto rows = store::Reports{*context.database}.status(options.limit, !options.all);
    const auto notifications =
        store::Notifications{*context.database}.status(options.limit, !options.all);
    if (options.json) {
        auto json = nlohmann::ordered_json::array();
        for (const auto& row : rows)
            json.push_back({{"what", "report"},
                            {"tenant", row.tenant},
                            {"account", row.account},
                            {"address", row.address},
                            {"until", utc_text(row.period.end)},
                            {"state", row.state},
                            {"attempts", row.attempts},
                            {"rows", row.rows},
                            {"error", row.last_error}});
        for (const auto& row : notifications)
            json.push_back({{"what", token(row.kind)},
                            {"tenant", row.tenant},
                            {"account", row.account},
                            {"address", row.mailbox},
                            {"made", utc_text(row.made)},
                            {"state", row.state},
                            {"attempts", row.attempts},
                            {"error", row.last_error}});
        print_json(json);
        return EX_OK;
    }
    if (rows.empty() && notifications.empty()) {
        fmt::print("{}\n", options.all ? "No report was made yet." : "Nothing waits to be sent.");
        return EX_OK;
    }
    Table table{{{"WHAT"},
                 {"ADDRESS", false, 14},
                 {"UNTIL"},
                 {"STATE"},
                 {"ATTEMPTS", true},
                 {"ROWS", true},
                 {"ERROR", false, 20}}};
    for (const auto& row : rows)
        table.add({"report", row.address, local_text(row.period.end), row.state,
                   std::to_string(row.attempts), std::to_string(row.rows), row.last_error});
    for (const auto& row : notifications)
        table.add({std::string{token(row.kind)}, row.mailbox, local_text(row.made), row.state,
                   std::to_string(row.attempts), "", row.last_error});
    fmt::print("{}", table.text(terminal_columns()));
    return EX_OK;
}

}  // namespace

Run define_report_preview(CommandOptions& options)
{
    const auto chosen = std::make_shared<Options>();
    options.add_option("RECIPIENT", chosen->recipient, "whose report").required();
    options.add_option("--form", chosen->form, "what is printed")
        .one_of({"text", "html", "mail"})
        .with_default();
    return [chosen](const Context& context) {
        return run_reporter({"--preview", chosen->recipient, "--form", chosen->form}, context);
    };
}

Run define_report_send(CommandOptions& options)
{
    const auto chosen = std::make_shared<Options>();
    options.add_option("RECIPIENT", chosen->recipient, "who gets it").required();
    return [chosen](const Context& context) {
        return run_reporter({"--send", chosen->recipient}, context);
    };
}

Run define_report_status(CommandOptions& options)
{
    const auto chosen = std::make_shared<Options>();
    options.add_flag("--all", chosen->all, "also those that were sent");
    options.add_number("--limit", chosen->limit, "at most so many, the newest", 1, 1'000'000);
    add_json_option(options, chosen->json);
    return [chosen](const Context& context) { return status(*chosen, context); };
}

}  // namespace lazaret::tools
