#include "milter/filter/rules/uris/uri_tests.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "milter/filter/rules/uris/idn.hpp"
#include "milter/filter/rules/uris/uri_text.hpp"

namespace lazaret::filter::rules {
namespace {

constexpr auto npos = std::string_view::npos;

// An address that another one leads on to.
struct Lead {
    std::string_view from_host;
    std::string_view to_host;
    std::string_view to;
};

// Reads `http://HOST...http:HOST...`: something must be between the first host and the second
// address, so that a host may lose its end, `http`, to it.
std::optional<Lead> lead_of(std::string_view uri)
{
    const auto scheme = length_of_http(uri);
    if (scheme == 0 || uri.substr(scheme, 2) != "//") return {};
    const auto begin = scheme + 2;
    const auto end = std::min(uri.find_first_of("/:?", begin), uri.size());
    if (end == begin) return {};
    const auto read = [&](std::size_t at, std::size_t host_end) -> std::optional<Lead> {
        auto host = at + length_of_http(uri.substr(at));
        for (int slashes = 0; slashes < 2 && host < uri.size() && uri[host] == '/'; ++slashes)
            ++host;
        const auto to_end = std::min(uri.find_first_of("/:?", host), uri.size());
        if (to_end == host) return {};
        return Lead{uri.substr(begin, host_end - begin), uri.substr(host, to_end - host),
                    uri.substr(at)};
    };
    for (auto at = next_http(uri, end + 1); at != npos; at = next_http(uri, at + 1))
        if (const auto lead = read(at, end)) return lead;
    const auto at = next_http(uri, begin + 2);
    if (at == npos || at >= end) return {};
    return read(at, at - 1);
}

std::string domain_or_text(std::string_view host, const RegistryBoundaries& boundaries)
{
    auto found = boundaries.host_of(host);
    return found ? std::move(found->domain) : std::string{host};
}

std::string_view until(std::string_view text, std::string_view ends)
{
    return text.substr(0, text.find_first_of(ends));
}

// The registered domain of a host with a known top-level domain; empty for others.
std::string known_domain(std::string_view host, const RegistryBoundaries& boundaries)
{
    const auto ascii = ascii_host(host);
    const auto domain = boundaries.registered_domain(ascii);
    return boundaries.is_valid_domain(domain) ? std::string{domain} : std::string{};
}

// The domain that a link leads to; empty when it is no http address or leads to an IP address.
std::string domain_of_link(std::string_view uri, const RegistryBoundaries& boundaries)
{
    const auto scheme = length_of_http(uri);
    if (scheme == 0 || uri.substr(scheme, 2) != "//") return {};
    const auto host = until(uri.substr(scheme + 2), "/:?#");
    if (host.empty() || is_ip_address(ascii_lower(host))) return {};
    auto domain = known_domain(host, boundaries);
    return boundaries.host_of(domain) ? domain : std::string{};
}

// Where the first `https:` stands, any case; npos: nowhere.
std::size_t find_https(std::string_view text, std::size_t from)
{
    auto at = next_http(text, from);
    while (at != npos && length_of_http(text.substr(at)) != 6) at = next_http(text, at + 1);
    return at;
}

// The host that a link's text names by an https address: its domain, or the IP address; or empty.
std::string host_named_in(std::string_view text, const RegistryBoundaries& boundaries)
{
    constexpr std::string_view scheme = "https://";
    for (auto at = find_https(text, 0); at != npos; at = find_https(text, at + 1)) {
        if (text.substr(at + scheme.size() - 2, 2) != "//") continue;
        const auto host = until(text.substr(at + scheme.size()), " \t\n\v\f\r/:?#");
        if (host.empty()) continue;
        if (is_ip_address(ascii_lower(host))) return std::string{host};
        return known_domain(host, boundaries);
    }
    return {};
}

// Whether four numbers with dots between stand at the begin.
bool begins_with_numbers(std::string_view text)
{
    for (int part = 0; part < 4; ++part) {
        const auto end = std::min(text.find_first_not_of("0123456789"), text.size());
        if (end == 0 || (part < 3 && text.substr(end, 1) != ".")) return false;
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return true;
}

// Whether an address with that scheme leads to four numbers.
bool leads_to_numbers(std::string_view uri, std::size_t scheme)
{
    uri.remove_prefix(scheme);
    uri.remove_prefix(std::min(uri.find_first_not_of('/'), uri.size()));
    if (begins_with_numbers(uri)) return true;
    const auto sign = uri.find_first_of("@/");
    return sign != npos && sign > 0 && uri[sign] == '@' &&
           begins_with_numbers(uri.substr(sign + 1));
}

bool says_https(std::string_view text)
{
    const auto scheme = length_of_http(text);
    if (scheme == 6 && leads_to_numbers(text, scheme)) return false;
    return find_https(text, 0) != npos;
}

bool holds(const UriDetailCondition& condition, std::string_view value)
{
    return condition.matches(value) != condition.is_negated;
}

bool meets(const UriDetail& detail, const UriDetailCondition& condition)
{
    using enum UriDetailCondition::Key;
    const auto fits = [&condition](std::string_view value) { return holds(condition, value); };
    const auto any = [&fits](const auto& values) {
        return std::any_of(values.begin(), values.end(), fits);
    };
    switch (condition.key) {
        case Raw: return fits(detail.raw);
        case Type: return any(names_of_types(detail.types));
        case Cleaned: return any(detail.cleaned);
        case Text: return any(detail.anchor_text);
        case Domain:
            return std::any_of(detail.hosts.begin(), detail.hosts.end(),
                               [&fits](const auto& known) { return fits(known.domain); });
        case Host:
            return std::any_of(detail.hosts.begin(), detail.hosts.end(),
                               [&fits](const auto& known) { return fits(known.host); });
    }
    return false;
}

}  // namespace

bool has_http_redirector(const Uris& uris, const RegistryBoundaries& boundaries)
{
    constexpr int most_leads = 50;  // in one address; longer chains of the same domain are no news
    for (auto uri : uris.list) {
        for (int leads = 0; leads < most_leads; ++leads) {
            const auto lead = lead_of(uri);
            if (!lead) break;
            if (domain_or_text(lead->from_host, boundaries) !=
                domain_or_text(lead->to_host, boundaries))
                return true;
            uri = lead->to;
        }
    }
    return false;
}

bool has_https_mismatch(std::span<const HtmlFacts* const> parts, std::size_t least,
                        std::optional<std::size_t> most, const RegistryBoundaries& boundaries)
{
    return std::any_of(parts.begin(), parts.end(), [&](const HtmlFacts* facts) {
        std::size_t links = 0;
        bool is_hit = false;
        for (const auto& found : facts->uris) {
            if (found.anchors.empty()) continue;
            const auto domain = domain_of_link(found.uri, boundaries);
            if (domain.empty()) continue;
            ++links;
            for (std::size_t text = 0; !is_hit && text < found.anchors.size(); ++text) {
                const auto named = host_named_in(facts->anchors[found.anchors[text]], boundaries);
                is_hit = !named.empty() && named != domain;
            }
        }
        return is_hit && links >= std::max<std::size_t>(least, 1) && (!most || links < *most);
    });
}

bool has_https_ip_mismatch(std::span<const HtmlFacts* const> parts)
{
    for (const auto* facts : parts)
        for (const auto& found : facts->uris) {
            const auto scheme = length_of_http(found.uri);
            if (scheme == 0 || !leads_to_numbers(found.uri, scheme)) continue;
            for (const auto anchor : found.anchors)
                if (says_https(facts->anchors[anchor])) return true;
        }
    return false;
}

bool meets_all(const Uris& uris, std::span<const UriDetailCondition> conditions)
{
    return std::any_of(
        uris.details.begin(), uris.details.end(), [conditions](const UriDetail& detail) {
            return std::all_of(conditions.begin(), conditions.end(),
                               [&detail](const auto& one) { return meets(detail, one); });
        });
}

}  // namespace lazaret::filter::rules
