#include "milter/filter/assess.hpp"

#include <exception>

#include "base/log.hpp"
#include "milter/filter/own_hits.hpp"
#include "milter/filter/score.hpp"

namespace lazaret::filter {
namespace {

void run(const Check& check, const Mail& mail, Findings& findings)
{
    // Caught here and not at the edge of the program: one broken check must not turn every
    // message that meets it into a 451, for days.
    try {
        check.run(mail, findings);
    } catch (const std::exception& error) {
        log::error(
            "check failed",
            {{"queue", mail.envelope.queue_id}, {"check", check.name}, {"error", error.what()}});
        findings.hits.push_back(own_hit(OwnHit::CheckFailed, check.name));
    }
}

}  // namespace

std::string_view token(Scan scan)
{
    switch (scan) {
        case Scan::Clean: return "clean";
        case Scan::Infected: return "infected";
        case Scan::Unscanned: return "unscanned";
        case Scan::Skipped: return "skipped";
    }
    return "";
}

Assessment assess(const Mail& mail, std::span<const Check> checks)
{
    Assessment assessment;
    auto& findings = assessment.findings;
    if (!mail.message.readable)
        findings.hits.push_back(own_hit(OwnHit::Unreadable, mail.message.unreadable_why));
    if (mail.too_large) findings.hits.push_back(own_hit(OwnHit::TooLargeToScan));
    else if (mail.message.cut_short) findings.hits.push_back(own_hit(OwnHit::TooComplex));
    for (const auto& check : checks) run(check, mail, findings);
    assessment.score = total(findings.hits);
    return assessment;
}

}  // namespace lazaret::filter
