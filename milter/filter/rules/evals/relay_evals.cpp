#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "milter/filter/rules/evals/sender_eval_groups.hpp"
#include "milter/filter/rules/perl_classes.hpp"
#include "milter/filter/rules/relays/ip_text.hpp"

namespace lazaret::filter::rules {
namespace {

bool is_ipv4(std::string_view text) { return !contains(text, ":") && ip_number(text).has_value(); }

// SpamAssassin means to let private addresses pass, but they hit as well.
unsigned check_for_numeric_helo(const EvalContext& context, std::span<const std::string>)
{
    const std::string_view text = context.rendering.relays.untrusted_text;
    constexpr std::string_view key = "helo=";
    for (auto at = find_ignoring_case(text, key); at != std::string_view::npos;
         at = find_ignoring_case(text, key, at + key.size())) {
        if (!is_word_border(text, at)) continue;
        const auto helo = text.substr(at + key.size(), ip_length(text, at + key.size()));
        if (!is_ipv4(helo)) continue;
        const auto rest = text.substr(at + key.size() + helo.size());
        if (!rest.empty() && static_cast<unsigned char>(rest.front()) > ' ' &&
            !contains(",;[()<>", rest.substr(0, 1)))
            continue;
        return 1;
    }
    return 0;
}

// SpamAssassin keeps the name for old rule files, and answers no.
unsigned check_for_illegal_ip(const EvalContext&, std::span<const std::string>) { return 0; }

// The first `count` numbers of an IPv4 address, with their dots.
std::string_view leading_numbers(std::string_view ip, int count)
{
    std::size_t at = 0;
    while (count-- > 0) at = ip.find('.', at) + 1;
    return ip.substr(0, at);
}

unsigned helo_ip_mismatch(const EvalContext& context, std::span<const std::string>)
{
    const auto differs = [](const Relay& relay) {
        return is_ipv4(relay.helo) && !is_private_ip(relay.helo) && is_ipv4(relay.ip) &&
               !is_private_ip(relay.ip) && !relay.ip.starts_with(leading_numbers(relay.helo, 3));
    };
    const auto& relays = context.rendering.relays.untrusted;
    return std::any_of(relays.begin(), relays.end(), differs);
}

unsigned check_all_trusted(const EvalContext& context, std::span<const std::string>)
{
    const auto& relays = context.rendering.relays;
    return !relays.trusted.empty() && relays.untrusted.empty() && relays.unparseable == 0;
}

unsigned check_no_relays(const EvalContext& context, std::span<const std::string>)
{
    const auto& relays = context.rendering.relays;
    return relays.trusted.empty() && relays.untrusted.empty() && relays.unparseable == 0;
}

unsigned check_relays_unparseable(const EvalContext& context, std::span<const std::string>)
{
    return context.rendering.relays.unparseable > 0;
}

// In SpamAssassin 4 it says yes when there is a name, whatever its own is.
unsigned check_for_sender_no_reverse(const EvalContext& context, std::span<const std::string>)
{
    const auto& relays = context.rendering.relays.untrusted;
    return !relays.empty() && contains(relays.back().rdns, ".") && !relays.back().is_ip_private;
}

// Whether `name` ends in `domain`, and a word begins there.
bool is_at_end(std::string_view name, std::string_view domain)
{
    return name.ends_with(domain) && is_word_border(name, name.size() - domain.size());
}

bool has_at_border(std::string_view text, std::string_view small_word)
{
    for (auto at = find_ignoring_case(text, small_word); at != std::string_view::npos;
         at = find_ignoring_case(text, small_word, at + 1))
        if (is_word_border(text, at)) return true;
    return false;
}

unsigned check_for_from_domain_in_received_headers(const EvalContext& context,
                                                   std::span<const std::string> arguments)
{
    const auto domain = argument(arguments, 0);
    if (!has_at_border(context.headers.text("From:addr"), ascii_lower(domain))) return 0;
    const auto is_of_domain = [&](const Relay& relay) {
        return is_at_end(relay.rdns, domain) && is_at_end(relay.by, domain);
    };
    const auto& relays = context.rendering.relays;
    const bool found = std::any_of(relays.trusted.begin(), relays.trusted.end(), is_of_domain) ||
                       std::any_of(relays.untrusted.begin(), relays.untrusted.end(), is_of_domain);
    return found == (argument(arguments, 1) == "true");
}

// Providers whose own servers always have names.
constexpr auto named_providers = std::to_array<std::string_view>(
    {"lycos.com", "lycos.co.uk", "hotmail.com", "localhost.com", "excite.com", "caramail.com",
     "cs.com", "aol.com", "msn.com", "yahoo.com", "drizzle.com"});

bool is_named_provider(std::string_view helo)
{
    const auto host = ascii_lower(helo);
    return std::any_of(named_providers.begin(), named_providers.end(), [&](auto provider) {
        return host.ends_with(provider) &&
               (host.size() == provider.size() || host[host.size() - provider.size() - 1] == '.');
    });
}

// The last relay that is not private decides: so SpamAssassin's loop ends.
unsigned check_for_no_rdns_dotcom_helo(const EvalContext& context, std::span<const std::string>)
{
    const auto& relays = context.rendering.relays.untrusted;
    const auto last = std::find_if(relays.rbegin(), relays.rend(),
                                   [](const Relay& relay) { return !relay.is_ip_private; });
    return last != relays.rend() && last->no_reverse_dns && is_named_provider(last->helo);
}

// Two or three labels of a host, without asking what registries there are.
std::string_view short_domain(std::string_view host)
{
    while (host.ends_with('.')) host.remove_suffix(1);
    if (std::none_of(host.begin(), host.end(), is_letter)) return host;
    const auto last_dot = host.rfind('.');
    if (last_dot == std::string_view::npos) return host;
    const auto last = host.substr(last_dot + 1);
    const bool is_wide = last.size() >= 3 || last == "ie" || last == "fr" || last == "de";
    auto dot = last_dot;
    for (int label = is_wide ? 1 : 2; label > 0; --label) {
        if (dot == 0) return host;
        dot = host.rfind('.', dot - 1);
        if (dot == std::string_view::npos) return host;
    }
    return host.substr(dot + 1);
}

// Letters, digits, `_`, `-` and dots; a first label of two at least, and a last that is a word.
bool looks_like_host(std::string_view host)
{
    const auto dot = host.rfind('.');
    if (dot == std::string_view::npos || dot < 2 || !is_word(host.front())) return false;
    const auto last = host.substr(dot + 1);
    return !last.empty() && std::all_of(last.begin(), last.end(), is_word) &&
           std::all_of(host.begin(), host.end(),
                       [](char c) { return is_word(c) || c == '.' || c == '-'; });
}

bool is_this_host(const Relay& relay, std::string_view name)
{
    return relay.ip == "127.0.0.1" && (name == "localhost" || name == "localhost.localdomain");
}

// How often a hop's `by` is not the host that the next one has the message from.
unsigned check_for_forged_received_trail(const EvalContext& context, std::span<const std::string>)
{
    const auto& relays = context.rendering.relays.untrusted;
    unsigned mismatches = 0;
    std::string previous;
    for (const auto& relay : relays) {
        const auto by = ascii_lower(relay.by);
        const auto from = ascii_lower(relay.rdns);
        const auto by_domain = short_domain(by);
        const auto previous_domain = short_domain(previous);
        if (looks_like_host(by_domain) && looks_like_host(previous_domain) &&
            by_domain != previous_domain &&
            !(by_domain == "msn.com" && previous_domain == "hotmail.com"))
            ++mismatches;
        previous = looks_like_host(by_domain) && is_this_host(relay, short_domain(from))
                       ? std::string{}
                       : from;
    }
    return mismatches > 1;
}

// Four numbers of any size.
bool is_dotted_quad(std::string_view text)
{
    return std::count(text.begin(), text.end(), '.') == 3 &&
           text.find_first_not_of("0123456789.") == std::string_view::npos &&
           !contains(text, "..") && is_digit(text.front()) && is_digit(text.back());
}

unsigned check_for_forged_received_ip_helo(const EvalContext& context, std::span<const std::string>)
{
    const auto is_forged = [](const Relay& relay) {
        return looks_like_host(short_domain(ascii_lower(relay.by))) && is_dotted_quad(relay.helo) &&
               is_dotted_quad(relay.ip) && !is_private_ip(relay.helo) &&
               leading_numbers(relay.helo, 2) != leading_numbers(relay.ip, 2);
    };
    const auto& relays = context.rendering.relays.untrusted;
    return std::any_of(relays.begin(), relays.end(), is_forged);
}

constexpr auto table = std::to_array<EvalEntry>({
    {"check_for_numeric_helo", "RelayEval", check_for_numeric_helo, {}},
    {"check_for_illegal_ip", "RelayEval", check_for_illegal_ip, {}},
    {"helo_ip_mismatch", "RelayEval", helo_ip_mismatch, {}},
    {"check_all_trusted", "RelayEval", check_all_trusted, {}},
    {"check_no_relays", "RelayEval", check_no_relays, {}},
    {"check_relays_unparseable", "RelayEval", check_relays_unparseable, {}},
    {"check_for_sender_no_reverse", "RelayEval", check_for_sender_no_reverse, {}},
    {"check_for_from_domain_in_received_headers",
     "RelayEval",
     check_for_from_domain_in_received_headers,
     {},
     2},
    {"check_for_no_rdns_dotcom_helo", "RelayEval", check_for_no_rdns_dotcom_helo, {}},
    {"check_for_forged_received_trail", "RelayEval", check_for_forged_received_trail, {}},
    {"check_for_forged_received_ip_helo", "RelayEval", check_for_forged_received_ip_helo, {}},
});

}  // namespace

std::span<const EvalEntry> relay_evals() { return table; }

}  // namespace lazaret::filter::rules
