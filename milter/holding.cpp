#include "milter/holding.hpp"

#include "milter/filter/one_click.hpp"

#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "milter/recipient.hpp"

namespace lazaret::milter {
namespace {

bool needs_eight_bits(std::string_view bytes)
{
    return std::any_of(bytes.begin(), bytes.end(), [](char c) { return (c & '\x80') != 0; });
}

bool has_parameter(const Envelope& envelope, std::string_view name)
{
    return std::any_of(envelope.sender_parameters.begin(), envelope.sender_parameters.end(),
                       [&](const auto& one) { return same_ignoring_case(one, name); });
}

// Why the copy is held although the recipient's settings say something else.
std::string_view why_not_as_set(const filter::Decision& decision, bool kept_after_refusal)
{
    switch (decision.action) {
        case Action::Refuse:
        case Action::RefuseKeep:
            return kept_after_refusal ? "" : "held and not refused: not all recipients refuse it";
        case Action::Tag: return "held and not marked: another recipient was to get it unmarked";
        case Action::Later: return "no scanner looked at it for too long";
        case Action::Hold:
            return kept_after_refusal ? "refused: it carries a virus, and somebody whom we do not "
                                        "protect was to get it"
                                      : "";
        case Action::Deliver:
        case Action::Discard: return "";
    }
    return "";
}

Explanation explanation_of(const filter::Decision& decision, const Judgement& judgement,
                           bool kept_after_refusal)
{
    auto explanation = recorded(decision, kept_after_refusal ? Action::RefuseKeep : Action::Hold);
    const auto& authentication = judgement.assessment.authentication;
    if (decision.verdict == Class::Newsletter && authentication)
        explanation.one_click = filter::one_click_address(judgement.message, *authentication);
    const auto more = why_not_as_set(decision, kept_after_refusal);
    if (!more.empty()) explanation.add_note(more);
    return explanation;
}

/// What is recorded is read by the recipients of the copies: other languages would only be kept.
std::vector<Hit> in_languages(std::vector<Hit> hits, const std::set<std::string_view>& languages)
{
    for (auto& hit : hits) {
        auto texts = hit.why_in.texts();
        std::erase_if(texts, [&](const auto& one) { return !languages.contains(one.first); });
        hit.why_in = Translations{std::move(texts)};
    }
    return hits;
}

std::vector<Hit> hits_of_message(const Judgement& judgement, const Plan& plan)
{
    std::set<std::string_view> languages;
    for (const auto at : plan.hold) languages.insert(judgement.decisions[at].language);
    return in_languages(judgement.assessment.findings.hits, languages);
}

std::optional<std::vector<Hit>> own_hits(const filter::Decision& decision)
{
    if (!decision.own_hits) return std::nullopt;
    return in_languages(*decision.own_hits, {decision.language});
}

}  // namespace

Explanation recorded(const filter::Decision& decision, Action done)
{
    auto explanation = decision.explanation;
    if (done == Action::Hold) explanation.warned = decision.warned;
    return explanation;
}

HeldMail held_mail(const Judgement& judgement, const Plan& plan, const Digest& digest,
                   Preview preview)
{
    const auto& envelope = judgement.incoming->envelope;
    const auto& message = judgement.message;
    HeldMail mail;
    mail.digest = digest;
    mail.bytes = judgement.bytes;
    mail.received = judgement.now;
    mail.queue_id = valid_utf8(envelope.queue_id);
    mail.client_ip = envelope.client_ip;
    mail.helo = valid_utf8(envelope.helo);
    mail.sender = bare_address(envelope.sender_verbatim);
    mail.eight_bit = has_parameter(envelope, "BODY=8BITMIME") || needs_eight_bits(judgement.bytes);
    mail.utf8 = has_parameter(envelope, "SMTPUTF8");
    mail.from = message.from;
    if (const auto* author = message.shown_author()) mail.from_address = author->key();
    mail.subject = message.subject;
    mail.list_id = message.list_id;
    mail.hits = hits_of_message(judgement, plan);
    mail.preview = std::move(preview);
    mail.preview.scan = token(judgement.assessment.findings.scan);
    return mail;
}

std::optional<store::Passage::Newsletter> newsletter_let_through(const Judgement& judgement,
                                                                 const filter::Decision& decision,
                                                                 Action done)
{
    if (decision.verdict != Class::Newsletter) return std::nullopt;
    if (done != Action::Deliver && done != Action::Tag) return std::nullopt;
    const auto& message = judgement.message;
    const auto* author = message.shown_author();
    return store::Passage::Newsletter{store::Passage::line(message.from),
                                      author ? author->key() : "", message.list_id};
}

std::vector<HeldCopy> held_copies(const Judgement& judgement, const Plan& plan)
{
    const auto today = std::chrono::floor<std::chrono::days>(judgement.now);
    std::vector<HeldCopy> copies;
    copies.reserve(plan.hold.size());
    for (const auto at : plan.hold) {
        const auto& decision = judgement.decisions[at];
        const auto& recipient = judgement.incoming->envelope.recipients[decision.recipient];
        copies.push_back(
            {.reference = Reference::random(),
             .tenant = decision.tenant,
             .recipient = plain_name(recipient),
             .mailbox = decision.mailbox,
             .verdict = decision.verdict,
             .score = decision.score,
             .own_hits = own_hits(decision),
             .expires = today + std::chrono::days{decision.retention_days},
             .explanation = explanation_of(decision, judgement, plan.kept_after_refusal),
             .kept_after_refusal = plan.kept_after_refusal});
    }
    return copies;
}

}  // namespace lazaret::milter
