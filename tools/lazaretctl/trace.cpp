#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/records/address.hpp"
#include "quarantine-store/quarantine.hpp"
#include "quarantine-store/trace.hpp"
#include "tools/lazaretctl/arguments.hpp"
#include "tools/lazaretctl/commands.hpp"
#include "tools/lazaretctl/explain.hpp"
#include "tools/lazaretctl/held_output.hpp"
#include "tools/lazaretctl/json_output.hpp"
#include "tools/lazaretctl/table.hpp"
#include "tools/lazaretctl/terminal_text.hpp"

namespace lazaret::tools {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
    std::string address, since;
    std::size_t limit = 50;
    bool json = false;
};

/// One message that went by, and where its held copy is by now.
struct Row {
    store::Passage passage;
    std::optional<store::HeldSummary> copy;
};

std::vector<Row> rows_for(const Options& options, const Context& context)
{
    const auto address = parse_address(options.address);
    if (!address)
        throw Error{Error::Kind::Usage, "{:?}: {}", options.address, sentence(address.error())};
    std::optional<Moment> since;
    if (!options.since.empty()) since = since_argument(options.since, system_now());

    store::Quarantine quarantine{*context.database};
    std::vector<Row> rows;
    for (auto& passage :
         store::Trace{*context.database}.passages(address->key(), since, options.limit)) {
        auto& row = rows.emplace_back(Row{std::move(passage), {}});
        const auto reference = Reference::parse(row.passage.reference);
        const bool was_kept =
            row.passage.action == Action::Hold || row.passage.action == Action::RefuseKeep;
        if (!reference || !was_kept) continue;
        if (auto held = quarantine.find(*reference)) row.copy = std::move(held->summary);
    }
    return rows;
}

std::string happened(const Row& row)
{
    const auto& passage = row.passage;
    if (passage.action == Action::Hold && row.copy) return state_text(*row.copy);
    if (passage.action == Action::Hold) return "held; expired since";
    return std::string{done_text(passage.action)};
}

Json json_of(const Row& row)
{
    const auto& passage = row.passage;
    return {{"when", utc_text(passage.when)},
            {"tenant", passage.tenant},
            {"sender", passage.sender},
            {"recipient", passage.mailbox},
            {"client_ip", passage.client_ip},
            {"queue_id", passage.queue_id},
            {"class", token(passage.verdict)},
            {"action", token(passage.action)},
            {"score", rounded(passage.score, 3)},
            {"reference", passage.reference},
            {"state", row.copy ? Json(token(row.copy->state)) : Json()},
            {"hits", tools::json_of(passage.hits)},
            {"explanation", tools::json_of(passage.explanation)}};
}

int trace(const Options& options, const Context& context)
{
    const auto rows = rows_for(options, context);
    if (options.json) {
        auto json = Json::array();
        for (const auto& row : rows) json.push_back(json_of(row));
        print_json(json);
        return 0;
    }
    if (rows.empty()) {
        fmt::print("Nothing is known of mail for or from {}{}.\n", harmless_line(options.address),
                   options.since.empty() ? "" : " in that time");
        if (!context.settings.milter.passages)
            fmt::print("The settings switch passages off: only refusals are noted.\n");
        return 0;
    }
    Table table{{{"WHEN"},
                 {"FROM", false, 12},
                 {"TO", false, 12},
                 {"CLASS"},
                 {"SCORE", true},
                 {"WHAT HAPPENED", false, 16},
                 {"ID"},
                 {"QUEUE ID", false, 8}}};
    for (const auto& row : rows)
        table.add(
            {local_text(row.passage.when), row.passage.sender.empty() ? "<>" : row.passage.sender,
             row.passage.mailbox, std::string{token(row.passage.verdict)},
             fmt::format("{:.1f}", row.passage.score), happened(row),
             row.passage.reference.empty() ? "-" : row.passage.reference, row.passage.queue_id});
    fmt::print("{}", table.text(terminal_columns()));
    if (rows.size() == options.limit)
        fmt::print("These are the newest {}; --limit shows more.\n", options.limit);
    return 0;
}

}  // namespace

Run define_trace(CommandOptions& options)
{
    const auto chosen = std::make_shared<Options>();
    options.add_option("ADDRESS", chosen->address, "of the recipient or the sender").required();
    options.add_option("--since", chosen->since, "12h, 7d, or a day (2026-11-23)");
    options.add_number("--limit", chosen->limit, "at most so many", 1, 100'000);
    add_json_option(options, chosen->json);
    return [chosen](const Context& context) { return trace(*chosen, context); };
}

}  // namespace lazaret::tools
