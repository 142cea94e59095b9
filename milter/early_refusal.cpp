#include "milter/early_refusal.hpp"

#include <algorithm>

#include "milter/filter/lists.hpp"
#include "milter/filter/own_hits.hpp"

namespace lazaret::milter {
namespace {

bool is_allowed_by_somebody(const Policy& policy, const RecipientPolicy& who,
                            const Envelope& envelope, Moment now)
{
    const auto sender = filter::sender_of(filter::Message{}, envelope, {});
    return std::any_of(who.owners.begin(), who.owners.end(), [&](const auto& owner) {
        const auto entries = filter::candidates_of(policy, owner, sender, now);
        return std::any_of(entries.begin(), entries.end(), [](const auto& one) {
            using State = filter::Candidate::State;
            return one.entry->kind == ListKind::Allow &&
                   (one.state == State::Counts || one.state == State::NotProven);
        });
    });
}

}  // namespace

std::optional<store::Passage> refuse_early(const Policy& policy, const Envelope& envelope,
                                           const Recipient& recipient, const std::string& list,
                                           Moment now)
{
    if (!recipient.address) return std::nullopt;
    auto who = policy_for(policy, *recipient.address);
    if (!who.tenant || who.settings.action(Class::SpamCertain) != Action::Refuse ||
        is_allowed_by_somebody(policy, who, envelope, now))
        return std::nullopt;
    store::Passage passage{.when = now,
                           .tenant = *who.tenant,
                           .mailbox = std::move(who.mailbox),
                           .queue_id = {},
                           .sender = bare_address(envelope.sender_verbatim),
                           .client_ip = envelope.client_ip,
                           .verdict = Class::SpamCertain,
                           .action = Action::Refuse,
                           .score = 0.0,
                           .reference = Reference::random().text(),
                           .hits = {filter::own_hit(filter::OwnHit::ListedClient, list)},
                           .explanation = {},
                           .entry = 0,
                           .warned = 0};
    passage.explanation.settings = std::move(who.settings.winners);
    return passage;
}

}  // namespace lazaret::milter
