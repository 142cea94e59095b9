#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sysexits.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "milter/filter/lists.hpp"
#include "tools/lazaretctl/commands.hpp"
#include "tools/lazaretctl/envelope_options.hpp"
#include "tools/lazaretctl/explain.hpp"
#include "tools/lazaretctl/json_output.hpp"
#include "tools/lazaretctl/judge.hpp"
#include "tools/lazaretctl/message_file.hpp"
#include "tools/lazaretctl/owner.hpp"
#include "tools/lazaretctl/table.hpp"
#include "tools/lazaretctl/terminal_text.hpp"

// `lazaretctl allow test`: which entry would decide.
namespace lazaret::tools {
namespace {

using Json = nlohmann::ordered_json;
using State = filter::Candidate::State;

struct Options {
    std::string owner, file;
    EnvelopeOptions envelope;
    bool json = false;
};

/// Whom the message is for, and whose lists are asked.
struct Reader {
    Address address;
    std::vector<Owner> owners;
};

/// Of an address with its account; of a domain somebody who has none; of the site somebody of a
/// domain of its own.
Reader reader_of(const std::string& text, Policy& policy)
{
    const auto owner = owner_argument(text);
    if (owner.level == Level::Tenant || owner.level == Level::Account)
        throw Error{Error::Kind::Usage, "{:?} has no recipient", text}.with_hint(
            "write an address, @domain, or '*' for the whole site");
    Reader reader;
    reader.address =
        address_option("OWNER", owner.level == Level::Address  ? owner.name
                                : owner.level == Level::Domain ? "anybody@" + owner.name
                                                               : anybody);
    if (owner.level == Level::Site) policy.domains.set(reader.address.domain, site_tenant);
    auto who = policy_for(policy, reader.address);
    if (!who.tenant)
        throw Error{Error::Kind::Usage, "{}: its domain is not one that is protected here", text}
            .with_hint("'lazaretctl domain list' shows what is protected");
    reader.owners = std::move(who.owners);
    if (owner.level != Level::Address)
        std::erase_if(reader.owners, [](const auto& one) {
            return one.level == Level::Account || one.level == Level::Address;
        });
    return reader;
}

/// What the lists say, and of each entry why.
struct Outcome {
    std::vector<filter::Candidate> candidates;  ///< the most specific owner first
    filter::ListAnswer answer;
};

Outcome outcome_of(const Policy& policy, const Reader& reader, const filter::Sender& sender)
{
    const auto now = system_now();
    Outcome outcome{{}, filter::ask_lists(policy, reader.owners, sender, now)};
    for (auto owner = reader.owners.rbegin(); owner != reader.owners.rend(); ++owner)
        std::ranges::move(filter::candidates_of(policy, *owner, sender, now),
                          std::back_inserter(outcome.candidates));
    return outcome;
}

bool is_winner(const filter::Candidate& candidate, const filter::ListAnswer& answer)
{
    const auto is = [&](const auto& match) { return match && match->entry == candidate.entry->id; };
    return is(answer.decided) || is(answer.newsletter) || is(answer.warned);
}

/// `decides`, `warns`, `overruled`, or why it does not count.
std::string outcome_token(const filter::Candidate& candidate, const filter::ListAnswer& answer)
{
    if (candidate.state != State::Counts) return std::string{token(candidate.state)};
    if (!is_winner(candidate, answer)) return "overruled";
    return candidate.entry->kind == ListKind::Warn ? "warns" : "decides";
}

std::string outcome_words(const filter::Candidate& candidate, const filter::ListAnswer& answer)
{
    switch (candidate.state) {
        case State::NotProven: return "its proof is missing";
        case State::Expired: return "it has ended";
        case State::Disabled: return "it is switched off";
        case State::OtherList: return "it is for another List-Id";
        case State::Counts: break;
    }
    if (!is_winner(candidate, answer)) return "another one is stronger";
    return candidate.entry->kind == ListKind::Warn ? "the recipient is told, if it is held"
                                                   : "it decides";
}

std::vector<std::string> proofs_of(const filter::Sender::Name& name)
{
    std::vector<std::string> all;
    for (const auto& proof : name.proofs) all.push_back(proof.text());
    return all;
}

Json json_of(const Options& options, const Judgement& judgement, const Outcome& outcome)
{
    Json json{{"file", options.file},
              {"owner", options.owner},
              {"names", Json::array()},
              {"entries", Json::array()},
              {"decides", nullptr}};
    for (const auto& name : judgement.sender.names)
        json["names"].push_back({{"address", name.patterns.front()},
                                 {"from", name.is_from},
                                 {"proofs", proofs_of(name)}});
    for (const auto& candidate : outcome.candidates) {
        const auto& entry = *candidate.entry;
        json["entries"].push_back({{"entry", entry.id},
                                   {"kind", token(entry.kind)},
                                   {"owner", entry.owner.text()},
                                   {"sender", entry.sender.text},
                                   {"list_id", entry.list_id},
                                   {"needs", entry.proof.text()},
                                   {"name", candidate.name->patterns.front()},
                                   {"proof", candidate.proof},
                                   {"outcome", outcome_token(candidate, outcome.answer)}});
    }
    if (outcome.answer.decided) json["decides"] = outcome.answer.decided->entry;
    const auto& decision = judgement.decisions.front();
    json["class"] = token(decision.verdict);
    json["action"] = token(decision.action);
    json["explanation"] = tools::json_of(decision.explanation);
    return json;
}

void print_names(const filter::Sender& sender)
{
    if (sender.names.empty()) fmt::print("It names no sender.\n");
    for (const auto& name : sender.names)
        fmt::print("{} {}: {}\n", name.is_from ? "From" : "MAIL FROM",
                   harmless_line(name.patterns.front()),
                   name.proofs.empty()
                       ? "nothing speaks for it"
                       : harmless_line(fmt::format("{}", fmt::join(proofs_of(name), ", "))));
}

void print_for_people(const Judgement& judgement, const Outcome& outcome)
{
    print_names(judgement.sender);
    if (outcome.candidates.empty()) fmt::print("No list entry names the sender.\n");
    else {
        Table table{{{"ENTRY", true},
                     {"LIST"},
                     {"OWNER"},
                     {"SENDER", false, 12},
                     {"ASKS FOR"},
                     {"OUTCOME"}}};
        for (const auto& candidate : outcome.candidates) {
            const auto& entry = *candidate.entry;
            table.add({std::to_string(entry.id), std::string{token(entry.kind)},
                       owner_words(entry.owner),
                       entry.list_id.empty() ? entry.sender.text
                                             : entry.sender.text + ' ' + entry.list_id,
                       entry.proof.text(), outcome_words(candidate, outcome.answer)});
        }
        fmt::print("\n{}\n", table.text(terminal_columns()));
    }
    const auto& decision = judgement.decisions.front();
    fmt::print("Class {}\nWould be {}.\n{}", class_text(decision.verdict),
               done_text(decision.action), explanation_text(decision.explanation));
}

int test(const Options& options, const Context& context)
{
    auto tools = tools_of_site(context.settings);
    const auto reader = reader_of(options.owner, tools.policy);
    const auto policy = tools.policy;
    auto envelope = envelope_of(options.envelope);
    envelope.recipients.push_back({reader.address.text(), {}, reader.address});
    auto bytes = read_file(options.file);
    if (!bytes) {
        fmt::print(stderr, "lazaretctl: error: cannot read {}: {}\n", harmless_line(options.file),
                   bytes.error());
        return EX_UNAVAILABLE;
    }
    const Judge judge{std::move(tools)};
    name_client(envelope, judge);
    const auto judgement = judge.judge(envelope, as_received(*std::move(bytes)));
    if (judgement.is_outbound) {
        fmt::print(stderr,
                   "lazaretctl: error: --client {} is of our own network (trusted_networks): no "
                   "list is asked about its mail\n",
                   harmless_line(options.envelope.client));
        return EX_USAGE;
    }
    const auto outcome = outcome_of(policy, reader, judgement.sender);
    if (options.json) print_json(json_of(options, judgement, outcome));
    else print_for_people(judgement, outcome);
    return 0;
}

}  // namespace

Run define_list_test(CommandOptions& options)
{
    const auto chosen = std::make_shared<Options>();
    options.add_option("OWNER", chosen->owner, "who gets it: an address, @domain, or '*'")
        .required();
    options.add_option("MESSAGE", chosen->file, "a message; - is standard input").required();
    add_envelope_options(options, chosen->envelope);
    add_json_option(options, chosen->json);
    return [chosen](const Context& context) { return test(*chosen, context); };
}

}  // namespace lazaret::tools
