#include "milter/filter/assess.hpp"

#include <exception>
#include <utility>
#include <vector>

#include "base/log.hpp"
#include "milter/filter/own_hits.hpp"
#include "milter/filter/score.hpp"

namespace lazaret::filter {
namespace {

/// Caught here and not at the edge of the program: one broken check must not turn every message
/// that meets it into a 451, for days.
template <typename Part>
void guarded(const Check& check, const Mail& mail, Findings& findings, Part&& part)
{
    try {
        part();
    } catch (const std::exception& error) {
        log::error(
            "check failed",
            {{"queue", mail.envelope.queue_id}, {"check", check.name}, {"error", error.what()}});
        findings.hits.push_back(own_hit(OwnHit::CheckFailed, check.name));
    }
}

/// Those that ask the network begin, and wait for it when all others have run: an antivirus needs
/// no answers, and takes as long as they do.
void run_all(std::span<const Check> checks, const Mail& mail, Findings& findings)
{
    std::vector<std::pair<const Check*, Check::Rest>> begun;
    for (const auto& check : checks)
        guarded(check, mail, findings, [&] {
            if (check.begin) begun.emplace_back(&check, check.begin(mail, findings));
            else check.run(mail, findings);
        });
    for (const auto& one : begun)
        guarded(*one.first, mail, findings, [&] { one.second(findings); });
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

Mail mail_within(std::size_t most, const Envelope& envelope, std::string_view bytes,
                 const Message& message)
{
    constexpr std::size_t longest_line = 1'000;  // RFC 5322 2.1.1; a longer one is cut
    const auto part = bytes.substr(0, most);
    const bool is_too_large = part.size() < bytes.size();
    const auto end = is_too_large ? part.rfind('\n') + 1 : 0;
    const bool is_cut_at_line = part.size() - end <= longest_line && end > 0;
    return {envelope, is_cut_at_line ? part.substr(0, end) : part, message, is_too_large};
}

Assessment assess(const Mail& mail, std::span<const Check> checks)
{
    Assessment assessment;
    auto& findings = assessment.findings;
    if (!mail.message.readable)
        findings.hits.push_back(own_hit(OwnHit::Unreadable, mail.message.unreadable_why));
    if (mail.too_large) findings.hits.push_back(own_hit(OwnHit::TooLargeToScan));
    else if (mail.message.cut_short) findings.hits.push_back(own_hit(OwnHit::TooComplex));
    run_all(checks, mail, findings);
    assessment.score = total(findings.hits);
    return assessment;
}

}  // namespace lazaret::filter
