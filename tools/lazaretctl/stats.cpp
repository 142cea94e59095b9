#include <fmt/format.h>

#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "base/error.hpp"
#include "quarantine-store/directory.hpp"
#include "quarantine-store/trace.hpp"
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
    std::size_t days = 14;
    bool json = false;
};

// What is older is summed up by months, which stand on their first days (lazaret.tidy).
constexpr std::chrono::days kept_by_day{100};

bool is_by_month(Day day, Day today) { return day < today - kept_by_day; }

/// The day, or the first of its month where that is one row, or will be soon.
Day begin_of_row(Day day, Day today)
{
    if (!is_by_month(day, today)) return day;
    const std::chrono::year_month_day date{day};
    return std::chrono::sys_days{date.year() / date.month() / 1};
}

/// `2026-11-30`, or `2026-06` of a month.
std::string name_of(Day day, Day today)
{
    const auto text = day_text(day);
    return is_by_month(day, today) ? text.substr(0, text.rfind('-')) : text;
}

/// The counters of an owner: of everybody, a tenant, a domain or an address. Their days are those
/// of begin_of_row().
std::vector<store::CounterRow> counters_for(const Options& options, const Context& context,
                                            Day today)
{
    const auto owner = owner_argument(options.owner);
    const auto first = today - std::chrono::days{static_cast<int>(options.days) - 1};
    const auto since = begin_of_row(first, today);
    store::Trace trace{*context.database};
    const bool is_one = owner.level == Level::Domain || owner.level == Level::Address;
    auto rows = trace.counters(since, is_one ? owner_text(owner) : std::string{});
    if (owner.level == Level::Tenant)
        std::erase_if(rows, [&](const auto& row) { return Owner::tenant(row.tenant) != owner; });
    for (auto& row : rows) row.day = begin_of_row(row.day, today);
    return rows;
}

using PerClass = std::array<std::int64_t, class_count>;

void print_table(const std::map<Day, PerClass>& days, Day today)
{
    PerClass sums{};
    for (const auto& [day, counts] : days)
        for (std::size_t at = 0; at < class_count; ++at) sums[at] += counts[at];

    std::vector<Table::Column> columns{{"DAY (UTC)"}};
    for (const auto& row : all_classes()) columns.push_back({std::string{row.token}, true});
    columns.push_back({"TOGETHER", true});
    Table table{columns};
    const auto add = [&](const std::string& name, const PerClass& counts) {
        std::vector<std::string> cells{name};
        std::int64_t together = 0;
        for (const auto count : counts) {
            cells.push_back(std::to_string(count));
            together += count;
        }
        cells.push_back(std::to_string(together));
        table.add(cells);
    };
    for (const auto& [day, counts] : days) add(name_of(day, today), counts);
    add("together", sums);
    fmt::print("{}", table.text(terminal_columns()));
}

int stats(const Options& options, const Context& context)
{
    const auto today = std::chrono::floor<std::chrono::days>(system_now());
    const auto rows = counters_for(options, context, today);
    if (options.json) {
        auto json = Json::array();
        for (const auto& row : rows)
            json.push_back({{"day", day_text(row.day)},
                            {"is_month", is_by_month(row.day, today)},
                            {"tenant", row.tenant},
                            {"mailbox", row.mailbox},
                            {"class", token(row.verdict)},
                            {"action", token(row.action)},
                            {"messages", row.messages}});
        print_json(json);
        return 0;
    }
    std::map<Day, PerClass> days;
    for (const auto& row : rows)
        days[row.day][static_cast<std::size_t>(row.verdict)] += row.messages;
    if (days.empty()) {
        fmt::print("Nothing was counted in the last {} days.\n", options.days);
        return 0;
    }
    print_table(days, today);
    return 0;
}

}  // namespace

Run define_stats(CommandOptions& options)
{
    const auto chosen = std::make_shared<Options>();
    options.add_option("OWNER", chosen->owner, "an address, @domain, tenant:N, or '*' for all")
        .with_default();
    options.add_number("--days", chosen->days, "how many days, today included", 1, 3660);
    add_json_option(options, chosen->json);
    return [chosen](const Context& context) { return stats(*chosen, context); };
}

}  // namespace lazaret::tools
