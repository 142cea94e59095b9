#include "tools/lazaretctl/held_output.hpp"

#include <fmt/format.h>
#include <sysexits.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "tools/lazaretctl/json_output.hpp"

namespace lazaret::tools {
namespace {

std::string_view token(store::DeedFault fault)
{
    switch (fault) {
        case store::DeedFault::Unknown: return "unknown";
        case store::DeedFault::NotAllowed: return "not-allowed";
        case store::DeedFault::TooLate: return "too-late";
        case store::DeedFault::Deleted: return "deleted";
        case store::DeedFault::LegalHold: return "legal-hold";
        case store::DeedFault::Elsewhere: return "elsewhere";
    }
    return "";
}

}  // namespace

nlohmann::ordered_json json_of(const store::HeldSummary& copy)
{
    return {{"reference", copy.reference.text()},
            {"tenant", copy.tenant},
            {"received", utc_text(copy.received)},
            {"recipient", copy.recipient},
            {"mailbox", copy.mailbox},
            {"sender", copy.sender},
            {"from", copy.from},
            {"subject", copy.subject},
            {"class", token(copy.verdict)},
            {"score", rounded(copy.score, 3)},
            {"state", token(copy.state)},
            {"expires", day_text(copy.expires)},
            {"legal_hold", copy.legal_hold},
            {"kept_after_refusal", copy.kept_after_refusal},
            {"size", copy.size},
            {"queue_id", copy.queue_id},
            {"attempts", copy.attempts},
            {"last_error", copy.last_error}};
}

nlohmann::ordered_json outcome_json(const store::HeldSummary& copy, std::string_view outcome)
{
    auto json = json_of(copy);
    json["outcome"] = outcome;
    return json;
}

nlohmann::ordered_json outcome_json(const Reference& reference, store::DeedFault fault)
{
    return {{"reference", reference.text()}, {"outcome", token(fault)}};
}

std::string state_text(const store::HeldSummary& copy)
{
    switch (copy.state) {
        case store::CopyState::Held:
            return copy.legal_hold ? "held, without end"
                                   : fmt::format("held until {}", day_text(copy.expires));
        case store::CopyState::Releasing:
            return fmt::format("being released ({} attempt{})", copy.attempts,
                               copy.attempts == 1 ? "" : "s");
        case store::CopyState::Released: return "released";
        case store::CopyState::Deleted: return "deleted";
    }
    return "";
}

int explain_fault(const Reference& reference, store::DeedFault fault, Deed deed, Class verdict)
{
    if (fault == store::DeedFault::Unknown) {
        fmt::print(stderr,
                   "lazaretctl: error: there is no held message {}; it may have expired\n"
                   "hint: lazaretctl held list\n",
                   reference.text());
    } else {
        fmt::print(stderr, "lazaretctl: error: {}: {}\n", reference.text(),
                   sentence(fault, Role::SiteAdministrator, deed, verdict));
    }
    return EX_UNAVAILABLE;
}

}  // namespace lazaret::tools
