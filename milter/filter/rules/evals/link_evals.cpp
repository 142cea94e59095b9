#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "milter/filter/rules/evals/content_eval_groups.hpp"
#include "milter/filter/rules/perl_classes.hpp"
#include "milter/filter/rules/uris/idn.hpp"

namespace lazaret::filter::rules {
namespace {

/// Takes `http:` or `https:`, in any case, off `text`. @return whether it was there.
bool take_scheme(std::string_view& text, bool only_secure = false)
{
    for (const std::string_view scheme : {"https:", "http:"}) {
        if (only_secure && scheme != "https:") continue;
        if (find_ignoring_case(text.substr(0, scheme.size()), scheme) != 0) continue;
        text.remove_prefix(scheme.size());
        return true;
    }
    return false;
}

/// Whether `text` begins with four numbers and dots between them.
bool begins_with_numbers(std::string_view text)
{
    for (int number = 0; number < 4; ++number) {
        if (number > 0 && !text.starts_with('.')) return false;
        if (number > 0) text.remove_prefix(1);
        const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
        if (digits == 0) return false;
        text.remove_prefix(digits);
    }
    return true;
}

/// Whether `text` begins with `https://1.2.3.4`, or http; a user name may stand before.
bool begins_with_ip_address(std::string_view text, bool only_secure)
{
    if (!take_scheme(text, only_secure)) return false;
    text.remove_prefix(std::min(text.find_first_not_of('/'), text.size()));
    if (begins_with_numbers(text)) return true;
    const auto user = text.find_first_of("@/");
    return user != std::string_view::npos && user > 0 && text[user] == '@' &&
           begins_with_numbers(text.substr(user + 1));
}

/// A link to a bare IP address, under a text that promises https.
unsigned check_https_ip_mismatch(const EvalContext& context, Arguments)
{
    for (const auto* html : context.rendering.all_html)
        for (const auto& uri : html->uris) {
            if (uri.anchors.empty() || !begins_with_ip_address(uri.uri, false)) continue;
            for (const auto index : uri.anchors) {
                const auto& text = html->anchors[index];
                if (!begins_with_ip_address(text, true) &&
                    find_ignoring_case(text, "https:") != std::string_view::npos)
                    return 1;
            }
        }
    return 0;
}

/// The registered domain of a host; an IP address whole; empty when it is no valid one.
std::string domain_of(std::string_view host, const RegistryBoundaries& boundaries)
{
    if (is_ip_address(host)) return std::string{host};
    const auto name = ascii_host(host);
    const auto domain = boundaries.registered_domain(name);
    return boundaries.is_valid_domain(domain) ? std::string{domain} : std::string{};
}

/// The host of `http://HOST...` at the start; empty when there is none.
std::string_view host_at_start(std::string_view uri)
{
    if (!take_scheme(uri) || !uri.starts_with("//")) return {};
    uri.remove_prefix(2);
    return uri.substr(0, uri.find_first_of("/:?#"));
}

/// The first `https://HOST` in a link's text; its host.
std::string_view secure_host_in(std::string_view text)
{
    constexpr std::string_view scheme = "https://";
    for (auto at = find_ignoring_case(text, scheme); at != std::string_view::npos;
         at = find_ignoring_case(text, scheme, at + 1)) {
        const auto rest = text.substr(at + scheme.size());
        const auto host = rest.substr(0, rest.find_first_of("/:?# \t\n\v\f\r"));
        if (!host.empty()) return host;
    }
    return {};
}

struct Mismatch {
    bool found = false;
    double anchors = 0;  ///< addresses of links with a text and a valid domain
};

Mismatch mismatch_in(const HtmlFacts& html, const RegistryBoundaries& boundaries)
{
    Mismatch mismatch;
    for (const auto& uri : html.uris) {
        if (uri.anchors.empty()) continue;
        const auto host = host_at_start(uri.uri);
        if (host.empty() || is_ip_address(host)) continue;
        const auto domain = domain_of(host, boundaries);
        if (domain.empty()) continue;
        ++mismatch.anchors;
        if (mismatch.found) continue;
        mismatch.found =
            std::any_of(uri.anchors.begin(), uri.anchors.end(), [&](std::uint32_t index) {
                const auto promised = secure_host_in(html.anchors[index]);
                if (promised.empty()) return false;
                const auto other = domain_of(promised, boundaries);
                return !other.empty() && other != domain;
            });
    }
    return mismatch;
}

/// A link whose text promises https at another domain than it leads to.
unsigned check_https_http_mismatch(const EvalContext& context, Arguments arguments)
{
    const auto& seen = remembered(context.memory.content.mismatches, [&] {
        std::vector<Mismatch> mismatches;
        for (const auto* html : context.rendering.all_html)
            mismatches.push_back(mismatch_in(*html, context.boundaries));
        std::vector<double> anchors;
        for (const auto& each : mismatches)
            if (each.found) anchors.push_back(each.anchors);
        return anchors;
    });
    auto least = number_at(arguments, 0).value_or(0);
    if (least == 0) least = 1;
    const auto end = number_at(arguments, 1);
    return std::any_of(seen.begin(), seen.end(), [&](double anchors) {
        return anchors >= least && (!end || anchors < *end);
    });
}

unsigned check_uri_truncated(const EvalContext& context, Arguments)
{
    const auto& all = context.rendering.all_html;
    return context.rendering.uris.has_truncated ||
           std::any_of(all.begin(), all.end(),
                       [](const auto* html) { return html->has_truncated_uri; });
}

/// Where behind `from` an address `http:...` with a host begins, and that host.
struct Target {
    std::size_t at;
    std::string_view host;
};
std::optional<Target> next_target(std::string_view uri, std::size_t from)
{
    for (auto at = find_ignoring_case(uri, "http", from); at != std::string_view::npos;
         at = find_ignoring_case(uri, "http", at + 1)) {
        auto rest = uri.substr(at);
        if (!take_scheme(rest)) continue;
        for (int slash = 0; slash < 2 && rest.starts_with('/'); ++slash) rest.remove_prefix(1);
        const auto host = rest.substr(0, rest.find_first_of("/:?"));
        if (!host.empty()) return Target{at, host};
    }
    return std::nullopt;
}

std::string domain_or_host(std::string_view host, const RegistryBoundaries& boundaries)
{
    const auto found = boundaries.host_of(host);
    return found ? found->domain : std::string{host};
}

/// An address that leads on to another one inside it.
struct Lead {
    std::string_view host;
    Target target;
};

/// What `http://HOST` at the start leads on to. Something stands between the two, so a host may
/// lose its end to the second: `http://a.examplehttp://b.example`.
std::optional<Lead> lead_of(std::string_view uri)
{
    auto rest = uri;
    if (!take_scheme(rest) || !rest.starts_with("//")) return std::nullopt;
    rest.remove_prefix(2);
    const auto host = rest.substr(0, rest.find_first_of("/:?"));
    if (host.empty()) return std::nullopt;
    const auto begin = uri.size() - rest.size();
    const auto end = begin + host.size();
    if (const auto target = next_target(uri, end + 1)) return Lead{host, *target};
    const auto target = next_target(uri, begin + 2);
    if (!target || target->at >= end) return std::nullopt;
    return Lead{uri.substr(begin, target->at - 1 - begin), *target};
}

/// `http://here.example/go?http://there.example/`: leads from one domain to another.
unsigned check_for_http_redirector(const EvalContext& context, Arguments)
{
    constexpr int most_leads = 50;  // in one address; longer chains of the same domain are no news
    for (auto uri : context.rendering.uris.list)
        for (int leads = 0; leads < most_leads; ++leads) {
            const auto lead = lead_of(uri);
            if (!lead) break;
            if (domain_or_host(lead->host, context.boundaries) !=
                domain_or_host(lead->target.host, context.boundaries))
                return 1;
            uri.remove_prefix(lead->target.at);
        }
    return 0;
}

/// Whether the address leads to a service that makes long addresses short.
bool is_short(std::string_view uri, const TextSet& shorteners)
{
    uri = uri.substr(0, uri.find_first_of("#?"));
    if (!take_scheme(uri) || !uri.starts_with("//")) return false;
    uri.remove_prefix(2);
    const auto authority = uri.substr(0, uri.find('/'));
    if (const auto at = authority.find('@'); at != std::string_view::npos)
        uri.remove_prefix(at + 1);
    const auto end = std::min(uri.find_first_of("/:"), uri.size());
    std::string host{uri.substr(0, end)};
    for (auto& c : host) c = small(c);
    auto path = uri.substr(end);
    if (path.starts_with(':')) {
        path.remove_prefix(1);
        path.remove_prefix(std::min(path.find_first_not_of("0123456789"), path.size()));
    }
    const auto dots = std::count(host.begin(), host.end(), '.');
    // The service's own front page is no short address.
    if (dots == 1 && std::none_of(path.begin(), path.end(), is_word)) return false;
    if (shorteners.contains(host)) return true;
    if (dots != 2) return false;
    // `www.` in front of a service, or any name below a service of the form `.example.com`.
    const auto dot = host.find('.');
    return host.starts_with("www.") ? shorteners.contains(host.substr(dot + 1))
                                    : shorteners.contains(host.substr(dot));
}

unsigned short_url(const EvalContext& context, Arguments)
{
    const auto& shorteners = context.settings.content.shorteners;
    if (shorteners.empty()) return 0;
    const auto& details = context.rendering.uris.details;
    return std::any_of(details.begin(), details.end(), [&](const UriDetail& uri) {
        return !uri.hosts.empty() && !uri.cleaned.empty() && is_short(uri.raw, shorteners);
    });
}

unsigned check_phishing(const EvalContext& context, Arguments)
{
    const auto& settings = context.settings.content;
    if (settings.phishing.empty()) return 0;
    const auto is_phishing = [&](std::string_view uri) {
        if (!settings.phishing_without_query) return settings.phishing.contains(uri);
        uri = uri.substr(0, uri.find('?'));
        // Without its query an address of a host alone says nothing.
        return std::count(uri.begin(), uri.end(), '/') > 3 && settings.phishing.contains(uri);
    };
    for (const auto& uri : context.rendering.uris.details) {
        if (find_ignoring_case(uri.raw.substr(0, 7), "mailto:") == 0 || uri.hosts.empty()) continue;
        if (!uri.is(UriElement::A) && !uri.is(UriOrigin::Parsed)) continue;
        if (std::any_of(uri.cleaned.begin(), uri.cleaned.end(), is_phishing)) return 1;
    }
    return 0;
}

constexpr auto asks_shortener = "It would have to ask the service that made the address short.";
constexpr auto shorteners = "DecodeShortURLs";
constexpr auto entries = std::to_array<EvalEntry>({
    {"check_for_http_redirector", "URIEval", check_for_http_redirector, {}, 0},
    {"check_https_ip_mismatch", "URIEval", check_https_ip_mismatch, {}, 0},
    {"check_uri_truncated", "URIEval", check_uri_truncated, {}, 0},
    {"check_https_http_mismatch", "HTTPSMismatch", check_https_http_mismatch, {}, 0},
    {"check_phishing", "Phishing", check_phishing, {}, 0},
    {"short_url", shorteners, short_url, {}, 0},
    {"short_url_redir", shorteners, nullptr, asks_shortener, 0},
    {"short_url_200", shorteners, nullptr, asks_shortener, 0},
    {"short_url_404", shorteners, nullptr, asks_shortener, 0},
    {"short_url_code", shorteners, nullptr, asks_shortener, 1},
    {"short_url_chained", shorteners, nullptr, asks_shortener, 0},
    {"short_url_maxchain", shorteners, nullptr, asks_shortener, 0},
    {"short_url_loop", shorteners, nullptr, asks_shortener, 0},
    {"short_url_tests", shorteners, nullptr, "SpamAssassin gave it up; short_url says the same.",
     0},
});

}  // namespace

std::span<const EvalEntry> link_evals() { return entries; }

}  // namespace lazaret::filter::rules
