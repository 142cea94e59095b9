#include "milter/filter/lists.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace lazaret::filter {
namespace {

constexpr std::size_t most_from_addresses = 16;

// `bob+x@a.example.org`, `bob+@a.example.org`, `@a.example.org`, `.a.example.org`, `.example.org`,
// `.org`.
std::vector<std::string> patterns_for(const Address& address)
{
    std::vector<std::string> patterns{address.key()};
    if (const auto family = sender_family(address)) patterns.push_back(family->key());
    patterns.push_back('@' + address.domain);
    if (address.domain.starts_with('[')) return patterns;
    std::string_view rest = address.domain;
    while (true) {
        patterns.push_back('.' + std::string{rest});
        const auto dot = rest.find('.');
        if (dot == std::string_view::npos) return patterns;
        rest.remove_prefix(dot + 1);
    }
}

bool counts(const ListEntry& entry, Moment now)
{
    return entry.enabled && (!entry.expires || now <= *entry.expires);
}

Explanation::Match match_of(const ListEntry& entry, const std::string& proof)
{
    return {entry.id, entry.kind, entry.owner,
            entry.list_id.empty() ? entry.sender.text : entry.list_id, proof};
}

bool has(const std::vector<Explanation::Match>& list, std::int64_t entry)
{
    return std::any_of(list.begin(), list.end(),
                       [&](const auto& match) { return match.entry == entry; });
}

// What the entries of one owner say; only the first of each kind matters.
struct OwnerAnswer {
    std::optional<Explanation::Match> deny;
    std::optional<Explanation::Match> allow;
    std::optional<Explanation::Match> newsletter;
    std::vector<Explanation::Match> unproven;

    void take(const ListEntry& entry, const Sender::Name& name, const std::string& list_id)
    {
        const bool proven = !name.proof.empty();
        switch (entry.kind) {
            case ListKind::Deny:
                if (!deny && (proven || entry.proof == Proof::None))
                    deny = match_of(entry, name.proof);
                return;
            case ListKind::Allow:
                if (!proven) unproven.push_back(match_of(entry, {}));
                else if (!allow) allow = match_of(entry, name.proof);
                return;
            case ListKind::Newsletter:
                if (!newsletter && name.is_from &&
                    (entry.list_id.empty() || entry.list_id == list_id))
                    newsletter = match_of(entry, name.proof);
                return;
        }
    }
};

OwnerAnswer ask_owner(const Policy& policy, const Owner& owner, const Sender& sender, Moment now)
{
    OwnerAnswer answer;
    for (const auto& name : sender.names)
        for (const auto& pattern : name.patterns)
            if (const auto* entries = policy.lists.find(list_key(owner, pattern)))
                for (const auto& entry : *entries)
                    if (counts(entry, now)) answer.take(entry, name, sender.list_id);
    return answer;
}

}  // namespace

Sender sender_of(const Message& message, const Envelope& envelope, const SenderProofs& proofs)
{
    Sender sender;
    const auto from_fields =
        std::count_if(message.header.fields.begin(), message.header.fields.end(),
                      [](const auto& field) { return same_ignoring_case(field.name, "from"); });
    const bool one_author = from_fields == 1 && message.from_addresses.size() == 1;
    for (const auto& address : message.from_addresses) {
        if (sender.names.size() == most_from_addresses) break;
        sender.names.push_back({patterns_for(address),
                                one_author ? proof_for_from(proofs, address.domain) : "", true});
    }
    if (envelope.sender)
        sender.names.push_back({patterns_for(*envelope.sender),
                                proof_for_mail_from(proofs, envelope.sender->domain), false});
    sender.list_id = message.list_id;
    return sender;
}

ListAnswer ask_lists(const Policy& policy, std::span<const Owner> owners, const Sender& sender,
                     Moment now)
{
    ListAnswer answer;
    for (auto owner = owners.rbegin(); owner != owners.rend(); ++owner) {
        auto here = ask_owner(policy, *owner, sender, now);
        if (!answer.decided) answer.decided = here.deny ? here.deny : here.allow;
        if (!answer.newsletter) answer.newsletter = here.newsletter;
        for (auto& match : here.unproven) {
            // The same entry may name both From and MAIL FROM, and one of them may be proven.
            const bool proven = here.allow && here.allow->entry == match.entry;
            if (!proven && !has(answer.unproven, match.entry))
                answer.unproven.push_back(std::move(match));
        }
    }
    return answer;
}

}  // namespace lazaret::filter
