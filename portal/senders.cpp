#include "portal/senders.hpp"

#include <algorithm>

#include "quarantine-store/likeness.hpp"

namespace lazaret::portal {

std::optional<store::NewEntry> sender_entry(const store::HeldDetails& copy, ListKind kind)
{
    const auto from = parse_address(copy.from_address);
    if (!from) return std::nullopt;
    const bool by_list = kind == ListKind::Newsletter && !copy.list_id.empty();
    // A newsletter with a List-Id is that list of that domain; other mail is that one address.
    const auto sender = parse_sender_pattern(by_list ? '@' + from->domain : from->text());
    if (!sender) return std::nullopt;
    store::NewEntry entry;
    entry.owner = Owner::address(copy.summary.mailbox);
    entry.kind = kind;
    entry.sender = *sender;
    if (by_list) entry.list_id = copy.list_id;
    if (kind == ListKind::Newsletter) entry.proof = store::newsletter_proof(copy.explanation);
    if (kind == ListKind::Allow) {
        auto proof = store::proof_like(copy, *sender);
        if (!proof) return std::nullopt;
        entry.proof = std::move(*proof);
    }
    entry.origin = store::made_by_link;
    entry.copy = copy.summary.reference;
    entry.tenant = copy.summary.tenant;
    return entry;
}

void widen(store::NewEntry& entry, const store::HeldDetails& copy)
{
    if (entry.is_narrow()) return;
    const auto from = parse_address(copy.from_address);
    const auto steady = from ? sender_family(*from) : std::nullopt;
    if (!steady) return;
    if (const auto sender = parse_sender_pattern(steady->text())) entry.sender = *sender;
}

std::vector<store::ListedEntry> entries_about(store::Database& database,
                                              const store::HeldDetails& copy, Moment now)
{
    auto all = store::Directory{database}.entries(Owner::address(copy.summary.mailbox), {});
    std::vector<std::string> names;
    std::string list_sender;
    if (const auto from = parse_address(copy.from_address)) {
        names = {from->key()};
        list_sender = '@' + from->domain;
        if (const auto steady = sender_family(*from)) names.push_back(steady->key());
    }
    std::erase_if(all, [&](const auto& listed) {
        const auto& entry = listed.entry;
        if (!entry.enabled || (entry.expires && *entry.expires < now)) return true;
        // Of who has the domain since.
        if (entry.tenant != copy.summary.tenant) return true;
        // A list is named by its List-Id, and by the domain that it comes from; mail by its sender.
        if (!entry.list_id.empty())
            return entry.list_id != copy.list_id || entry.sender.text != list_sender;
        return std::find(names.begin(), names.end(), entry.sender.text) == names.end();
    });
    return all;
}

}  // namespace lazaret::portal
