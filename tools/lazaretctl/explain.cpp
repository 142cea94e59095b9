#include "tools/lazaretctl/explain.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "tools/lazaretctl/table.hpp"
#include "tools/lazaretctl/terminal_text.hpp"

namespace lazaret::tools {
namespace {

std::string match_text(const Explanation::Match& match, std::string_view end)
{
    return fmt::format("entry {} on the {} of {}, sender {}{}\n", match.entry,
                       list_name(match.kind), owner_words(match.owner), harmless_line(match.sender),
                       end);
}

// What an entry asks for, where that is more than any proof.
std::string needs_text(const Explanation::Match& match)
{
    if (match.needs.empty() || match.needs == Proof::any().text()) return {};
    return fmt::format(" (it asks for {})", harmless_line(match.needs));
}

std::string proved_text(const Explanation::Proved& proved)
{
    std::string all;
    for (const auto* proofs : {&proved.from, &proved.mail_from})
        for (const auto& proof : *proofs) all += (all.empty() ? "" : ", ") + proof.text();
    return fmt::format("The sender proved {}\n", all.empty() ? "nothing" : harmless_line(all));
}

}  // namespace

std::string_view list_name(ListKind kind)
{
    switch (kind) {
        case ListKind::Allow: return "allow list";
        case ListKind::Deny: return "deny list";
        case ListKind::Newsletter: return "list of accepted newsletters";
        case ListKind::Warn: return "warn list";
    }
    return "list";
}

std::string hits_text(std::span<const Hit> hits, double score, std::size_t columns)
{
    if (hits.empty()) return "No check found anything.\n";
    std::vector<Hit> sorted{hits.begin(), hits.end()};
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const Hit& a, const Hit& b) { return a.points > b.points; });
    Table table{{{"POINTS", true}, {"HIT"}, {"WHY", false, 20}}};
    for (const auto& hit : sorted)
        table.add({fmt::format("{:+.1f}", hit.points), hit.name, hit.why});
    table.add({fmt::format("{:.1f}", score), "", "together"});
    return table.text(columns);
}

std::string explanation_text(const Explanation& explanation)
{
    std::string out;
    if (explanation.decided) {
        const auto& proof = explanation.decided->proof;
        out += "Decided by " +
               match_text(*explanation.decided,
                          proof.empty() ? "" : fmt::format(" (proved: {})", harmless_line(proof)));
    }
    for (const auto& match : explanation.unproven)
        out += "Changed nothing, because the sender was not proven: " +
               match_text(match, needs_text(match));
    if (explanation.proved && !explanation.unproven.empty())
        out += proved_text(*explanation.proved);
    if (explanation.warned) out += "Told at once, by " + match_text(*explanation.warned, "");
    for (const auto& winner : explanation.settings)
        out += fmt::format("Setting {} was chosen by {}\n", harmless_line(winner.name),
                           owner_words(winner.owner));
    if (!explanation.note.empty())
        out += fmt::format("Note: {}\n", harmless_line(explanation.note));
    return out;
}

std::string class_text(Class id) { return fmt::format("{}: {}", token(id), info(id).sentence); }

std::string_view done_text(Action action)
{
    switch (action) {
        case Action::Deliver: return "delivered";
        case Action::Tag: return "delivered with a mark in the subject";
        case Action::Hold: return "held in the quarantine";
        case Action::Refuse: return "refused";
        case Action::RefuseKeep: return "refused, and a copy kept for the administrator";
        case Action::Discard: return "accepted and dropped";
        case Action::Later: return "put off: the sender's server was told to try again";
    }
    return "";
}

std::string owner_words(const Owner& owner)
{
    const auto name = harmless_line(owner.name);
    switch (owner.level) {
        case Level::Site: return "the site";
        case Level::Tenant: return "tenant " + name;
        case Level::Domain: return "the domain " + name;
        case Level::Account: return "account " + name;
        case Level::Address: return "the address " + name;
    }
    return name;
}

std::string owner_text(const Owner& owner)
{
    switch (owner.level) {
        case Level::Site: return "*";
        case Level::Domain: return "@" + owner.name;
        case Level::Address: return owner.name;
        case Level::Tenant:
        case Level::Account: break;
    }
    return owner.text();
}

}  // namespace lazaret::tools
