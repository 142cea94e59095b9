#include "milter/vote_mail.hpp"

#include <fmt/format.h>

#include "base/log.hpp"
#include "base/mail/reference_field.hpp"
#include "milter/filter/message/attached_messages.hpp"
#include "milter/filter/message/forwarded_text.hpp"

namespace lazaret::milter {
namespace {

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
                         const SealKeys& keys, store::Keeper& keeper, Moment now)
{
    VoteMailNoted done;
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
        const auto outcome = keeper.vote({.address = mailbox,
                                          .digest = known->digest,
                                          .is_spam = is_spam,
                                          .way = store::MailVote::Way::Forward,
                                          .bytes = known->bytes},
                                         now);
        if (outcome == store::MailVoted::Noted) ++done.noted;
        else leave(sentence(outcome));
    }
    if (done.attached == 0) done.as_text = count_text(mail, mailbox, is_spam, keeper, now);
    return done;
}

}  // namespace lazaret::milter
