#include <fmt/format.h>
#include <sysexits.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/records/address.hpp"
#include "tools/lazaretctl/commands.hpp"
#include "tools/lazaretctl/envelope_options.hpp"
#include "tools/lazaretctl/explain.hpp"
#include "tools/lazaretctl/json_output.hpp"
#include "tools/lazaretctl/judge.hpp"
#include "tools/lazaretctl/message_file.hpp"
#include "tools/lazaretctl/terminal_text.hpp"

namespace lazaret::tools {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
    std::vector<std::string> files;
    EnvelopeOptions envelope;
    std::string model;
    std::vector<std::string> recipients;
    std::vector<std::string> rules;
    bool json = false, offline = false, no_antivirus = false, no_rules = false;
    bool all_rules = false;
};

Envelope envelope_of(const Options& options)
{
    auto envelope = envelope_of(options.envelope);
    for (const auto& text : options.recipients)
        envelope.recipients.push_back({text, {}, address_option("--rcpt", text)});
    return envelope;
}

/// Signatures are looked for where the settings say; without a database it is no mistake to have
/// none, but then the message is not *unscanned* either: nobody asked for a scanner.
void leave_out_scanner_without_signatures(Judge::Tools& tools, const std::string& folder)
{
    if (!tools.checks.scanner || tools.checks.scanner->state().ready) return;
    fmt::print(stderr, "lazaretctl: no virus signatures in {}: viruses are not looked for\n",
               folder);
    tools.checks.scanner = nullptr;
}

Judge make_judge(const Options& options, const Context& context)
{
    if (!options.model.empty() && !options.offline)
        throw Error{Error::Kind::Usage, "--model is nothing without --offline"};
    Configuration settings;
    if (!options.offline || context.settings_file_given)
        settings = Configuration::read(context.settings_file);
    log::set_level(std::max(settings.log.level, log::Level::Warning));
    if (options.no_antivirus) settings.antivirus.enabled = false;
    if (!options.rules.empty()) {
        settings.rules.folders = options.rules;
        settings.rules.enabled = true;
    }
    if (options.no_rules) settings.rules.enabled = false;

    auto tools = options.offline ? tools_offline(settings, options.model) : tools_of_site(settings);
    tools.checks.all_rules = options.all_rules;
    if (options.offline) leave_out_scanner_without_signatures(tools, settings.antivirus.signatures);
    if (options.recipients.empty())
        tools.policy.domains.set(address_option("--rcpt", anybody).domain, site_tenant);
    if (options.offline)  // whoever is named is protected, else there would be nothing to explain
        for (const auto& text : options.recipients)
            tools.policy.domains.set(address_option("--rcpt", text).domain, site_tenant);
    return Judge{std::move(tools)};
}

/// What the milter does with mail of our own networks.
std::pair<Class, Action> outbound_answer(const filter::Assessment& assessment)
{
    if (assessment.findings.scan == filter::Scan::Infected) return {Class::Virus, Action::Refuse};
    return {Class::Clean, Action::Deliver};
}

double score_for(const filter::Decision& decision, const filter::Assessment& assessment)
{
    return decision.own_hits ? decision.score : assessment.score;
}

Json judgement_json(const std::string& file, const Options& options, const Judgement& judgement)
{
    const auto& assessment = judgement.assessment;
    filter::Decision first;
    if (judgement.is_outbound) std::tie(first.verdict, first.action) = outbound_answer(assessment);
    else first = judgement.decisions.front();
    Json json{{"file", file},
              {"class", token(first.verdict)},
              {"action", token(first.action)},
              {"score", rounded(score_for(first, assessment), 3)},
              {"hits", json_of(hits_for(first, assessment))},
              {"ms", rounded(judgement.milliseconds, 3)},
              {"outbound", judgement.is_outbound},
              {"explanation", json_of(first.explanation)},
              {"authentication", nullptr}};
    if (const auto& found = assessment.authentication) json["authentication"] = json_of(*found);
    if (options.all_rules) {
        json["rules"] = Json::object();
        for (const auto& [name, count] : assessment.findings.rules) json["rules"][name] = count;
    }
    if (options.recipients.empty() || judgement.is_outbound) return json;
    json["recipients"] = Json::array();
    for (const auto& decision : judgement.decisions)
        json["recipients"].push_back({{"recipient", options.recipients[decision.recipient]},
                                      {"protected", decision.is_protected},
                                      {"class", token(decision.verdict)},
                                      {"action", token(decision.action)},
                                      {"score", rounded(score_for(decision, assessment), 3)},
                                      {"hits", json_of(hits_for(decision, assessment))},
                                      {"explanation", json_of(decision.explanation)}});
    return json;
}

void print_decision(const filter::Decision& decision, const Options& options)
{
    if (!options.recipients.empty())
        fmt::print("For {}:\n", harmless_line(options.recipients[decision.recipient]));
    if (!decision.is_protected) {
        fmt::print("Its domain is not protected: such mail is never touched.\n");
        return;
    }
    fmt::print("Class {}\nWould be {}.\n{}", class_text(decision.verdict),
               done_text(decision.action), explanation_text(decision.explanation));
    if (decision.own_hits)
        fmt::print("{}", hits_text(*decision.own_hits, decision.score, terminal_columns()));
}

void print_for_people(const std::string& file, const Options& options, const Judgement& judgement)
{
    fmt::print("{}\n", harmless_line(file));
    if (judgement.is_outbound) {
        const auto [verdict, action] = outbound_answer(judgement.assessment);
        fmt::print(
            "It comes from our own network (trusted_networks), so it is only searched for "
            "viruses.\nClass {}\nWould be {}.\n",
            class_text(verdict), done_text(action));
    }
    for (const auto& decision : judgement.decisions) print_decision(decision, options);
    const auto has_own_hits = [](const auto& decision) { return decision.own_hits.has_value(); };
    if (judgement.is_outbound || !std::ranges::all_of(judgement.decisions, has_own_hits))
        fmt::print("{}", hits_text(judgement.assessment.findings.hits, judgement.assessment.score,
                                   terminal_columns()));
    fmt::print("Judged in {:.1f} ms.\n\n", judgement.milliseconds);
}

int scan(const Options& options, const Context& context)
{
    auto envelope = envelope_of(options);
    if (envelope.recipients.empty())
        envelope.recipients.push_back({anybody, {}, address_option("--rcpt", anybody)});
    const auto judge = make_judge(options, context);
    name_client(envelope, judge);
    int code = 0;
    for (const auto& file : options.files) {
        auto bytes = read_file(file);
        if (!bytes) {
            fmt::print(stderr, "lazaretctl: error: cannot read {}: {}\n", harmless_line(file),
                       bytes.error());
            code = EX_UNAVAILABLE;
            continue;
        }
        const auto judgement = judge.judge(envelope, as_received(*std::move(bytes)));
        if (options.json) print_json_line(judgement_json(file, options, judgement));
        else print_for_people(file, options, judgement);
    }
    return code;
}

}  // namespace

Run define_scan(CommandOptions& options)
{
    const auto chosen = std::make_shared<Options>();
    options.add_option("FILE", chosen->files, "messages, a file each; - is standard input")
        .required();
    add_json_option(options, chosen->json);
    options.add_flag("--offline", chosen->offline,
                     "without a database: default settings, no lists, --model or no model");
    options.add_option("--model", chosen->model, "with --offline: a file with a learned model");
    options.add_flag("--no-antivirus", chosen->no_antivirus, "do not look for viruses");
    options
        .add_option("--rules", chosen->rules,
                    "a folder with rule files, instead of those of the settings")
        .one_at_a_time();
    options.add_flag("--no-rules", chosen->no_rules, "judge without rule files");
    options.add_flag("--all-rules", chosen->all_rules,
                     "with --json: every rule that hit, helpers too, and how often");
    add_envelope_options(options, chosen->envelope);
    options.add_option("--rcpt", chosen->recipients, "RCPT TO; may be given several times")
        .one_at_a_time();
    return [chosen](const Context& context) { return scan(*chosen, context); };
}

}  // namespace lazaret::tools
