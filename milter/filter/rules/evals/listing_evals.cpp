#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "milter/filter/rules/evals/message_addresses.hpp"
#include "milter/filter/rules/evals/sender_eval_groups.hpp"
#include "milter/filter/rules/perl_classes.hpp"
#include "milter/filter/rules/relays/network_set.hpp"
#include "milter/filter/rules/uris/idn.hpp"

namespace lazaret::filter::rules {
namespace {

bool is_any_listed(const EvalContext& context, std::string_view list,
                   const std::vector<std::string>& addresses)
{
    return std::any_of(addresses.begin(), addresses.end(), [&](const auto& address) {
        return context.settings.sender.is_listed(list, address);
    });
}

unsigned check_from_in_list(const EvalContext& context, std::span<const std::string> arguments)
{
    return is_any_listed(context, argument(arguments, 0), senders_of(context));
}

unsigned check_to_in_list(const EvalContext& context, std::span<const std::string> arguments)
{
    return is_any_listed(context, argument(arguments, 0), recipients_of(context));
}

unsigned check_replyto_in_list(const EvalContext& context, std::span<const std::string> arguments)
{
    const auto& address = context.headers.text("Reply-To:addr");
    return !address.empty() && context.settings.sender.is_listed(argument(arguments, 0), address);
}

unsigned check_from_in_blocklist(const EvalContext& context, std::span<const std::string>)
{
    return is_any_listed(context, "blocklist_from", senders_of(context));
}

unsigned check_to_in_blocklist(const EvalContext& context, std::span<const std::string>)
{
    return is_any_listed(context, "blocklist_to", recipients_of(context));
}

unsigned check_to_in_welcomelist(const EvalContext& context, std::span<const std::string>)
{
    return is_any_listed(context, "welcomelist_to", recipients_of(context));
}

unsigned check_to_in_more_spam(const EvalContext& context, std::span<const std::string>)
{
    return is_any_listed(context, "more_spam_to", recipients_of(context));
}

unsigned check_to_in_all_spam(const EvalContext& context, std::span<const std::string>)
{
    return is_any_listed(context, "all_spam_to", recipients_of(context));
}

/// The relays that can vouch for a sender: the first that is not trusted; if all are, all. So
/// nobody can write a welcome relay into a trace of his own.
std::span<const Relay> vouching_relays(const Relays& relays)
{
    if (!relays.untrusted.empty()) return {relays.untrusted.data(), 1};
    return relays.trusted;
}

bool is_whole_ipv4(std::string_view text)
{
    return std::count(text.begin(), text.end(), '.') == 3 && is_ip_address(text);
}

// `[address]`, `[address]/bits`, `[address/bits]`, `[10.1.]`, or a domain.
bool is_relay(const Relay& relay, std::string_view wanted)
{
    if (!wanted.starts_with('[')) {
        const auto name = ascii_lower(relay.rdns);
        return name.ends_with(wanted) &&
               (name.size() == wanted.size() || name[name.size() - wanted.size() - 1] == '.');
    }
    const auto close = wanted.rfind(']');
    if (close == std::string_view::npos || relay.ip.empty()) return false;
    const auto inside = wanted.substr(1, close - 1);
    const auto behind = wanted.substr(close + 1);
    const auto network = std::string{inside} + std::string{behind};
    if (is_whole_ipv4(network)) return relay.ip == network;
    if (network.find_first_not_of("0123456789.") == std::string::npos)
        return relay.ip.starts_with(network.substr(0, network.find_last_not_of('.') + 1) + '.');
    NetworkSet set;
    return set.add(network) && set.holds(relay.ip);
}

Welcome welcome_by(const EvalContext& context, const RelayedSenders& list,
                   const std::string& address)
{
    const auto relays = vouching_relays(context.rendering.relays);
    if (relays.empty() || list.senders.empty()) return Welcome::No;
    bool is_known = false;
    for (const auto number : list.senders.fitting(ascii_lower(address)))
        for (const auto& wanted : list.relays[number]) {
            is_known = true;
            if (std::any_of(relays.begin(), relays.end(),
                            [&](const Relay& relay) { return is_relay(relay, wanted); }))
                return Welcome::Yes;
        }
    if (!is_known || context.settings.sender.is_listed("welcomelist_allows_relays", address))
        return Welcome::No;
    return Welcome::Forged;
}

Welcome welcome(const EvalContext& context)
{
    auto& memory = context.memory.sender.welcome;
    if (memory) return *memory;
    const auto& settings = context.settings.sender;
    auto answer = Welcome::No;
    for (const auto& address : senders_of(context)) {
        if (settings.is_listed("welcomelist_from", address)) return memory.emplace(Welcome::Yes);
        const auto by_relay = welcome_by(context, settings.welcome_by_relay, address);
        if (by_relay == Welcome::Yes) return memory.emplace(by_relay);
        if (by_relay == Welcome::Forged) answer = by_relay;
    }
    return memory.emplace(answer);
}

Welcome default_welcome(const EvalContext& context)
{
    auto& memory = context.memory.sender.default_welcome;
    if (memory) return *memory;
    auto answer = Welcome::No;
    for (const auto& address : senders_of(context)) {
        const auto by_relay =
            welcome_by(context, context.settings.sender.default_welcome_by_relay, address);
        if (by_relay == Welcome::Yes) return memory.emplace(by_relay);
        if (by_relay == Welcome::Forged) answer = by_relay;
    }
    return memory.emplace(answer);
}

unsigned check_from_in_welcomelist(const EvalContext& context, std::span<const std::string>)
{
    return welcome(context) == Welcome::Yes;
}

unsigned check_from_in_default_welcomelist(const EvalContext& context, std::span<const std::string>)
{
    return default_welcome(context) == Welcome::Yes;
}

unsigned check_forged_in_welcomelist(const EvalContext& context, std::span<const std::string>)
{
    return welcome(context) == Welcome::Forged && default_welcome(context) == Welcome::No;
}

unsigned check_forged_in_default_welcomelist(const EvalContext& context,
                                             std::span<const std::string>)
{
    return default_welcome(context) == Welcome::Forged && welcome(context) == Welcome::No;
}

unsigned check_mailfrom_matches_rcvd(const EvalContext& context, std::span<const std::string>)
{
    const auto& sender = context.headers.text("EnvelopeFrom:addr");
    const auto at = sender.rfind('@');
    if (at == std::string::npos || at == 0) return 0;
    const auto host = ascii_host(std::string_view{sender}.substr(at + 1));
    const auto dot = host.find('.', 1);
    if (dot == std::string::npos || dot + 1 == host.size()) return 0;
    const auto domain = context.boundaries.registered_domain(host);
    const auto relays = vouching_relays(context.rendering.relays);
    return std::any_of(relays.begin(), relays.end(), [&](const Relay& relay) {
        return !relay.rdns.empty() &&
               context.boundaries.registered_domain(ascii_host(relay.rdns)) == domain;
    });
}

constexpr auto table = std::to_array<EvalEntry>({
    {"check_from_in_list", "WLBLEval", check_from_in_list, {}, 1},
    {"check_to_in_list", "WLBLEval", check_to_in_list, {}, 1},
    {"check_replyto_in_list", "WLBLEval", check_replyto_in_list, {}, 1},
    {"check_from_in_blocklist", "WLBLEval", check_from_in_blocklist, {}},
    {"check_to_in_blocklist", "WLBLEval", check_to_in_blocklist, {}},
    {"check_to_in_welcomelist", "WLBLEval", check_to_in_welcomelist, {}},
    {"check_to_in_more_spam", "WLBLEval", check_to_in_more_spam, {}},
    {"check_to_in_all_spam", "WLBLEval", check_to_in_all_spam, {}},
    {"check_from_in_welcomelist", "WLBLEval", check_from_in_welcomelist, {}},
    {"check_from_in_default_welcomelist", "WLBLEval", check_from_in_default_welcomelist, {}},
    {"check_forged_in_welcomelist", "WLBLEval", check_forged_in_welcomelist, {}},
    {"check_forged_in_default_welcomelist", "WLBLEval", check_forged_in_default_welcomelist, {}},
    {"check_mailfrom_matches_rcvd", "WLBLEval", check_mailfrom_matches_rcvd, {}},
});

}  // namespace

std::span<const EvalEntry> listing_evals() { return table; }

}  // namespace lazaret::filter::rules
