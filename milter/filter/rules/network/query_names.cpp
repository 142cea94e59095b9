#include "milter/filter/rules/network/query_names.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "milter/filter/rules/perl_classes.hpp"
#include "milter/filter/rules/relays/ip_text.hpp"
#include "milter/filter/rules/uris/idn.hpp"

namespace lazaret::filter::rules {

std::string zone_name(std::string_view zone)
{
    while (zone.ends_with('.')) zone.remove_suffix(1);
    return ascii_lower(zone);
}

dns::Question list_question(std::string_view name_or_ip, std::string_view zone,
                            dns::RecordType type)
{
    auto name = dns::reversed(name_or_ip);
    if (name.empty()) name = ascii_host(name_or_ip);
    while (name.ends_with('.')) name.pop_back();
    return dns::question(name + '.' + std::string{zone}, type);
}

std::optional<std::string> listed_host(std::string_view host, const RuleFlags& flags,
                                       const RegistryBoundaries& boundaries)
{
    if (auto reversed = dns::reversed(host); !reversed.empty()) {
        if (flags.domains_only) return std::nullopt;
        return reversed;
    }
    if (flags.ips_only) return std::nullopt;
    auto name = ascii_host(host);
    while (name.ends_with('.')) name.pop_back();
    if (!is_valid_host_name(name) || !boundaries.is_valid_domain(name)) return std::nullopt;
    return name;
}

std::string domain_of_address(std::string_view address)
{
    const auto sign = address.find('@');
    if (sign == std::string_view::npos) return {};
    std::string domain;
    for (const char c : address.substr(sign + 1)) {
        if (c == '@' || is_blank(c)) break;
        if (c != '.' || (!domain.empty() && !domain.ends_with('.'))) domain += c;
    }
    if (domain.ends_with('.')) domain.pop_back();
    return contains(domain, ".") ? ascii_lower(domain) : std::string{};
}

std::optional<dns::RecordType> record_type(std::string_view word)
{
    constexpr auto types =
        std::to_array({dns::RecordType::A, dns::RecordType::Aaaa, dns::RecordType::Mx,
                       dns::RecordType::Ns, dns::RecordType::Ptr, dns::RecordType::Txt});
    const auto found = std::find_if(types.begin(), types.end(), [&](auto type) {
        return same_ignoring_case(dns::token(type), word);
    });
    if (found == types.end()) return std::nullopt;
    return *found;
}

bool is_public_ipv4(std::string_view ip)
{
    return ip.find(':') == std::string_view::npos && is_ip_address(ip) && !is_private_ip(ip);
}

}  // namespace lazaret::filter::rules
