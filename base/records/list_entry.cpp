#include "base/records/list_entry.hpp"

#include <utility>

#include "base/text.hpp"

namespace lazaret {
namespace {

// `SRS0` or `SRS1` and one of the separators that forwarders use.
bool is_srs(std::string_view local)
{
    return local.size() > 5 && same_ignoring_case(local.substr(0, 3), "srs") &&
           (local[3] == '0' || local[3] == '1') &&
           (local[4] == '=' || local[4] == '-' || local[4] == '+');
}

// What stands before the first `=`, which is taken away with it; none when there is no such.
std::optional<std::string_view> field(std::string_view& rest)
{
    const auto equals = rest.find('=');
    if (equals == std::string_view::npos || equals == 0) return std::nullopt;
    const auto found = rest.substr(0, equals);
    rest.remove_prefix(equals + 1);
    return found;
}

// `HASH=DAY=DOMAIN=LOCAL` without hash and day, in `rest`; whether it is such a thing.
bool drop_hash_and_day(std::string_view& rest)
{
    if (!field(rest) || !field(rest)) return false;
    const auto equals = rest.find('=');
    return equals != std::string_view::npos && equals > 0 && equals + 1 < rest.size();
}

std::optional<std::string> steady_srs(std::string_view local)
{
    const auto head = local.substr(0, 5);
    auto rest = local.substr(5);
    std::string forwarder;
    if (head[3] == '1') {
        // HASH=FORWARDER= and then, from its separator on, what stood behind SRS0.
        if (!field(rest)) return std::nullopt;
        const auto first = field(rest);
        if (!first || rest.empty()) return std::nullopt;
        forwarder = std::string{*first} + '=' + rest.front();
        rest.remove_prefix(1);
    }
    if (!drop_hash_and_day(rest)) return std::nullopt;
    return std::string{head} + forwarder + std::string{rest};
}

}  // namespace

std::string_view token(ListKind kind)
{
    switch (kind) {
        case ListKind::Allow: return "allow";
        case ListKind::Deny: return "deny";
        case ListKind::Newsletter: return "newsletter";
        case ListKind::Warn: return "warn";
    }
    return "";
}

std::optional<ListKind> list_kind_of(std::string_view text)
{
    for (const auto kind : {ListKind::Allow, ListKind::Deny, ListKind::Newsletter, ListKind::Warn})
        if (token(kind) == text) return kind;
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
    if (is_srs(local)) {
        auto steady = steady_srs(local);
        if (!steady) return std::nullopt;
        return Address{std::move(*steady), sender.domain};
    }
    const auto equals = local.find('=');
    const auto cut = equals == std::string::npos ? local.find('+') : local.find_first_of("+-");
    if (cut == std::string::npos || cut == 0 || cut + 1 >= local.size() || cut > equals)
        return std::nullopt;
    return Address{local.substr(0, cut + 1), sender.domain};
}

std::vector<std::string> patterns_naming(const Address& sender)
{
    std::vector<std::string> patterns{sender.key()};
    if (const auto family = sender_family(sender)) patterns.push_back(family->key());
    patterns.push_back('@' + sender.domain);
    if (sender.domain.starts_with('[')) return patterns;
    std::string_view rest = sender.domain;
    while (true) {
        patterns.push_back('.' + std::string{rest});
        const auto dot = rest.find('.');
        if (dot == std::string_view::npos) return patterns;
        rest.remove_prefix(dot + 1);
    }
}

}  // namespace lazaret
