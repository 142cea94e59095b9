#include "portal/senders.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace lazaret::portal {
namespace {

// `SRS0=HASH=TT=DOMAIN=LOCAL@FORWARDER`, and SRS1, which wraps that of another forwarder.
std::optional<Address> unwrapped_srs(const std::string& local)
{
    auto at = starts_ignoring_case(local, "SRS0=") ? std::size_t{5} : std::string::npos;
    for (int part = 0; part < 2 && at != std::string::npos; ++part) {
        at = local.find('=', at);
        if (at != std::string::npos) ++at;
    }
    const auto equals = at == std::string::npos ? at : local.find('=', at);
    if (equals == std::string::npos) return std::nullopt;
    const auto address =
        parse_address(local.substr(equals + 1) + '@' + local.substr(at, equals - at));
    if (!address) return std::nullopt;
    return *address;
}

}  // namespace

std::optional<Address> steady_part(const Address& sender)
{
    if (starts_ignoring_case(sender.local, "SRS0=")) return unwrapped_srs(sender.local);
    auto steady = sender;
    if (const auto equals = sender.local.find('='); equals != std::string::npos) {
        // VERP: the recipient stands behind a `-` or `+`, with `=` for his `@`.
        const auto cut = sender.local.find_first_of("+-");
        if (cut == std::string::npos || cut == 0 || cut > equals) return std::nullopt;
        steady.local.resize(cut);
    } else {
        steady = without_tag(sender);
    }
    if (steady.local == sender.local || steady.local.empty()) return std::nullopt;
    return steady;
}

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
    entry.origin = "report";
    return entry;
}

std::vector<store::ListedEntry> entries_about(store::Database& database,
                                              const store::HeldDetails& copy)
{
    auto all = store::Directory{database}.entries(Owner::address(copy.summary.mailbox), {});
    std::vector<std::string> names;
    if (const auto from = parse_address(copy.from_address)) {
        names = {from->key(), '@' + from->domain};
        if (const auto steady = steady_part(*from)) names.push_back(steady->key());
    }
    std::erase_if(all, [&](const auto& listed) {
        const auto& entry = listed.entry;
        const bool about = std::find(names.begin(), names.end(), entry.sender.text) != names.end();
        return !about || !entry.enabled ||
               (entry.kind == ListKind::Newsletter && !entry.list_id.empty() &&
                entry.list_id != copy.list_id);
    });
    return all;
}

}  // namespace lazaret::portal
