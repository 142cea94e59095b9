#include <algorithm>

#include "base/records/policy.hpp"
#include "milter/filter/assess.hpp"
#include "milter/filter/auth/sender_proofs.hpp"
#include "milter/filter/classify.hpp"
#include "milter/filter/lists.hpp"
#include "milter/filter/score.hpp"

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

// The hits that count are recorded; which of the message's are not among them, else nobody knew.
void explain_scores(Decision& decision, const Assessment& assessment)
{
    if (!decision.own_hits) return;
    std::string left_out;
    for (const auto& hit : assessment.findings.hits)
        if (std::ranges::find(*decision.own_hits, hit.name, &Hit::name) == decision.own_hits->end())
            left_out += (left_out.empty() ? "" : ", ") + hit.name;
    if (!left_out.empty()) decision.explanation.add_note("rule_scores took off " + left_out);
}

// What the recipient and his organisation think besides, among the message's hits; nothing when
// they think as all do.
//
// What speaks for a sender counts only for one who proved that he is it: a From is easily forged.
std::optional<std::vector<Hit>> with_own_opinion(const Findings& findings,
                                                 const RecipientPolicy& who,
                                                 const Explanation::Proved& proved)
{
    if (!findings.own_opinion) return std::nullopt;
    auto hit = findings.own_opinion({who.tenant.value_or(0), who.account.value_or(0)});
    if (!hit || (hit->points < 0 && proved.from.empty())) return std::nullopt;
    auto hits = findings.hits;
    hits.push_back(*std::move(hit));
    return hits;
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
    decision.explanation.proved = proved_by(sender);
    auto with_own = with_own_opinion(assessment.findings, who, *decision.explanation.proved);
    const auto& hits = with_own ? *with_own : assessment.findings.hits;
    decision.own_hits = scored_by(who.settings.rule_scores, hits);
    if (!decision.own_hits) decision.own_hits = std::move(with_own);
    decision.score = decision.own_hits ? total(*decision.own_hits) : assessment.score;
    decision.verdict = classify(assessment.findings, decision.score, who.settings, lists);
    decision.action = who.settings.action(decision.verdict);
    decision.retention_days = who.settings.retention(decision.verdict);
    decision.language = who.settings.language;
    if (decision.action == Action::Tag) decision.subject_mark = who.settings.subject_mark;
    decision.warned = std::move(lists.warned);
    explain_lists(decision.explanation, decision.verdict, assessment.findings, std::move(lists));
    explain_scores(decision, assessment);
    decision.explanation.settings = std::move(who.settings.winners);
    return decision;
}

}  // namespace

SenderProofs proofs_of(const Message& message, const Assessment& assessment,
                       const ProofSources& sources)
{
    auto proofs = proofs_of(message, sources);
    if (!assessment.authentication) return proofs;
    proofs.add(auth::sender_proofs(*assessment.authentication));
    proofs.add(auth::sealed_proofs(assessment.authentication->arc, sources.sealers));
    return proofs;
}

std::vector<Decision> decide(const Mail& mail, const Assessment& assessment, const Policy& policy,
                             const ProofSources& sources, Moment now)
{
    const auto proofs = proofs_of(mail.message, assessment, sources);
    const auto sender = sender_of(mail.message, mail.envelope, proofs, sources.relays);
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
