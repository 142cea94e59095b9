#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "tools/lazaretctl/arguments.hpp"
#include "tools/lazaretctl/commands.hpp"
#include "tools/lazaretctl/held_output.hpp"
#include "tools/lazaretctl/json_output.hpp"
#include "tools/lazaretctl/terminal_text.hpp"

namespace lazaret::tools {
namespace {

struct Options {
    std::vector<std::string> references;
    bool json = false;
};

int remove(const Options& options, const Context& context)
{
    std::vector<Reference> references;
    for (const auto& text : options.references) references.push_back(reference_argument(text));

    store::Quarantine quarantine{*context.database};
    int code = 0;
    auto json = nlohmann::ordered_json::array();
    const auto delete_one = [&](const Reference& reference) {
        const auto copy = quarantine.remove(reference, acting_person());
        if (!copy) {
            const auto held = quarantine.find(reference);
            const auto verdict = held ? held->summary.verdict : Class::Spam;
            code = std::max(code, explain_fault(reference, copy.error(), Deed::Delete, verdict));
            json.push_back(outcome_json(reference, copy.error()));
            return;
        }
        json.push_back(outcome_json(*copy, "deleted"));
        if (!options.json)
            fmt::print("{} for {} is deleted.\n", reference.text(), harmless_line(copy->recipient));
    };
    // No edge: what was done before the database went away is said in any case.
    try {
        for (const auto& reference : references) delete_one(reference);
    } catch (const Error&) {
        if (options.json) print_json(json);
        throw;
    }
    if (options.json) print_json(json);
    return code;
}

}  // namespace

Run define_held_delete(CommandOptions& options)
{
    const auto chosen = std::make_shared<Options>();
    options.add_option("ID", chosen->references, "as 'held list' shows them").required();
    add_json_option(options, chosen->json);
    return [chosen](const Context& context) { return remove(*chosen, context); };
}

}  // namespace lazaret::tools
