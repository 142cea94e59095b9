#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "tools/lazaretctl/arguments.hpp"
#include "tools/lazaretctl/commands.hpp"
#include "tools/lazaretctl/explain.hpp"
#include "tools/lazaretctl/held_output.hpp"
#include "tools/lazaretctl/json_output.hpp"
#include "tools/lazaretctl/owner.hpp"
#include "tools/lazaretctl/table.hpp"
#include "tools/lazaretctl/terminal_text.hpp"

namespace lazaret::tools {
namespace {

struct Options {
    std::string recipient, since, verdict;
    std::string state = "held";
    std::size_t limit = 100;
    bool json = false;
};

store::HeldFilter filter_of(const Options& options)
{
    store::HeldFilter filter;
    filter.limit = options.limit;
    if (!options.recipient.empty() && options.recipient != "*") {
        const auto owner = owner_argument(options.recipient);
        if (owner.level != Level::Address && owner.level != Level::Domain)
            throw Error{Error::Kind::Usage, "--recipient {:?} is no recipient", options.recipient}
                .with_hint("write an address, @domain, or '*' for all");
        filter.recipient = owner_text(owner);
    }
    if (!options.since.empty()) filter.since = since_argument(options.since, system_now());
    if (!options.verdict.empty()) filter.verdict = class_argument(options.verdict);
    filter.state = store::copy_state_of(options.state);
    if (!filter.state && options.state != "all")
        throw Error{Error::Kind::Usage, "{:?} is not a state", options.state}.with_hint(
            "one of: held, releasing, released, deleted, all");
    return filter;
}

Table table_of(const std::vector<store::HeldSummary>& copies, bool with_state)
{
    std::vector<Table::Column> columns{
        {"ID"},          {"RECEIVED"},        {"RECIPIENT", false, 14}, {"CLASS"},
        {"SCORE", true}, {"FROM", false, 14}, {"SUBJECT", false, 16}};
    if (with_state) columns.insert(columns.begin() + 5, {"STATE"});
    Table table{columns};
    for (const auto& copy : copies) {
        std::vector<std::string> cells{copy.reference.text(),
                                       local_text(copy.received),
                                       copy.recipient,
                                       std::string{token(copy.verdict)},
                                       fmt::format("{:.1f}", copy.score),
                                       copy.from.empty() ? copy.sender : copy.from,
                                       copy.subject};
        if (with_state) cells.insert(cells.begin() + 5, std::string{token(copy.state)});
        table.add(cells);
    }
    return table;
}

int list(const Options& options, const Context& context)
{
    const auto filter = filter_of(options);
    const auto copies = store::Quarantine{*context.database}.list(filter);
    if (options.json) {
        auto json = nlohmann::ordered_json::array();
        for (const auto& copy : copies) json.push_back(json_of(copy));
        print_json(json);
        return 0;
    }
    if (copies.empty()) {
        const bool asked_for_all = !filter.since && !filter.verdict && filter.recipient.empty() &&
                                   filter.state == store::CopyState::Held;
        fmt::print("{}\n", asked_for_all ? "Nothing is held." : "No held message is like that.");
        return 0;
    }
    fmt::print("{}", table_of(copies, options.state != "held").text(terminal_columns()));
    if (copies.size() == options.limit)
        fmt::print("These are the newest {}; --limit shows more.\n", options.limit);
    return 0;
}

}  // namespace

Run define_held_list(CommandOptions& options)
{
    const auto chosen = std::make_shared<Options>();
    options.add_option("--recipient", chosen->recipient, "an address or @domain");
    options.add_option("--since", chosen->since, "received since: 12h, 7d, or a day (2026-11-23)");
    options.add_option("--class", chosen->verdict, "only this class, for instance spam");
    options.add_option("--state", chosen->state, "held, releasing, released, deleted or all")
        .with_default();
    options.add_number("--limit", chosen->limit, "at most so many", 1, 1'000'000);
    add_json_option(options, chosen->json);
    return [chosen](const Context& context) { return list(*chosen, context); };
}

}  // namespace lazaret::tools
