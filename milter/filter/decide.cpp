#include "base/records/policy.hpp"
#include "milter/filter/assess.hpp"
#include "milter/filter/classify.hpp"
#include "milter/filter/lists.hpp"

namespace lazaret::filter {
namespace {

// The entry that the class follows from, and a sentence where one had no force.
void explain_lists(Explanation& explanation, Class verdict, const Findings& findings,
                   ListAnswer lists)
{
    explanation.unproven = std::move(lists.unproven);
    const bool allowed = lists.decided && lists.decided->kind == ListKind::Allow;
    switch (verdict) {
        case Class::Virus:
        case Class::Dangerous:
        case Class::Unscanned:
            if (allowed) explanation.note = "no allow list lets such a message pass";
            return;
        case Class::Newsletter:
            if (allowed)
                explanation.note =
                    "an allow list does not let newsletters pass; accepting the newsletter does";
            return;
        case Class::Clean:
            explanation.decided = std::move(lists.decided);
            if (!explanation.decided && findings.bulk)
                explanation.decided = std::move(lists.newsletter);
            return;
        case Class::Denied:
        case Class::Spam:
        case Class::SpamCertain: explanation.decided = std::move(lists.decided); return;
    }
}

Decision decide_for(const Address& recipient, const Sender& sender, const Assessment& assessment,
                    const Policy& policy, Moment now)
{
    Decision decision;
    auto who = policy_for(policy, recipient);
    if (!who.tenant) return decision;
    auto lists = ask_lists(policy, who.owners, sender, now);
    decision.is_protected = true;
    decision.tenant = *who.tenant;
    decision.mailbox = std::move(who.mailbox);
    decision.score = assessment.score;
    decision.verdict = classify(assessment.findings, assessment.score, who.settings, lists);
    decision.action = who.settings.action(decision.verdict);
    decision.retention_days = who.settings.retention(decision.verdict);
    decision.language = who.settings.language;
    if (decision.action == Action::Tag) decision.subject_mark = who.settings.subject_mark;
    explain_lists(decision.explanation, decision.verdict, assessment.findings, std::move(lists));
    decision.explanation.settings = std::move(who.settings.winners);
    return decision;
}

}  // namespace

std::vector<Decision> decide(const Mail& mail, const Assessment& assessment, const Policy& policy,
                             const ProofSources& sources, Moment now)
{
    auto proofs = proofs_of(mail.message, sources);
    if (assessment.authentication) add_proofs(proofs, *assessment.authentication);
    const auto sender = sender_of(mail.message, mail.envelope, proofs);
    std::vector<Decision> decisions;
    decisions.reserve(mail.envelope.recipients.size());
    for (const auto& recipient : mail.envelope.recipients) {
        decisions.push_back(recipient.address
                                ? decide_for(*recipient.address, sender, assessment, policy, now)
                                : Decision{});
        decisions.back().recipient = decisions.size() - 1;
    }
    return decisions;
}

}  // namespace lazaret::filter
