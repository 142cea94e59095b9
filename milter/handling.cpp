#include "milter/handling.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "base/log.hpp"
#include "base/mail/digest.hpp"
#include "base/mail/reference_field.hpp"
#include "base/text.hpp"
#include "milter/filter/auth/results_field.hpp"
#include "milter/holding.hpp"
#include "milter/judgement.hpp"
#include "milter/plan.hpp"
#include "milter/recipient.hpp"
#include "milter/vote_mail.hpp"

namespace lazaret::milter {
namespace {

using Clock = std::chrono::steady_clock;

/// One message on its way through the stages.
class Handling {
public:
    Handling(const std::shared_ptr<Incoming>& incoming, const Parts& parts,
             const std::function<void()>& progress)
        : parts_{parts},
          incoming_{incoming},
          conduct_{parts.conduct.get()},
          patience_{begun_ + conduct_->config.judgement_budget, conduct_->config.progress_interval,
                    progress}
    {
    }

    // The stages, in order.
    void gather();
    [[nodiscard]] bool has_too_many_fields() const;
    [[nodiscard]] bool is_sealed();
    [[nodiscard]] bool is_outbound() const;
    [[nodiscard]] bool brings_votes();
    [[nodiscard]] bool is_for_votes_alone() const;
    [[nodiscard]] bool may_vote() const;
    void note_votes();
    void leave_votes_out();
    void judge();
    void plan();
    void hold();
    [[nodiscard]] Answer answer();
    void note();

    // The short ways.
    [[nodiscard]] Answer refuse_header() const;
    [[nodiscard]] Answer pass_sealed() const;
    [[nodiscard]] Answer refuse_votes() const;
    [[nodiscard]] Answer search_outbound();
    [[nodiscard]] Answer pass_outbound() const;

private:
    [[nodiscard]] const Envelope& envelope() const { return incoming_->envelope; }
    [[nodiscard]] const Digest& digest();
    void add_edits(Answer& answer);
    [[nodiscard]] bool gets_reference() const;
    [[nodiscard]] std::optional<Moment> first_deferred();
    [[nodiscard]] std::int64_t milliseconds() const;
    [[nodiscard]] Class summary_class() const;
    [[nodiscard]] std::string reference_of(std::size_t decision) const;
    [[nodiscard]] std::optional<store::Passage::Delivered> delivered(Action done);

    const Parts& parts_;
    Clock::time_point begun_ = Clock::now();
    std::shared_ptr<Incoming> incoming_;
    std::shared_ptr<const Conduct> conduct_;
    Patience patience_;
    Moment now_ = parts_.now();
    std::string_view bytes_;
    HeaderAndBody header_;
    std::vector<HeaderChange> forgeries_;  ///< taken off of what passes
    std::vector<VoteRecipient> vote_recipients_;
    std::vector<std::string> left_out_;  ///< recipients to take off that are nobody's mailbox
    std::optional<Reference> seal_of_;   ///< the copy that a seal names, believed or not
    std::optional<Digest> digest_;
    std::shared_ptr<const Judgement> judgement_;
    Plan plan_;
    std::vector<Reference> references_;  ///< of the held copies, in the order of Plan::hold
    std::optional<Reference> refusal_;   ///< what the sender of a refused message is told
};

void Handling::gather()
{
    bytes_ = incoming_->spool.bytes();
    header_ = cut_header(bytes_);
    forgeries_ =
        without_forgeries(header_.fields, conduct_->authserv_id,
                          filter::believed_fields(header_.fields, conduct_->proof_sources));
}

const Digest& Handling::digest()
{
    if (!digest_) digest_ = digest_of(bytes_, envelope().queue_id);
    return *digest_;
}

// Fields behind those that we read would be seen by mail programs and by none of our checks; and
// for each field that is taken off Postfix reads its queue file from the beginning.
bool Handling::has_too_many_fields() const
{
    constexpr std::size_t most_forgeries = 100;
    return header_.cut_short || forgeries_.size() > most_forgeries;
}

Answer Handling::refuse_header() const
{
    const auto reference = Reference::random().text();
    log::info("too many header fields", {{"queue", envelope().queue_id},
                                         {"client", envelope().client_ip},
                                         {"reply", "refuse"},
                                         {"reference", reference}});
    return Answer::refuse(too_many_fields, reference);
}

bool Handling::is_sealed()
{
    const auto seal =
        std::find_if(header_.fields.begin(), header_.fields.end(),
                     [](const auto& one) { return same_ignoring_case(one.name, seal_header); });
    if (seal == header_.fields.end()) return false;
    seal_of_ = seal_reference(seal->value);
    const auto& recipients = envelope().recipients;
    if (recipients.size() != 1 || !recipients.front().address) return false;
    const auto good = check_seal(conduct_->seal_keys, seal->value, digest(),
                                 recipients.front().address->key(), now_);
    if (!good)
        log::warning("seal not believed",
                     {{"queue", envelope().queue_id}, {"why", sentence(good.error())}});
    return good.has_value();
}

Answer Handling::pass_sealed() const
{
    log::info("sealed", {{"queue", envelope().queue_id}, {"ms", milliseconds()}});
    Answer answer;
    answer.changes = without_seal(header_.fields);
    return answer;
}

bool Handling::is_outbound() const
{
    return !envelope().authenticated_user.empty() || conduct_->outbound.hold(envelope().client_ip);
}

bool Handling::brings_votes()
{
    vote_recipients_ = vote_recipients(envelope(), conduct_->votes);
    return !vote_recipients_.empty();
}

bool Handling::is_for_votes_alone() const
{
    return vote_recipients_.size() == envelope().recipients.size();
}

bool Handling::may_vote() const { return is_outbound() && envelope().sender; }

Answer Handling::refuse_votes() const
{
    const auto reference = Reference::random().text();
    log::info("votes refused", {{"queue", envelope().queue_id},
                                {"client", envelope().client_ip},
                                {"reference", reference}});
    return Answer::refuse(votes_refused, reference);
}

void Handling::note_votes()
{
    const auto mailbox = voter(envelope(), *parts_.policy.get());
    for (const auto& one : vote_recipients_) {
        const auto done = milter::note_votes(bytes_, mailbox, one.is_spam, conduct_->seal_keys,
                                             parts_.keeper, now_, patience_.progress);
        log::info("votes by mail", {{"queue", envelope().queue_id},
                                    {"says", one.is_spam ? "spam" : "ham"},
                                    {"attached", done.attached},
                                    {"noted", done.noted},
                                    {"as_text", done.as_text ? token(*done.as_text) : "-"},
                                    {"ms", milliseconds()}});
    }
}

// Nobody reads what is sent there, so nothing of it is delivered; to others it is mail like any,
// whoever sent it: a stranger who answers to all has done nothing wrong.
void Handling::leave_votes_out()
{
    if (!may_vote())
        log::info("votes left out",
                  {{"queue", envelope().queue_id}, {"client", envelope().client_ip}});
    auto& recipients = incoming_->envelope.recipients;
    for (auto one = vote_recipients_.rbegin(); one != vote_recipients_.rend(); ++one) {
        const auto at = recipients.begin() + static_cast<std::ptrdiff_t>(one->recipient);
        auto names = names_of(*at);
        std::move(names.begin(), names.end(), std::back_inserter(left_out_));
        recipients.erase(at);
    }
}

Answer Handling::search_outbound()
{
    if (conduct_->outbound_checks.empty() || envelope().recipients.empty()) return pass_outbound();
    const auto result =
        judge_outbound({incoming_, conduct_, parts_.policy.get(), bytes_, now_, {}, {}, {}},
                       parts_.judges, patience_);
    const auto& findings = result->assessment.findings;
    const bool infected = findings.scan == filter::Scan::Infected;
    if (infected) refusal_ = Reference::random();
    log::info("outbound", {{"queue", envelope().queue_id},
                           {"class", token(infected ? Class::Virus : Class::Clean)},
                           {"reference", infected ? refusal_->text() : "-"},
                           {"hits", hits_text(findings.hits)},
                           {"rcpts", envelope().recipients.size()},
                           {"ms", milliseconds()}});
    if (infected) return Answer::refuse(virus_refused, refusal_->text());
    return pass_outbound();
}

Answer Handling::pass_outbound() const
{
    Answer answer;
    answer.changes = forgeries_;
    answer.drop = left_out_;
    return answer;
}

void Handling::judge()
{
    judgement_ = milter::judge({incoming_, conduct_, parts_.policy.get(), bytes_, now_, {}, {}, {}},
                               parts_.judges, patience_);
}

// A message for several tenants was first seen when the first of them saw it.
std::optional<Moment> Handling::first_deferred()
{
    if (!asks_for_first_deferred(judgement_->decisions)) return std::nullopt;
    std::set<TenantId> tenants;
    for (const auto& one : judgement_->decisions)
        if (one.is_protected && one.action == Action::Later) tenants.insert(one.tenant);
    auto first = now_;
    for (const auto tenant : tenants)
        first = std::min(first, parts_.keeper.first_deferred(tenant, digest(), now_));
    return first;
}

void Handling::plan()
{
    const auto& findings = judgement_->assessment.findings;
    plan_ = plan_for(judgement_->decisions, {.infected = findings.scan == filter::Scan::Infected,
                                             .first_deferred = first_deferred(),
                                             .now = now_,
                                             .unscanned_delay = conduct_->config.unscanned_delay});
}

void Handling::hold()
{
    if (!plan_.hold.empty()) {
        auto mail =
            held_mail(*judgement_, plan_, digest(), preview(*judgement_, parts_.judges, patience_));
        mail.seal_of = seal_of_;
        references_ = parts_.keeper.hold(mail, held_copies(*judgement_, plan_));
    }
    if (plan_.reply == Plan::Reply::Refuse)
        refusal_ = references_.empty() ? Reference::random() : references_.front();
}

Answer Handling::answer()
{
    switch (plan_.reply) {
        case Plan::Reply::Later: return Answer::later(not_checked_yet);
        case Plan::Reply::Refuse:
            return Answer::refuse(refusal_of(summary_class()), refusal_->text());
        case Plan::Reply::Accept: break;
    }
    Answer answer;
    answer.drop = left_out_;
    for (const auto at : plan_.drop) {
        auto names = names_of(envelope().recipients[judgement_->decisions[at].recipient]);
        std::move(names.begin(), names.end(), std::back_inserter(answer.drop));
    }
    add_edits(answer);
    return answer;
}

// What is said in the header to all who get it.
void Handling::add_edits(Answer& answer)
{
    answer.changes = forgeries_;
    const auto& assessment = judgement_->assessment;
    answer.additions = fact_fields(assessment.score, assessment.findings.hits);
    std::size_t mark = 0;
    if (!plan_.subject_mark.empty()) {
        auto subject = marked_subject(header_.fields, plan_.subject_mark);
        if (!subject.changes.empty() || !subject.additions.empty())
            mark = plan_.subject_mark.size();
        std::move(subject.changes.begin(), subject.changes.end(),
                  std::back_inserter(answer.changes));
        std::move(subject.additions.begin(), subject.additions.end(),
                  std::back_inserter(answer.additions));
    }
    // Each is put on top of those before it.
    if (gets_reference())
        answer.insertions.push_back(
            {std::string{reference_header},
             make_reference_field(conduct_->seal_keys, bytes_, digest(), mark, now_)});
    if (assessment.authentication)
        answer.insertions.push_back(
            {"Authentication-Results", filter::auth::authentication_results_value(
                                           *assessment.authentication, conduct_->authserv_id)});
}

// Where nothing is noted, nobody could prove by it whose the message was.
bool Handling::gets_reference() const
{
    if (!conduct_->votes.references || !conduct_->config.passages) return false;
    for (std::size_t at = 0; at < judgement_->decisions.size(); ++at)
        if (judgement_->decisions[at].is_protected &&
            (plan_.done[at] == Action::Deliver || plan_.done[at] == Action::Tag))
            return true;
    return false;
}

// What the summary calls the message: a virus before all, else what was not simply delivered.
Class Handling::summary_class() const
{
    if (judgement_->assessment.findings.scan == filter::Scan::Infected) return Class::Virus;
    for (const auto& one : judgement_->decisions)
        if (one.is_protected && one.action != Action::Deliver) return one.verdict;
    for (const auto& one : judgement_->decisions)
        if (one.is_protected) return one.verdict;
    return Class::Clean;
}

std::string Handling::reference_of(std::size_t decision) const
{
    const auto held = std::find(plan_.hold.begin(), plan_.hold.end(), decision);
    const auto at = static_cast<std::size_t>(held - plan_.hold.begin());
    if (at < references_.size()) return references_[at].text();
    return refusal_ ? refusal_->text() : "";
}

void Handling::note()
{
    const auto& findings = judgement_->assessment.findings;
    const auto verdict = summary_class();
    log::info("judged", {{"queue", envelope().queue_id},
                         {"class", token(verdict)},
                         {"score", judgement_->assessment.score},
                         {"hits", hits_text(findings.hits)},
                         {"rcpts", envelope().recipients.size()},
                         {"hold", plan_.hold.size()},
                         {"reply", plan_.reply == Plan::Reply::Accept   ? "accept"
                                   : plan_.reply == Plan::Reply::Refuse ? "refuse"
                                                                        : "later"},
                         {"reference", refusal_ ? refusal_->text() : "-"},
                         {"ms", milliseconds()}});
    if (parts_.metrics) parts_.metrics->judged(verdict, Clock::now() - begun_);
    for (std::size_t at = 0; at < judgement_->decisions.size(); ++at) {
        const auto& decision = judgement_->decisions[at];
        if (!decision.is_protected) continue;
        const auto done = plan_.done[at];
        if (parts_.metrics) parts_.metrics->decided(decision.verdict, done);
        const auto explanation = recorded(decision, done);
        parts_.notebook.note({.when = now_,
                              .tenant = decision.tenant,
                              .mailbox = decision.mailbox,
                              .queue_id = valid_utf8(envelope().queue_id),
                              .sender = bare_address(envelope().sender_verbatim),
                              .client_ip = envelope().client_ip,
                              .verdict = decision.verdict,
                              .action = done,
                              .score = decision.score,
                              .reference = reference_of(at),
                              .hits = filter::hits_for(decision, judgement_->assessment),
                              .explanation = explanation,
                              .entry = explanation.decided ? explanation.decided->entry : 0,
                              .warned = explanation.warned ? explanation.warned->entry : 0,
                              .delivered = delivered(done),
                              .newsletter = newsletter_let_through(*judgement_, decision, done)});
    }
}

// None for what was not, or of which no row is kept.
std::optional<store::Passage::Delivered> Handling::delivered(Action done)
{
    if (done != Action::Deliver && done != Action::Tag) return std::nullopt;
    if (!conduct_->config.passages) return std::nullopt;
    const auto& message = judgement_->message;
    return store::Passage::Delivered{digest(), store::Passage::line(message.from),
                                     store::Passage::line(message.subject)};
}

std::int64_t Handling::milliseconds() const
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begun_).count();
}

}  // namespace

Answer handle(const std::shared_ptr<Incoming>& incoming, const Parts& parts,
              const std::function<void()>& progress)
{
    Handling message{incoming, parts, progress};
    message.gather();
    if (message.has_too_many_fields()) return message.refuse_header();
    if (message.is_sealed()) return message.pass_sealed();
    const bool brings_votes = message.brings_votes();
    if (brings_votes) {
        if (!message.may_vote() && message.is_for_votes_alone()) return message.refuse_votes();
        message.leave_votes_out();
    }
    if (message.is_outbound()) {
        auto answer = message.search_outbound();
        // Last: of what is put off and comes back the votes would count twice.
        if (brings_votes && message.may_vote() && answer.reply == Answer::Reply::Accept)
            message.note_votes();
        return answer;
    }
    message.judge();
    message.plan();
    message.hold();
    auto answer = message.answer();
    message.note();
    return answer;
}

}  // namespace lazaret::milter
