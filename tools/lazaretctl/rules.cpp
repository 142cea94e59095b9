#include <fmt/format.h>
#include <sysexits.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/error.hpp"
#include "milter/filter/rules/language/rule_files.hpp"
#include "milter/filter/rules/rule_book.hpp"
#include "tools/lazaretctl/commands.hpp"
#include "tools/lazaretctl/json_output.hpp"
#include "tools/lazaretctl/table.hpp"
#include "tools/lazaretctl/terminal_text.hpp"

namespace lazaret::tools {
namespace {

using Json = nlohmann::ordered_json;
using filter::rules::Problem;
using filter::rules::Rule;
using filter::rules::RuleBook;
using filter::rules::Standing;

struct Options {
    std::vector<std::string> folders;
    std::string name;
    std::string cache;
    bool notes = false;
    bool json = false;
};

/// As a machine has it that has no settings file, unless there is one.
RulesConfig config_for(const Context& context)
{
    if (!context.settings_file_given && !std::filesystem::exists(context.settings_file)) return {};
    return Configuration::read(context.settings_file).rules;
}

filter::rules::RuleSource read_source(const Options& options, const Context& context)
{
    const auto config = config_for(context);
    const auto folders =
        filter::rules::rule_folders(options.folders.empty() ? config.folders : options.folders);
    const auto unsaid = filter::rules::unsaid_scores(config.suggested_scores);
    using namespace std::chrono_literals;
    if (folders.empty())
        throw Error{Error::Kind::Setup, "there are no rule files"}.with_hint(
            "install the package spamassassin, or name folders in [rules] of the settings file");
    constexpr int most_tries = 5;
    for (int tries = 0; tries < most_tries; ++tries) {
        if (auto source = filter::rules::read_rule_folders(folders, unsaid))
            return *std::move(source);
        std::this_thread::sleep_for(1s);
    }
    throw Error{Error::Kind::Unavailable, "the rule files are being changed"}.with_hint(
        "try again when sa-update is done");
}

RuleBook book_for(const Options& options, const Context& context)
{
    return RuleBook{read_source(options, context), {}};
}

std::string place_text(const filter::rules::Place& place)
{
    return place.line == 0 ? place.file : fmt::format("{}:{}", place.file, place.line);
}

Json json_of(const Problem& problem)
{
    return {{"file", problem.place.file},
            {"line", problem.place.line},
            {"rule", problem.rule},
            {"problem", problem.what},
            {"mistake", problem.is_mistake}};
}

void print(const Problem& problem)
{
    fmt::print("{}: {}{}\n", harmless_line(place_text(problem.place)),
               problem.rule.empty() ? "" : harmless_line(problem.rule) + ": ",
               harmless_line(problem.what));
}

/// How many rules are in which state.
std::string summary(const RuleBook& book)
{
    std::array<std::size_t, 4> counts{};
    std::size_t suggested = 0;
    for (std::uint32_t at = 0; at < book.size(); ++at) {
        ++counts[static_cast<std::size_t>(book.standing(at).state)];
        if (book.rule(at).is_score_suggested) ++suggested;
    }
    auto text =
        fmt::format("{} rules: {} on, {} off (their score is 0), {} not answered here, {} broken.",
                    book.size(), counts[0], counts[1], counts[2], counts[3]);
    if (suggested > 0)
        text += fmt::format(
            "\n{} have the score that their author suggests: run sa-update for "
            "scores that were measured.",
            suggested);
    return text;
}

int check(const Options& options, const Context& context)
{
    const auto book = book_for(options, context);
    const auto mistakes = book.mistakes();
    auto json = Json::array();
    for (const auto& problem : book.problems()) {
        if (!problem.is_mistake && !options.notes) continue;
        if (options.json) json.push_back(json_of(problem));
        else print(problem);
    }
    if (options.json) print_json(json);
    else
        fmt::print("{}\n{}\n", summary(book),
                   mistakes == 0
                       ? "Everything was understood."
                       : fmt::format("{} not understood, or cannot work; the rest works.",
                                     mistakes == 1 ? "1 line was"
                                                   : fmt::format("{} lines were", mistakes)));
    return mistakes == 0 ? 0 : EX_CONFIG;
}

/// What the milter would do beside its work, done beforehand: at installation, after sa-update.
int compile(const Options& options, const Context& context)
{
    const auto config = config_for(context);
    if (!config.enabled && options.folders.empty() && options.cache.empty()) {
        fmt::print("Nothing to do: [rules] enabled is false.\n");
        return 0;
    }
    const auto cache = options.cache.empty() ? config.cache : options.cache;
    if (cache.empty())
        throw Error{Error::Kind::Setup, "no folder is set for compiled patterns"}.with_hint(
            "set rules.cache in the settings file");
    RuleBook book{read_source(options, context), cache};
    const auto start = std::chrono::steady_clock::now();
    book.speed_up();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    // As the milter will.
    if (!RuleBook{read_source(options, context), cache}.is_fast())
        throw Error{Error::Kind::Unavailable, "compiled patterns are not in {}", cache}.with_hint(
            "see the warnings above; the folder must be there, and writable for who compiles");
    fmt::print("{}\nCompiled patterns are in {} ({:.1f} s).\n", summary(book), cache, took.count());
    return 0;
}

std::string scores_text(const Rule& rule)
{
    const auto& scores = rule.scores;
    if (std::equal(scores.begin() + 1, scores.end(), scores.begin()))
        return fmt::format("{:g}", scores[0]);
    return fmt::format("{:g} {:g} {:g} {:g}", scores[0], scores[1], scores[2], scores[3]);
}

Json json_of(const RuleBook& book, std::uint32_t at)
{
    const auto& rule = book.rule(at);
    return {{"name", rule.name},
            {"kind", filter::rules::kind_name(rule.test)},
            {"state", token(book.standing(at).state)},
            {"why", book.standing(at).why},
            {"scores", rule.scores},
            {"description", rule.description},
            {"file", rule.place.file},
            {"line", rule.place.line},
            {"test", rule.text}};
}

int list(const Options& options, const Context& context)
{
    const auto book = book_for(options, context);
    auto json = Json::array();
    Table table{{{"RULE"}, {"KIND"}, {"STATE"}, {"SCORE"}, {"DESCRIPTION", false, 20}}};
    for (std::uint32_t at = 0; at < book.size(); ++at) {
        const auto& rule = book.rule(at);
        if (!options.name.empty() && rule.name.find(options.name) == std::string::npos) continue;
        if (options.json) {
            json.push_back(json_of(book, at));
            continue;
        }
        table.add({rule.name, std::string{filter::rules::kind_name(rule.test)},
                   std::string{token(book.standing(at).state)},
                   rule.is_helper() ? "" : scores_text(rule), rule.description});
    }
    if (options.json) print_json(json);
    else fmt::print("{}{}\n", table.text(terminal_columns()), summary(book));
    return 0;
}

/// The metas that name the rule.
std::vector<std::string> users_of(const RuleBook& book, const std::string& name)
{
    std::vector<std::string> users;
    const auto is_word = [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
    };
    for (std::uint32_t at = 0; at < book.size(); ++at) {
        const auto* meta = std::get_if<filter::rules::MetaRule>(&book.rule(at).test);
        if (!meta) continue;
        const std::string_view text = meta->expression;
        for (auto found = text.find(name); found != std::string_view::npos;
             found = text.find(name, found + 1)) {
            const auto end = found + name.size();
            if ((found > 0 && is_word(text[found - 1])) ||
                (end < text.size() && is_word(text[end])))
                continue;
            users.push_back(book.rule(at).name);
            break;
        }
    }
    return users;
}

int why(const Options& options, const Context& context)
{
    const auto book = book_for(options, context);
    const auto at = book.find(options.name);
    if (!at) {
        fmt::print(
            stderr,
            "lazaretctl: error: there is no rule {}\nhint: lazaretctl rules list shows all\n",
            harmless_line(options.name));
        return EX_UNAVAILABLE;
    }
    const auto users = users_of(book, options.name);
    if (options.json) {
        auto json = json_of(book, *at);
        json["used_by"] = users;
        print_json(json);
        return 0;
    }
    const auto& rule = book.rule(*at);
    const auto& standing = book.standing(*at);
    fmt::print("{}\n  {}\n  written in {}\n", rule.name, harmless_line(rule.description),
               harmless_line(place_text(rule.place)));
    fmt::print("  {}\n  {}{}{}\n", harmless_line(rule.text), token(standing.state),
               standing.why.empty() ? "" : ": ", standing.why);
    if (rule.is_helper()) fmt::print("  gives no points: it is there for other rules\n");
    else
        fmt::print("  score {}{}\n", scores_text(rule),
                   rule.is_score_suggested ? ", as its author suggests"
                   : scores_text(rule).find(' ') == std::string::npos
                       ? ""
                       : " (alone; with the network; with what was learned; with both)");
    for (const auto& user : users) fmt::print("  used by {}\n", user);
    for (const auto& problem : book.problems())
        if (problem.rule == rule.name) print(problem);
    return 0;
}

std::shared_ptr<Options> common_options(CommandOptions& options)
{
    auto chosen = std::make_shared<Options>();
    options
        .add_option("--rules", chosen->folders,
                    "a folder with rule files, instead of those of the settings")
        .one_at_a_time();
    add_json_option(options, chosen->json);
    return chosen;
}

}  // namespace

Run define_rules_check(CommandOptions& options)
{
    const auto chosen = common_options(options);
    options.add_flag("--notes", chosen->notes, "also what is probably meant as it is");
    return [chosen](const Context& context) { return check(*chosen, context); };
}

Run define_rules_compile(CommandOptions& options)
{
    const auto chosen = std::make_shared<Options>();
    options
        .add_option("--rules", chosen->folders,
                    "a folder with rule files, instead of those of the settings")
        .one_at_a_time();
    options.add_option("--cache", chosen->cache, "where to keep it, instead of rules.cache");
    return [chosen](const Context& context) { return compile(*chosen, context); };
}

Run define_rules_list(CommandOptions& options)
{
    const auto chosen = common_options(options);
    options.add_option("TEXT", chosen->name, "only rules with this in their name");
    return [chosen](const Context& context) { return list(*chosen, context); };
}

Run define_rules_why(CommandOptions& options)
{
    const auto chosen = common_options(options);
    options.add_option("NAME", chosen->name, "the rule").required();
    return [chosen](const Context& context) { return why(*chosen, context); };
}

}  // namespace lazaret::tools
