#include "base/records/list_entry.hpp"

#include "base/text.hpp"

namespace lazaret {

std::string_view token(ListKind kind)
{
    switch (kind) {
        case ListKind::Allow: return "allow";
        case ListKind::Deny: return "deny";
        case ListKind::Newsletter: return "newsletter";
    }
    return "";
}

std::optional<ListKind> list_kind_of(std::string_view text)
{
    for (const auto kind : {ListKind::Allow, ListKind::Deny, ListKind::Newsletter})
        if (token(kind) == text) return kind;
    return std::nullopt;
}

std::string_view token(Proof proof) { return proof == Proof::None ? "none" : "any"; }

std::optional<Proof> proof_of(std::string_view text)
{
    for (const auto proof : {Proof::None, Proof::Any})
        if (token(proof) == text) return proof;
    return std::nullopt;
}

Result<SenderPattern, AddressFault> parse_sender_pattern(std::string_view text)
{
    using Form = SenderPattern::Form;
    text = trimmed(text);
    if (text.empty()) return because(AddressFault::Empty);
    // `.bob@example.org` is an address, if an odd one.
    if (text.front() == '@' || text.find('@') == std::string_view::npos) {
        const bool below = text.front() == '.';
        if (below || text.front() == '@') text.remove_prefix(1);
        auto domain = parse_domain(text);
        if (!domain) return because(domain.error());
        return SenderPattern{below ? Form::DomainAndSubdomains : Form::Domain,
                             (below ? "." : "@") + *domain};
    }
    const auto address = parse_address(text);
    if (!address) return because(address.error());
    return SenderPattern{Form::Address, address->key()};
}

std::optional<Address> sender_family(const Address& sender)
{
    const auto& local = sender.local;
    const auto equals = local.find('=');
    const auto cut = equals == std::string::npos ? local.find('+') : local.find_first_of("+-");
    if (cut == std::string::npos || cut == 0 || cut + 1 >= local.size() || cut > equals)
        return std::nullopt;
    return Address{local.substr(0, cut + 1), sender.domain};
}

}  // namespace lazaret
