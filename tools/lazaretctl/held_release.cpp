#include <fmt/format.h>
#include <sysexits.h>

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
    {Outcome::GivenUp, "given-up", EX_UNAVAILABLE,
     "was tried for too long ({1}); it is held again, and can be released again"},
    {Outcome::CameBack, "came-back", EX_UNAVAILABLE,
     "was not released ({1}); do the milter and lazaretctl read the same link.key, and the same "
     "time? After a new key, restart or reload the milter"},
});

const OutcomeInfo& info(Outcome id)
{
    return *std::find_if(outcomes.begin(), outcomes.end(),
                         [&](const auto& row) { return row.id == id; });
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
    const auto release_one = [&](const Reference& reference) {
        const auto answer = work.release(reference, acting_person());
        progress.wipe();
        if (!answer) {
            code = std::max(code, explain_fault(reference, answer.error(), Deed::Release,
                                                class_of_copy(*context.database, reference)));
            json.push_back(outcome_json(reference, answer.error()));
            return;
        }
        const auto& row = info(answer->outcome);
        code = std::max(code, row.code);
        json.push_back(outcome_json(answer->copy, row.token));
        if (!options.json) fmt::print(row.code == 0 ? stdout : stderr, "{}\n", sentence(*answer));
    };
    // No edge: what was done before the database went away is said in any case.
    try {
        for (std::size_t at = 0; at < references.size(); ++at) {
            if (references.size() > 1) progress.show(at);
            release_one(references[at]);
        }
    } catch (const Error&) {
        if (options.json) print_json(json);
        throw;
    }
    if (options.json) print_json(json);
    return code;
}

}  // namespace

Run define_held_release(CommandOptions& options)
{
    const auto chosen = std::make_shared<Options>();
    options.add_option("ID", chosen->references, "as 'held list' shows them").required();
    add_json_option(options, chosen->json);
    return [chosen](const Context& context) { return release(*chosen, context); };
}

}  // namespace lazaret::tools
