#include "quarantine-store/release.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/mail/digest.hpp"
#include "base/records/address.hpp"
#include "base/text.hpp"
#include "quarantine-store/held_json.hpp"
#include "quarantine-store/held_rows.hpp"
#include "quarantine-store/pg_connection.hpp"
#include "quarantine-store/pg_values.hpp"
#include "quarantine-store/release_steps.hpp"
#include "quarantine-store/standing.hpp"
#include "quarantine-store/vote_steps.hpp"

// The order of the outside effects, in one place: commit `releasing`, hand it to the MTA, commit
// `released`. Whatever breaks in between leaves `releasing`, which the sweeper takes up again.
namespace lazaret::store {
namespace {

using Outcome = ReleaseAnswer::Outcome;

using namespace std::chrono_literals;

constexpr auto patience = 24h * 5;  // for an MTA that is away or says "later"
constexpr int most_doubts = 3;      // each may have delivered it

// Whoever asked: a virus stays, also when somebody wrote into the table.
std::string may_go_out() { return fmt::format("class <> 'virus' and{}", is_still_his); }

// Marks a copy as on its way, when it stands as `condition` says.
bool claim(pqxx::work& transaction, const Reference& reference, const std::string& condition,
           Moment now, std::int64_t before)
{
    const auto sql =
        "update lazaret.held_copy set state = 'releasing', "
        "claimed = lazaret.moment($2), attempts = attempts + 1, last_error = '' "
        "where reference = $1 and " +
        condition + " and " + may_go_out() + " returning reference";
    return !run(transaction, sql.c_str(), reference.text(), micros(now), before).empty();
}

HeldSummary known_summary(pqxx::work& transaction, const Reference& reference)
{
    auto copy = find_summary(transaction, reference);
    if (!copy)
        throw Error{Error::Kind::Bug, "held copy {} vanished in its release", reference.text()};
    return std::move(*copy);
}

// Nobody is at a copy on its way whose last attempt has ended.
bool waits_for_a_try(const HeldSummary& copy)
{
    return copy.state == CopyState::Releasing && !copy.last_error.empty();
}

// Of copies on their way that claim() passes over, for longer than anybody waits: they would keep
// their day from being deleted. @return how many.
int end_unclaimable(Database& database)
{
    auto& session = database.session();
    const auto now = session.now();
    return session.transact("ending releases", [&](pqxx::work& transaction) {
        const auto sql =
            "update lazaret.held_copy set state = 'held', back_at = lazaret.moment($1), "
            "last_error = case when class = 'virus' then 'a virus is not released' "
            "else 'its domain is another customer''s now' end "
            "where state = 'releasing' and coalesce(changed, claimed) <= lazaret.moment($2) "
            "and not (" +
            may_go_out() + ") returning reference, last_error";
        const auto rows = run(transaction, sql.c_str(), micros(now), micros(now - patience));
        for (const auto& row : rows)
            log::warning("not released", {{"reference", text(row[0])},
                                          {"state", token(CopyState::Held)},
                                          {"error", text(row[1])}});
        return static_cast<int>(rows.size());
    });
}

std::optional<Outcome> outcome_of(CopyState state)
{
    switch (state) {
        case CopyState::Released: return Outcome::AlreadyReleased;
        case CopyState::Releasing: return Outcome::BeingReleased;
        case CopyState::Held:
        case CopyState::Deleted: return std::nullopt;
    }
    return std::nullopt;
}

}  // namespace

// A copy that is ours to send.
struct Release::Claimed {
    Reference reference;
    Submission submission;
    std::string bytes;
    int attempts = 0;    // this one, too
    int doubts = 0;      // of those before, since then
    Moment asked_for{};  // by a person

    static Claimed read(pqxx::work& transaction, const Reference& reference)
    {
        const auto row =
            run(transaction,
                "select h.sender, h.recipient, h.eight_bit, h.utf8, m.bytes, h.attempts, "
                "lazaret.micros(coalesce(h.changed, h.claimed)), h.doubts "
                "from lazaret.held_copy h "
                "join lazaret.held_mail m using (tenant_id, digest, expires) "
                "where h.reference = $1",
                reference.text())[0];
        Claimed copy{.reference = reference, .submission = {}, .bytes = raw_bytes(row[4])};
        copy.submission.sender = text(row[0]);
        copy.submission.recipient = text(row[1]);
        copy.submission.eight_bit = value<bool>(row[2]);
        copy.submission.utf8 = value<bool>(row[3]);
        copy.attempts = value<int>(row[5]);
        copy.asked_for = moment(row[6]);
        copy.doubts = value<int>(row[7]);
        return copy;
    }
};

Result<ReleaseAnswer, DeedFault> Release::release(const Reference& reference, const Actor& actor)
{
    auto answer = begin_release(database_, reference, actor);
    if (!answer || answer->outcome != Outcome::Postponed) return answer;
    const auto outcome = take_up(reference);
    auto& session = database_.session();
    answer->copy = session.transact("looking at a release", [&](pqxx::work& transaction) {
        return known_summary(transaction, reference);
    });
    if (outcome) {
        answer->outcome = *outcome;
        return answer;
    }
    // Somebody was faster, and may have come to an end by now.
    if (answer->copy.state == CopyState::Deleted) return because(DeedFault::Deleted);
    answer->outcome = outcome_of(answer->copy.state).value_or(Outcome::Refused);
    return answer;
}

Result<ReleaseAnswer, DeedFault> begin_release(Database& database, const Reference& reference,
                                               const Actor& actor, Deed as)
{
    using Answer = Result<ReleaseAnswer, DeedFault>;
    auto& session = database.session();
    return session.transact("beginning a release", [&](pqxx::work& transaction) -> Answer {
        const auto copy = find_summary(transaction, reference);
        if (!copy) return because(DeedFault::Unknown);
        if (const auto done = outcome_of(copy->state); done && !waits_for_a_try(*copy)) {
            if (as == Deed::AcceptNewsletter && may(actor.role, as, *copy))
                say_wanted(transaction, std::vector{reference}, actor, as, session.now());
            return ReleaseAnswer{*done, *copy};
        }
        if (copy->state == CopyState::Deleted) return because(DeedFault::Deleted);
        if (!may(actor.role, Deed::Release, *copy)) return because(DeedFault::NotAllowed);
        const auto has_domain = tenant_of(transaction, Owner::address(copy->mailbox));
        if (has_domain && *has_domain != copy->tenant) return because(DeedFault::Elsewhere);
        const auto marked =
            run(transaction,
                "update lazaret.held_copy set state = 'releasing', last_error = $4, doubts = 0, "
                "changed = lazaret.moment($2), changed_by = $3 where reference = $1 "
                // Another press while it waits for its first try changes nothing.
                "and (state = 'held' or (state = 'releasing' and last_error not in ('', $4))) "
                "returning reference",
                reference.text(), micros(session.now()), valid_utf8(actor.name), not_tried_yet);
        auto after = known_summary(transaction, reference);
        if (marked.empty()) {
            // Somebody was faster, perhaps between our two statements.
            if (waits_for_a_try(after)) return ReleaseAnswer{Outcome::Postponed, std::move(after)};
            const auto done = outcome_of(after.state);
            if (!done) return because(DeedFault::Deleted);
            return ReleaseAnswer{*done, std::move(after)};
        }
        note_audit(transaction, copy->tenant, actor, "release", reference.text(), copy->recipient);
        say_wanted(transaction, std::vector{reference}, actor, as, session.now());
        return ReleaseAnswer{Outcome::Postponed, std::move(after)};
    });
}

std::optional<Outcome> Release::take_up(const Reference& reference)
{
    const auto ready = claimed_if(reference,
                                  "state = 'releasing' and last_error <> '' "
                                  "and $3::bigint is not null",
                                  0);
    if (!ready) return std::nullopt;
    return send(*ready).outcome;
}

std::optional<Release::Claimed> Release::claimed_if(const Reference& reference,
                                                    const std::string& condition,
                                                    std::int64_t before)
{
    auto& session = database_.session();
    return session.transact(
        "taking up a release", [&](pqxx::work& transaction) -> std::optional<Claimed> {
            if (!claim(transaction, reference, condition, session.now(), before))
                return std::nullopt;
            return Claimed::read(transaction, reference);
        });
}

// Hands the mail over, once.
Release::Attempt Release::attempt(const Claimed& copy, Moment now)
{
    auto submission = copy.submission;
    submission.bytes = copy.bytes;
    // The whole recipient, as the milter sees it, and not cut as for an index.
    submission.seal = make_seal(keys_, digest_of(copy.bytes, ""), address_key(submission.recipient),
                                now, copy.reference);
    const auto postponed = [&](const Error& error, bool give_up) {
        return Attempt{
            give_up || now - copy.asked_for >= patience ? Outcome::GivenUp : Outcome::Postponed,
            error.what()};
    };
    // A try that is no edge: the MTA's answer is the state of the copy.
    try {
        submitter_.submit(submission);
        return {Outcome::Released, ""};
    } catch (const SubmissionRefused& refused) {
        if (refused.is_permanent()) return {Outcome::Refused, refused.what()};
        return postponed(refused, false);
    } catch (const SubmissionInDoubt& doubt) {
        auto ended = postponed(doubt, copy.doubts + 1 >= most_doubts);
        ended.is_in_doubt = true;
        return ended;
    } catch (const Error& error) {
        auto ended = postponed(error, false);
        ended.is_away = true;
        return ended;
    }
}

Release::Attempt Release::send(const Claimed& copy)
{
    auto& session = database_.session();
    auto ended = attempt(copy, session.now());
    const auto* state = ended.outcome == Outcome::Released    ? "released"
                        : ended.outcome == Outcome::Postponed ? "releasing"
                                                              : "held";
    bool was_ours = false;
    const auto after = session.transact("ending a release", [&](pqxx::work& transaction) {
        const auto rows =
            run(transaction,
                "update lazaret.held_copy set state = $2, last_error = $3, doubts = doubts + $5, "
                // Reports left it out while it was on its way.
                "back_at = case when $2 = 'held' then lazaret.moment($4) else back_at end "
                "where reference = $1 and state = 'releasing'",
                copy.reference.text(), state, kept_error(ended.problem), micros(session.now()),
                ended.is_in_doubt ? 1 : 0);
        was_ours = rows.affected_rows() > 0;
        return known_summary(transaction, copy.reference);
    });
    // While the MTA had it the milter held it again, see lazaret.found_again and take_back.
    if (!was_ours && after.state == CopyState::Held) {
        ended.outcome = Outcome::CameBack;
        ended.problem = after.last_error;
    }
    if (ended.outcome == Outcome::Released)
        log::info("released", {{"reference", copy.reference.text()}});
    else
        log::warning("not released", {{"reference", copy.reference.text()},
                                      {"state", token(after.state)},
                                      {"attempts", copy.attempts},
                                      {"error", ended.problem}});
    return ended;
}

Release::Sweep Release::sweep(std::chrono::minutes older_than,
                              const std::function<void(int)>& progress)
{
    auto& session = database_.session();
    const auto before = micros(session.now() - older_than);
    const auto waiting = session.transact("looking for releases", [&](pqxx::work& transaction) {
        std::vector<Reference> all;
        const auto rows = run(transaction,
                              "select reference from lazaret.held_copy where state = 'releasing' "
                              "and (claimed <= lazaret.moment($1) or last_error <> '') "
                              // One that breaks its connection each time keeps nobody waiting.
                              "order by claimed nulls first",
                              before);
        for (const auto& row : rows)
            if (const auto one = Reference::parse(text(row[0]))) all.push_back(*one);
        return all;
    });
    Sweep sweep;
    sweep.given_up = end_unclaimable(database_);
    if (sweep.given_up > 0 && progress) progress(sweep.all());
    const auto began = session.now();
    for (const auto& reference : waiting) {
        if (session.now() - began >= sweep_time) break;
        // Another sweeper may have been faster.
        const auto ready = claimed_if(reference,
                                      "state = 'releasing' and (claimed <= lazaret.moment($3) "
                                      "or last_error <> '')",
                                      before);
        if (!ready) continue;
        const auto ended = send(*ready);
        switch (ended.outcome) {
            case Outcome::Released: ++sweep.released; break;
            case Outcome::Refused: ++sweep.refused; break;
            case Outcome::GivenUp: ++sweep.given_up; break;
            case Outcome::CameBack: ++sweep.came_back; break;
            default: ++sweep.postponed; break;
        }
        if (progress) progress(sweep.all());
        // The others would find it away as well, each after its time-out.
        if (ended.is_away) break;
    }
    return sweep;
}

}  // namespace lazaret::store
