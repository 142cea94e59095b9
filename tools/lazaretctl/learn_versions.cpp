#include <fmt/format.h>
#include <sysexits.h>

#include <charconv>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "tools/lazaretctl/commands.hpp"
#include "tools/lazaretctl/json_output.hpp"
#include "tools/lazaretctl/stored_model.hpp"
#include "tools/lazaretctl/table.hpp"
#include "tools/lazaretctl/terminal_text.hpp"
#include "tools/lazaretctl/trainer.hpp"

namespace lazaret::tools {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
    std::size_t limit = 50;
    std::string first;
    std::string second;
    bool json = false;
};

int list(const Options& options, const Context& context)
{
    const auto versions = store::Models{*context.database}.list(options.limit);
    if (options.json) {
        auto json = Json::array();
        for (const auto& one : versions)
            json.push_back({{"version", one.version},
                            {"snapshot", one.is_snapshot},
                            {"bytes", one.size},
                            {"made", utc_text(one.made)},
                            {"note", one.note}});
        print_json(json);
        return EX_OK;
    }
    if (versions.empty()) fmt::print("Nothing was learned yet.\n");
    if (versions.empty()) return EX_OK;
    Table table{{{"VERSION", true}, {"MADE"}, {"STORED"}, {"BYTES", true}, {"BY", false, 20}}};
    for (const auto& one : versions)
        table.add({std::to_string(one.version), local_text(one.made),
                   one.is_snapshot ? "whole" : "difference", std::to_string(one.size), one.note});
    fmt::print("{}", table.text(terminal_columns()));
    return EX_OK;
}

std::int64_t version_of(const std::string& text)
{
    std::int64_t version = 0;
    const auto* end = text.data() + text.size();
    const auto [stop, code] = std::from_chars(text.data(), end, version);
    if (code != std::errc{} || stop != end || version < 1)
        throw Error{Error::Kind::Usage, "{:?} is not the number of a version", text}.with_hint(
            "'lazaretctl learn versions' shows them");
    return version;
}

// None: it was said that it is not there.
std::optional<filter::Model> known_version(const Context& context, std::int64_t version)
{
    store::Models models{*context.database};
    auto model = model_of_version(models, version);
    if (!model)
        fmt::print(stderr,
                   "lazaretctl: error: version {} of the learned model is not kept, or is damaged\n"
                   "hint: 'lazaretctl learn versions' shows those that are\n",
                   version);
    return model;
}

int compare_versions(const Options& options, const Context& context)
{
    const auto first = version_of(options.first);
    const auto second = version_of(options.second);
    const auto before = known_version(context, first);
    if (!before) return EX_UNAVAILABLE;
    const auto after = known_version(context, second);
    if (!after) return EX_UNAVAILABLE;
    store::Votes votes{*context.database};
    const auto figures = compare(*before, *after, read_held_out(votes));
    const auto differing = after->differing_weights(*before);
    if (options.json) {
        print_json({{"first", first},
                    {"second", second},
                    {"differing_weights", differing},
                    {"held_out",
                     {{"spam", figures.spam},
                      {"ham", figures.ham},
                      {"loss", {figures.loss_before, figures.loss_after}},
                      {"wrong", {figures.wrong_before, figures.wrong_after}}}}});
        return EX_OK;
    }
    fmt::print("{} weight{} differ{}.\n", differing, differing == 1 ? "" : "s",
               differing == 1 ? "s" : "");
    if (figures.spam + figures.ham == 0) fmt::print("No mail is held out to compare them by.\n");
    else
        fmt::print(
            "Held out: {} spam, {} wanted.\n"
            "Version {}: loss {:.4f}, {} wrong.\nVersion {}: loss {:.4f}, {} wrong.\n",
            figures.spam, figures.ham, first, figures.loss_before, figures.wrong_before, second,
            figures.loss_after, figures.wrong_after);
    return EX_OK;
}

int roll_back(const Options& options, const Context& context)
{
    const auto version = version_of(options.first);
    const auto model = known_version(context, version);
    if (!model) return EX_UNAVAILABLE;
    store::Models models{*context.database};
    store::Votes votes{*context.database};
    const auto newest = models.newest();
    if (version == newest) {
        fmt::print("Version {} is the newest.\n", version);
        return EX_OK;
    }
    store::LessonNote note{.outcome = "repaired", .base = newest, .version = newest + 1};
    note.reason = fmt::format("lazaretctl learn rollback {}", version);
    if (!votes.roll_back(version, model->snapshot(), true, note))
        throw Error{Error::Kind::Unavailable, "somebody taught the model meanwhile"}.with_hint(
            "try again");
    if (options.json) print_json({{"version", newest + 1}, {"as", version}});
    else
        fmt::print(
            "Version {} is version {} again. Votes that were learned since are set aside; "
            "'lazaretctl learn --pending --again' learns them.\n",
            newest + 1, version);
    return EX_OK;
}

}  // namespace

Run define_learn_versions(CommandOptions& options)
{
    const auto chosen = std::make_shared<Options>();
    options.add_number("--limit", chosen->limit, "at most so many, the newest", 1, 100'000);
    add_json_option(options, chosen->json);
    return [chosen](const Context& context) { return list(*chosen, context); };
}

Run define_learn_compare(CommandOptions& options)
{
    const auto chosen = std::make_shared<Options>();
    options.add_option("FIRST", chosen->first, "a version, as 'learn versions' shows it")
        .required();
    options.add_option("SECOND", chosen->second, "another").required();
    add_json_option(options, chosen->json);
    return [chosen](const Context& context) { return compare_versions(*chosen, context); };
}

Run define_learn_rollback(CommandOptions& options)
{
    const auto chosen = std::make_shared<Options>();
    options
        .add_option("VERSION", chosen->first,
                    "that is published again, as a whole; votes learned since are set aside")
        .required();
    add_json_option(options, chosen->json);
    return [chosen](const Context& context) { return roll_back(*chosen, context); };
}

}  // namespace lazaret::tools
