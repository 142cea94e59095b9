#include "milter/judgement.hpp"

#include <algorithm>
#include <exception>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/mail/header_fields.hpp"
#include "milter/filter/imitation.hpp"
#include "milter/filter/own_hits.hpp"

namespace lazaret::milter {
namespace {

using Step = void (*)(Judgement&);

filter::Mail mail_of(const Judgement& j)
{
    const auto most = static_cast<std::size_t>(j.conduct->config.max_message);
    auto mail = filter::mail_within(most, j.incoming->envelope, j.bytes, j.message);
    mail.network = j.incoming->network.get();
    return mail;
}

filter::ReadLimits limits_of(const Judgement& j)
{
    filter::ReadLimits limits;
    limits.message = static_cast<std::size_t>(j.conduct->config.max_message);
    return limits;
}

void decide(Judgement& j)
{
    j.decisions =
        filter::decide(mail_of(j), j.assessment, *j.policy, j.conduct->proof_sources, j.now);
}

void rest(const std::function<void()>& wait) { Judges::rest(wait); }

bool keeps_copy(const filter::Decision& decision)
{
    return decision.action == Action::Hold || decision.action == Action::RefuseKeep;
}

// Not an edge, but the poison rule again: a message that cannot be shown can still be held.
Preview shown(const Incoming& incoming, std::string_view bytes, const filter::ReadLimits& limits)
try {
    return filter::preview_of(bytes, limits);
} catch (const std::exception& error) {
    log::error("preview failed", {{"queue", incoming.envelope.queue_id}, {"error", error.what()}});
    return {};
}

void read_assess_decide(Judgement& j)
{
    j.message = filter::read_message(j.bytes, limits_of(j));
    auto* network = j.incoming->network.get();
    if (network) network->read(j.message, j.conduct->dns_budget, rest);
    auto mail = mail_of(j);
    mail.report_senders = filter::report_senders(mail.envelope, *j.policy);
    j.assessment = filter::assess(mail, j.conduct->checks);
    if (network) j.assessment.authentication = network->authentication();
    decide(j);
    // Not later, behind all others who wait for a judge: under load nobody would have time for it.
    if (std::ranges::any_of(j.decisions, keeps_copy))
        j.preview = shown(*j.incoming, j.bytes, limits_of(j));
}

void assess_outbound(Judgement& j)
{
    j.assessment = filter::assess(mail_of(j), j.conduct->outbound_checks);
}

// What can be said of a message without reading its MIME.
std::shared_ptr<Judgement> unscanned(const Judgement& question, std::string_view why)
{
    auto j = std::make_shared<Judgement>(question);
    // Reading it may be what failed.
    try {
        j->message = filter::read_header(j->bytes);
    } catch (const std::exception& error) {
        log::error("header not read", {{"error", error.what()}});
        j->message = {};
        j->message.header = cut_header(j->bytes);
    }
    j->message.cut_short = true;
    j->assessment.findings.scan = filter::Scan::Unscanned;
    j->assessment.findings.hits = {filter::own_hit(filter::OwnHit::NotScanned, why)};
    decide(*j);
    return j;
}

std::shared_ptr<const Judgement> run(Judgement question, Step step, Judges& judges,
                                     const Patience& patience)
{
    const auto& queue = question.incoming->envelope.queue_id;
    const auto work = std::make_shared<Judgement>(question);
    auto outcome = Judges::Outcome::TooLate;
    std::string_view why = "it took too long";
    // Not an edge, but the poison rule: what one message did to us must not make it come back.
    try {
        outcome = judges.run([work, step] { step(*work); }, patience.deadline, patience.interval,
                             patience.progress);
    } catch (const std::exception& error) {
        log::error("judgement failed", {{"queue", queue}, {"error", error.what()}});
        why = "the judgement failed";
    }
    if (outcome == Judges::Outcome::Done) return work;
    if (outcome == Judges::Outcome::TooBusy)
        throw Error{Error::Kind::Unavailable, "every judge was busy for too long"};
    log::warning("not judged", {{"queue", queue}, {"why", why}});
    return unscanned(question, why);
}

}  // namespace

std::shared_ptr<const Judgement> judge(Judgement question, Judges& judges, const Patience& patience)
{
    return run(std::move(question), read_assess_decide, judges, patience);
}

std::shared_ptr<const Judgement> judge_outbound(Judgement question, Judges& judges,
                                                const Patience& patience)
{
    return run(std::move(question), assess_outbound, judges, patience);
}

Preview preview(const Judgement& judgement, Judges& judges, const Patience& patience)
{
    if (judgement.preview) return *judgement.preview;
    struct Work {
        std::shared_ptr<Incoming> incoming;  ///< owns the bytes
        std::string_view bytes;
        filter::ReadLimits limits;
        Preview made;
    };
    const auto work =
        std::make_shared<Work>(Work{judgement.incoming, judgement.bytes, limits_of(judgement), {}});
    const auto outcome =
        judges.run([work] { work->made = shown(*work->incoming, work->bytes, work->limits); },
                   patience.deadline, patience.interval, patience.progress);
    if (outcome == Judges::Outcome::Done) return std::move(work->made);
    log::warning("preview took too long", {{"queue", judgement.incoming->envelope.queue_id}});
    return {};
}

}  // namespace lazaret::milter
