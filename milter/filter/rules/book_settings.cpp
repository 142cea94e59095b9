#include "milter/filter/rules/book_settings.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "milter/filter/rules/patterns/expression.hpp"

namespace lazaret::filter::rules {
namespace {

std::vector<std::string> words(const RuleSettings& settings, std::string_view key)
{
    const auto found = settings.words(key);
    return {found.begin(), found.end()};
}

/// The networks that it names; none where it is not set.
/// @param around  what all of them have to be in; the rest is left out. None: they may be anywhere
std::optional<NetworkSet> networks_of(const RuleSettings& settings, std::string_view key,
                                      std::vector<Problem>& problems,
                                      const std::optional<NetworkSet>& around = std::nullopt)
{
    std::optional<NetworkSet> networks;
    for (const auto& line : settings.lines(key)) {
        if (!networks) networks.emplace();
        for (const auto word : words_of(line.value)) {
            const auto name = valid_utf8(word);
            if (around && !around->covers(word))
                problems.push_back(
                    {line.place,
                     {},
                     fmt::format("'{}' is no trusted network, and does not count", name)});
            else if (!networks->add(word))
                problems.push_back({line.place, {}, fmt::format("'{}' is not a network", name)});
        }
    }
    return networks;
}

/// The hosts that may be internal or take mail for submission: those that are trusted.
std::optional<NetworkSet> hosts_of_trust(const RelaySettings& relays)
{
    auto all = relays.trusted ? relays.trusted : relays.internal;
    if (all)
        for (const auto* loopback : {"127.0.0.0/8", "::1"}) all->add(loopback);
    return all;
}

/// What the first group of a match is.
Redirectors::Finder finder_of(const Expression& expression)
{
    return [expression](std::string_view address) -> std::optional<std::string_view> {
        thread_local std::vector<Expression::Part> parts;
        if (!expression.find(address, 0, parts) || parts.size() < 2 ||
            parts[1].begin > parts[1].end || parts[1].end > address.size())
            return std::nullopt;
        return address.substr(parts[1].begin, parts[1].end - parts[1].begin);
    };
}

}  // namespace

RegistryBoundaries boundaries_of(const RuleSettings& settings)
{
    return {words(settings, "util_rb_tld"), words(settings, "util_rb_2tld"),
            words(settings, "util_rb_3tld")};
}

RelaySettings relay_settings_of(const RuleSettings& settings, std::vector<Problem>& problems)
{
    RelaySettings relays;
    relays.trusted = networks_of(settings, "trusted_networks", problems);
    relays.internal = networks_of(settings, "internal_networks", problems, hosts_of_trust(relays));
    relays.msa = networks_of(settings, "msa_networks", problems, hosts_of_trust(relays));
    relays.originating_fields = words(settings, "originating_ip_headers");
    auto envelope_sender = settings.last("envelope_sender_header");
    if (envelope_sender.ends_with(':')) envelope_sender.remove_suffix(1);
    relays.envelope_sender_field = envelope_sender;
    return relays;
}

UriSettings uri_settings_of(const RuleSettings& settings, std::vector<Problem>& problems)
{
    UriSettings uris;
    for (const auto& line : settings.lines("redirector_pattern")) {
        const auto pattern = read_pattern(line.value);
        const auto compiled = pattern ? Expression::compile(*pattern)
                                      : Result<Expression, std::string>{because(pattern.error())};
        if (!compiled) {
            problems.push_back({line.place, {}, compiled.error()});
            continue;
        }
        uris.redirectors.add(pattern->text, pattern->flags, finder_of(*compiled));
    }
    uris.reads_signatures = settings.is_on("parse_dkim_uris", true);
    return uris;
}

}  // namespace lazaret::filter::rules
