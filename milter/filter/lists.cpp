#include "milter/filter/lists.hpp"

#include <algorithm>

#include "base/records/networks.hpp"
#include "base/text.hpp"

namespace lazaret::filter {
namespace {

constexpr std::size_t most_from_addresses = 100;  // more than anybody writes, honest or not

// The first that is good enough; narrow entries ask for the network, which stands last.
const Proof* enough_of(const std::vector<Proof>& proofs, const Proof& needed, Reach reach)
{
    const auto found = std::find_if(proofs.begin(), proofs.end(), [&](const Proof& proof) {
        return is_enough(proof, needed, reach);
    });
    return found == proofs.end() ? nullptr : &*found;
}

// What is shown beside an entry that asks for nothing: the best that there is.
std::string best_of(const std::vector<Proof>& proofs)
{
    const auto* best = enough_of(proofs, Proof::any(), Reach::OneDomain);
    return best ? best->text() : std::string{};
}

Proof needed_by(const ListEntry& entry)
{
    // One that accepts a newsletter of whom nothing was known asks for nothing.
    if (entry.kind == ListKind::Newsletter && entry.proof.kind == Proof::Kind::Any)
        return Proof::none();
    const bool asks = entry.proof.kind != Proof::Kind::None;
    return asks || entry.kind != ListKind::Allow ? entry.proof : Proof::any();
}

Reach reach_of(const SenderPattern& sender)
{
    const bool is_wide = sender.form == SenderPattern::Form::DomainAndSubdomains;
    return is_wide ? Reach::DomainsBelow : Reach::OneDomain;
}

// What becomes of an entry by one name of the sender's; none when it does not name that.
std::optional<Candidate> candidate(const ListEntry& entry, const Sender::Name& name,
                                   const std::string& list_id, Moment now)
{
    using enum Candidate::State;
    if (entry.kind == ListKind::Newsletter && !name.is_from) return std::nullopt;
    if (entry.is_narrow() && entry.sender.text != name.patterns.front()) return std::nullopt;
    Candidate here{&entry, &name, Counts, best_of(name.proofs)};
    if (!entry.enabled) here.state = Disabled;
    else if (entry.expires && now > *entry.expires) here.state = Expired;
    else if (!entry.list_id.empty() && entry.list_id != list_id) here.state = OtherList;
    else if (const auto needed = needed_by(entry); needed.kind != Proof::Kind::None) {
        const auto* proof = enough_of(name.proofs, needed, reach_of(entry.sender));
        if (proof) here.proof = proof->text();
        else here.state = NotProven;
    }
    return here;
}

void add(std::vector<Candidate>& all, Candidate candidate)
{
    const auto there = std::find_if(all.begin(), all.end(), [&](const auto& other) {
        return other.entry->id == candidate.entry->id;
    });
    if (there == all.end()) all.push_back(std::move(candidate));
    else if (there->state != Candidate::State::Counts &&
             candidate.state == Candidate::State::Counts)
        *there = std::move(candidate);
}

Explanation::Match match_of(const Candidate& candidate)
{
    const auto& entry = *candidate.entry;
    return {entry.id,        entry.kind,
            entry.owner,     entry.list_id.empty() ? entry.sender.text : entry.list_id,
            candidate.proof, entry.proof.text()};
}

// The first entry of a kind that counts.
std::optional<Explanation::Match> first_of(const std::vector<Candidate>& candidates, ListKind kind)
{
    const auto found =
        std::find_if(candidates.begin(), candidates.end(), [&](const Candidate& candidate) {
            return candidate.state == Candidate::State::Counts && candidate.entry->kind == kind;
        });
    if (found == candidates.end()) return std::nullopt;
    return match_of(*found);
}

}  // namespace

std::string_view token(Candidate::State state)
{
    switch (state) {
        case Candidate::State::Counts: return "counts";
        case Candidate::State::NotProven: return "not-proven";
        case Candidate::State::Expired: return "expired";
        case Candidate::State::Disabled: return "disabled";
        case Candidate::State::OtherList: return "other-list";
    }
    return "";
}

Sender sender_of(const Message& message, const Envelope& envelope, const SenderProofs& proofs,
                 const Networks& relays)
{
    Sender sender;
    const auto network = relays.hold(envelope.client_ip)
                             ? std::string{}
                             : Networks::neighbourhood_of(envelope.client_ip);
    const auto add_network = [&](Sender::Name& name) {
        if (!network.empty()) name.proofs.push_back(Proof::network(network));
    };
    const bool one_author = message.has_one_author();
    for (const auto& address : message.from_addresses) {
        if (sender.names.size() == most_from_addresses) break;
        auto& name = sender.names.emplace_back(Sender::Name{patterns_naming(address), {}, true});
        if (!one_author) continue;
        name.proofs = proofs_for_from(proofs, address.domain);
        add_network(name);
    }
    for (const auto& address : message.apparent_authors) {
        if (sender.names.size() == most_from_addresses) break;
        sender.names.push_back({patterns_naming(address), {}, true});
    }
    if (envelope.sender) {
        auto& name = sender.names.emplace_back(
            Sender::Name{patterns_naming(*envelope.sender),
                         proofs_for_mail_from(proofs, envelope.sender->domain), false});
        add_network(name);
    }
    sender.list_id = message.list_id;
    return sender;
}

Explanation::Proved proved_by(const Sender& sender)
{
    Explanation::Proved proved;
    for (const auto& name : sender.names)
        for (const auto& proof : name.proofs)
            if (is_enough(proof, Proof::any(), Reach::OneDomain))
                (name.is_from ? proved.from : proved.mail_from).push_back(proof);
    return proved;
}

std::vector<Candidate> candidates_of(const Policy& policy, const Owner& owner, const Sender& sender,
                                     Moment now)
{
    std::vector<Candidate> all;
    for (const auto& name : sender.names)
        for (const auto& pattern : name.patterns)
            if (const auto* entries = policy.lists.find(list_key(owner, pattern)))
                for (const auto& entry : *entries)
                    if (auto found = candidate(entry, name, sender.list_id, now))
                        add(all, std::move(*found));
    return all;
}

ListAnswer ask_lists(const Policy& policy, std::span<const Owner> owners, const Sender& sender,
                     Moment now)
{
    ListAnswer answer;
    for (auto owner = owners.rbegin(); owner != owners.rend(); ++owner) {
        const auto here = candidates_of(policy, *owner, sender, now);
        if (!answer.decided) answer.decided = first_of(here, ListKind::Deny);
        if (!answer.decided) answer.decided = first_of(here, ListKind::Allow);
        if (!answer.newsletter) answer.newsletter = first_of(here, ListKind::Newsletter);
        const bool blocked = answer.decided && answer.decided->kind == ListKind::Deny;
        if (!answer.warned && !blocked) answer.warned = first_of(here, ListKind::Warn);
        for (const auto& one : here)
            if (one.state == Candidate::State::NotProven &&
                (one.entry->kind == ListKind::Allow || one.entry->kind == ListKind::Newsletter))
                answer.unproven.push_back(match_of(one));
    }
    return answer;
}

}  // namespace lazaret::filter
