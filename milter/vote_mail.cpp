#include "milter/vote_mail.hpp"

#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "base/log.hpp"
#include "base/mail/reference_field.hpp"
#include "milter/filter/message/attached_messages.hpp"
#include "milter/filter/message/forwarded_text.hpp"

namespace lazaret::milter {
namespace {

constexpr std::chrono::milliseconds between_tries{250};

/// Votes on what one mail forwards: who forwards at once is quicker than our notes.
class PatientVoter {
public:
    PatientVoter(store::Keeper& keeper, Moment now, const std::function<void()>& progress)
        : keeper_{keeper}, now_{now}, progress_{progress}
    {
    }

    /// @param passed  when the message came through, by the clock of whichever milter.
    [[nodiscard]] store::MailVoted vote(const store::MailVote& vote, Moment passed) const
    {
        for (;;) {
            const auto waited = std::chrono::duration_cast<std::chrono::microseconds>(
                std::chrono::steady_clock::now() - begun_);
            const auto outcome = keeper_.vote(vote, now_ + waited);
            if (outcome != store::MailVoted::Elsewhere || waited >= store::noted_within ||
                now_ + waited >= passed + store::noted_within)
                return outcome;
            progress_();
            std::this_thread::sleep_for(between_tries);
        }
    }

private:
    store::Keeper& keeper_;
    Moment now_;
    const std::function<void()>& progress_;
    std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

store::TextForwarded count_text(std::string_view mail, const std::string& mailbox, bool is_spam,
                                store::Keeper& keeper, Moment now)
{
    auto read = filter::read_forwarded_text(mail);
    return keeper.count({.address = mailbox,
                         .is_spam = is_spam,
                         .digest = read.digest,
                         .senders = std::move(read.senders),
                         .subject = std::move(read.subject)},
                        now);
}

}  // namespace

std::vector<VoteRecipient> vote_recipients(const Envelope& envelope, const VotesConfig& votes)
{
    std::vector<VoteRecipient> all;
    if (votes.spam_address.empty() && votes.ham_address.empty()) return all;
    for (std::size_t at = 0; at < envelope.recipients.size(); ++at) {
        const auto& address = envelope.recipients[at].address;
        if (!address) continue;
        const auto key = address->key();
        if (key == votes.spam_address) all.push_back({at, true});
        else if (key == votes.ham_address) all.push_back({at, false});
    }
    return all;
}

std::string voter(const Envelope& envelope, const Policy& policy)
{
    if (const auto user = parse_address(envelope.authenticated_user)) {
        const auto who = policy_for(policy, *user);
        if (who.tenant) return who.mailbox;
    }
    return envelope.sender ? policy_for(policy, *envelope.sender).mailbox : std::string{};
}

VoteMailNoted note_votes(std::string_view mail, const std::string& mailbox, bool is_spam,
                         const SealKeys& keys, store::Keeper& keeper, Moment now,
                         const std::function<void()>& progress)
{
    VoteMailNoted done;
    const PatientVoter voter{keeper, now, progress};
    const auto leave = [&](std::string_view why) {
        log::info("vote by mail not noted", {{"address", mailbox}, {"why", why}});
    };
    for (const auto& message : filter::attached_messages(mail, most_attached_votes)) {
        ++done.attached;
        if (message.size() > store::longest_mail_vote) {
            leave(fmt::format("it is longer than {} MB", store::longest_mail_vote >> 20));
            continue;
        }
        const auto known = known_message(keys, message, now);
        if (!known) {
            leave(sentence(known.error()));
            continue;
        }
        const auto outcome = voter.vote({.address = mailbox,
                                         .digest = known->digest,
                                         .is_spam = is_spam,
                                         .way = store::MailVote::Way::Forward,
                                         .bytes = known->bytes},
                                        known->passed);
        if (outcome == store::MailVoted::Noted) ++done.noted;
        else leave(sentence(outcome));
    }
    if (done.attached == 0) done.as_text = count_text(mail, mailbox, is_spam, keeper, now);
    return done;
}

}  // namespace lazaret::milter
