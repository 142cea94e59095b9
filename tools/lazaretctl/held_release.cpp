#include <fmt/format.h>
#include <sysexits.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "quarantine-store/release.hpp"
#include "tools/lazaretctl/arguments.hpp"
#include "tools/lazaretctl/commands.hpp"
#include "tools/lazaretctl/held_output.hpp"
#include "tools/lazaretctl/json_output.hpp"
#include "tools/lazaretctl/progress.hpp"
#include "tools/lazaretctl/terminal_text.hpp"

namespace lazaret::tools {
namespace {

using Json = nlohmann::ordered_json;
using Outcome = store::ReleaseAnswer::Outcome;

struct Options {
    std::vector<std::string> references;
    bool json = false;
};

/// Everything known about the outcome of a release, once.
struct OutcomeInfo {
    Outcome id;
    std::string_view token;
    int code;
    std::string_view sentence;  ///< {0}: recipient, {1}: the mail server's words
};

constexpr auto outcomes = std::to_array<OutcomeInfo>({
    {Outcome::Released, "released", 0, "was released to {0}"},
    {Outcome::AlreadyReleased, "already-released", 0,
     "was released to {0} before; nothing was sent again"},
    {Outcome::BeingReleased, "being-released", EX_TEMPFAIL,
     "is being released just now by somebody else; nothing was sent from here"},
    {Outcome::Postponed, "postponed", EX_TEMPFAIL,
     "could not be handed to the mail server yet ({1}); 'lazaretctl expire' tries again"},
    {Outcome::Refused, "refused", EX_UNAVAILABLE,
     "was refused by the mail server ({1}); it is held again"},
});

const OutcomeInfo& info(Outcome id)
{
    return *std::find_if(outcomes.begin(), outcomes.end(),
                         [&](const auto& row) { return row.id == id; });
}

Json json_of(const store::ReleaseAnswer& answer)
{
    auto json = tools::json_of(answer.copy);
    json["outcome"] = info(answer.outcome).token;
    return json;
}

std::string_view token(store::DeedFault fault)
{
    switch (fault) {
        case store::DeedFault::Unknown: return "unknown";
        case store::DeedFault::NotAllowed: return "not-allowed";
        case store::DeedFault::TooLate: return "too-late";
        case store::DeedFault::Deleted: return "deleted";
        case store::DeedFault::LegalHold: return "legal-hold";
    }
    return "";
}

Class class_of_copy(store::Database& database, const Reference& reference)
{
    const auto held = store::Quarantine{database}.find(reference);
    return held ? held->summary.verdict : Class::Spam;
}

std::string sentence(const store::ReleaseAnswer& answer)
{
    const auto& row = info(answer.outcome);
    return fmt::format("{} {}.", answer.copy.reference.text(),
                       fmt::format(fmt::runtime(row.sentence), harmless_line(answer.copy.recipient),
                                   harmless_line(answer.copy.last_error)));
}

std::vector<Reference> references_of(const Options& options)
{
    std::vector<Reference> references;
    for (const auto& text : options.references) references.push_back(reference_argument(text));
    return references;
}

int release(const Options& options, const Context& context)
{
    const auto references = references_of(options);
    const auto keys = SealKeys::read(context.settings.link.key_file);
    const auto submitter = store::make_submitter(context.settings.submission);
    store::Release work{*context.database, *submitter, keys};

    int code = 0;
    auto json = Json::array();
    Progress progress{"releasing", references.size()};
    for (std::size_t at = 0; at < references.size(); ++at) {
        if (references.size() > 1) progress.show(at);
        const auto answer = work.release(references[at], acting_person());
        if (!answer) {
            code = std::max(code, explain_fault(references[at], answer.error(), Deed::Release,
                                                class_of_copy(*context.database, references[at])));
            json.push_back(
                {{"reference", references[at].text()}, {"outcome", token(answer.error())}});
            continue;
        }
        code = std::max(code, info(answer->outcome).code);
        json.push_back(json_of(*answer));
        if (!options.json)
            fmt::print(info(answer->outcome).code == 0 ? stdout : stderr, "{}\n",
                       sentence(*answer));
    }
    if (options.json) print_json(json);
    return code;
}

}  // namespace

Run define_held_release(CLI::App& options)
{
    const auto chosen = std::make_shared<Options>();
    options.add_option("ID", chosen->references, "as 'held list' shows them")->required();
    add_json_option(options, chosen->json);
    return [chosen](const Context& context) { return release(*chosen, context); };
}

}  // namespace lazaret::tools
