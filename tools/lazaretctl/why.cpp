#include <fmt/format.h>
#include <sysexits.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "quarantine-store/trace.hpp"
#include "tools/lazaretctl/arguments.hpp"
#include "tools/lazaretctl/commands.hpp"
#include "tools/lazaretctl/explain.hpp"
#include "tools/lazaretctl/held_output.hpp"
#include "tools/lazaretctl/json_output.hpp"
#include "tools/lazaretctl/terminal_text.hpp"

namespace lazaret::tools {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
    std::string reference;
    bool json = false;
};

std::string sender_text(const std::string& sender)
{
    return sender.empty() ? "the null sender" : harmless_line(sender);
}

std::string reasons_text(const Explanation& explanation)
{
    auto reasons = explanation_text(explanation);
    if (!reasons.empty()) return reasons;
    return "No list entry named the sender, and every setting is the default.\n";
}

void explain_held(const store::HeldDetails& held)
{
    const auto& copy = held.summary;
    fmt::print("{} from {} for {} came on {}.\n", copy.reference.text(), sender_text(copy.sender),
               harmless_line(copy.recipient), local_text(copy.received));
    fmt::print("It is of class {}.\n", class_text(copy.verdict));
    fmt::print("It was {}, and now it is {}.\n",
               done_text(copy.kept_after_refusal ? Action::RefuseKeep : Action::Hold),
               state_text(copy));
    fmt::print("\n{}", hits_text(held.hits, copy.score, terminal_columns()));
    fmt::print("\n{}", reasons_text(held.explanation));
}

Json json_of(const store::HeldDetails& held)
{
    auto json = tools::json_of(held.summary);
    json["what"] = "held";
    json["hits"] = tools::json_of(held.hits);
    json["explanation"] = tools::json_of(held.explanation);
    return json;
}

void explain_refusal(const store::Refusal& refusal)
{
    fmt::print("{} from {} for {} came on {}.\n", refusal.reference, sender_text(refusal.sender),
               harmless_line(refusal.mailbox), local_text(refusal.when));
    fmt::print("It is of class {}.\nIt was {}; its text was not kept.\n\n",
               class_text(refusal.verdict), done_text(refusal.action));
    fmt::print("{}\n{}", hits_text(refusal.hits, refusal.score, terminal_columns()),
               reasons_text(refusal.explanation));
}

Json json_of(const store::Refusal& refusal)
{
    return {{"reference", refusal.reference},
            {"what", "refused"},
            {"when", utc_text(refusal.when)},
            {"tenant", refusal.tenant},
            {"recipient", refusal.mailbox},
            {"sender", refusal.sender},
            {"client_ip", refusal.client_ip},
            {"queue_id", refusal.queue_id},
            {"class", token(refusal.verdict)},
            {"action", token(refusal.action)},
            {"score", rounded(refusal.score, 3)},
            {"hits", tools::json_of(refusal.hits)},
            {"explanation", tools::json_of(refusal.explanation)}};
}

/// A reference names a held copy, or the refusal of a message to one or more recipients.
int why(const Options& options, const Context& context)
{
    const auto reference = reference_argument(options.reference);
    auto json = Json::array();
    if (const auto held = store::Quarantine{*context.database}.find(reference)) {
        if (options.json) json.push_back(json_of(*held));
        else explain_held(*held);
    } else {
        for (const auto& refusal : store::Trace{*context.database}.refusals(reference)) {
            if (!options.json && !json.empty()) fmt::print("\n");
            if (!options.json) explain_refusal(refusal);
            json.push_back(json_of(refusal));
        }
        if (json.empty()) {
            fmt::print(
                stderr,
                "lazaretctl: error: nothing is known of {0}; it may have expired\n"
                "hint: lazaretctl trace ADDRESS; what was refused to a user of this site, or "
                "for its header, is in the log alone: journalctl -u lazaret-milter -g {0}\n",
                reference.text());
            return EX_UNAVAILABLE;
        }
    }
    if (options.json) print_json(json);
    return 0;
}

}  // namespace

Run define_why(CommandOptions& options)
{
    const auto chosen = std::make_shared<Options>();
    options
        .add_option("ID", chosen->reference,
                    "of a held message, or as the sender was told when it was refused")
        .required();
    add_json_option(options, chosen->json);
    return [chosen](const Context& context) { return why(*chosen, context); };
}

}  // namespace lazaret::tools
