#include "milter/filter/rules/uris/uris.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "base/text.hpp"
#include "base/text_hash.hpp"
#include "milter/filter/rules/uris/idn.hpp"
#include "milter/filter/rules/uris/text_addresses.hpp"
#include "milter/filter/rules/uris/uri_forms.hpp"
#include "milter/filter/rules/uris/uri_text.hpp"

namespace lazaret::filter::rules {
namespace {

constexpr auto npos = std::string_view::npos;
constexpr std::size_t longest_uri = 8192;

constexpr std::uint32_t bits(UriOrigin origin) { return static_cast<std::uint32_t>(origin); }

constexpr std::uint32_t parsed = bits(UriOrigin::Parsed);
constexpr std::uint32_t schemeless = parsed | bits(UriOrigin::Schemeless);
constexpr std::uint32_t unlinked = schemeless | bits(UriOrigin::Unlinked);
constexpr std::uint32_t signature =
    bits(UriOrigin::Domainkeys) | bits(UriOrigin::Nocanon) | bits(UriOrigin::Noclean);

struct TypedUri {
    std::string uri;
    std::uint32_t types;
};

bool has_scheme(std::string_view uri)
{
    return length_of_http(uri) != 0 || starts_ignoring_case(uri, "ftp:") ||
           starts_ignoring_case(uri, "mailto:");
}

bool begins_as_web_host(std::string_view uri)
{
    if (!starts_ignoring_case(uri, "www")) return false;
    std::size_t end = 3;
    while (end < 5 && end < uri.size() && is_digit(uri[end])) ++end;
    return uri.substr(end).starts_with('.');
}

// Whether one of `first` stands before one of `last`, with something between.
bool stand_apart(std::string_view text, char first, char last)
{
    const auto begin = text.find(first);
    const auto end = text.rfind(last);
    return begin != npos && end != npos && end > begin + 1;
}

// `skype:`, `email:`, `e-mail:` or just `:`, which text often glues to an address.
std::string_view without_misread_label(std::string_view address)
{
    auto rest = address;
    for (const std::string_view label : {"skype", "e-mail", "email", "-mail", "mail"}) {
        if (!starts_ignoring_case(rest, label)) continue;
        rest.remove_prefix(label.size());
        break;
    }
    if (!rest.starts_with(':')) return address;
    while (rest.starts_with(':')) rest.remove_prefix(1);
    return rest;
}

bool is_left_out(const TextAddress& found)
{
    const auto text = found.text;
    if (found.kind == TextAddress::Kind::Mail && text.find('@') == npos) return true;
    if (found.kind == TextAddress::Kind::Schemeless && !is_valid_host_name(ascii_lower(found.host)))
        return true;
    // The ids of MIME parts look like mail addresses.
    if (starts_ignoring_case(text, "cid:") || starts_ignoring_case(text, "mid:")) return true;
    const auto end = static_cast<std::size_t>(
        std::find_if_not(text.begin(), text.end(),
                         [](char c) { return is_letter_or_digit(c) || c == '_'; }) -
        text.begin());
    const auto rest = text.substr(end);
    return end > 0 && (rest == ":" || rest == ":/" || rest == "://");
}

std::optional<TypedUri> with_scheme(std::string_view text)
{
    const auto prefixed = [text](std::string_view scheme, std::uint32_t types) {
        return TypedUri{std::string{scheme}.append(text), types};
    };
    if (has_scheme(text)) return prefixed("", parsed);
    if (starts_ignoring_case(text, "ftp.")) return prefixed("ftp://", schemeless);
    if (begins_as_web_host(text)) return prefixed("http://", schemeless);
    if (stand_apart(text, '/', '@')) return prefixed("http://", schemeless);
    if (text.find('@') == npos) {
        if (text.find('.') == npos) return {};
        return prefixed("http://", unlinked);
    }
    if (!stand_apart(text, '@', '.') || text.find("&nbsp;") != npos) return {};
    return TypedUri{std::string{"mailto:"}.append(without_misread_label(text)), schemeless};
}

// Undoes escapes of a mail address. @return whether it has a known top-level domain.
bool mend_mail_address(std::string& uri, const RegistryBoundaries& boundaries)
{
    if (has_escape(uri)) uri = with_plain_escapes(uri, Alphabet::Bytes);
    const auto sign = uri.find('@');
    if (sign == npos) return false;
    auto host = std::string_view{uri}.substr(sign + 1);
    host = host.substr(0, host.find_first_of("?&>"));
    while (host.ends_with("%20")) host.remove_suffix(3);
    return boundaries.is_valid_domain(ascii_host(host));
}

// Gathers addresses; the same one from several places is one, with all their types.
class Gathering {
public:
    Gathering(const UriSettings& settings, const RegistryBoundaries& boundaries)
        : settings_{settings}, boundaries_{boundaries}
    {
    }

    // @return the address as it is kept; null when it is not. With `needs_host` only what leads
    // to a known top-level domain or an IP address is kept.
    UriDetail* add(std::string_view uri, std::uint32_t types, bool needs_host)
    {
        if (const auto known = places_.find(uri); known != places_.end()) {
            auto& detail = uris_.details[known->second];
            detail.types |= types;
            return &detail;
        }
        if (uris_.details.size() >= settings_.most || bytes_ >= settings_.most_bytes) {
            uris_.has_more = true;
            return nullptr;
        }
        auto detail = read(uri, types, needs_host ? Alphabet::Bytes : Alphabet::Characters);
        if (needs_host && detail.hosts.empty()) return nullptr;
        places_.emplace(detail.raw, uris_.details.size());
        return &uris_.details.emplace_back(std::move(detail));
    }

    // Whether text may bring another address, of which `looked_at` came already; leaves room for
    // the HTML's.
    bool has_room_for_text(std::size_t looked_at)
    {
        const bool has_room = looked_at < settings_.most * 2 &&
                              uris_.details.size() < settings_.most / 2 &&
                              bytes_ < settings_.most_bytes / 2;
        if (!has_room) uris_.has_more = true;
        return has_room;
    }

    void truncated() { uris_.has_truncated = true; }

    Uris take() &&
    {
        TextViewSet listed;
        for (const auto& detail : uris_.details)
            for (const auto& form : detail.cleaned)
                if (listed.insert(form).second) uris_.list.emplace_back(form);
        return std::move(uris_);
    }

private:
    UriDetail read(std::string_view uri, std::uint32_t types, Alphabet alphabet)
    {
        UriDetail detail;
        detail.raw = uri;
        detail.types = types;
        const bool is_plain = (types & bits(UriOrigin::Nocanon)) != 0;
        auto forms = is_plain ? std::vector{detail.raw}
                              : forms_of(uri, alphabet, settings_.redirectors, boundaries_);
        for (auto& form : forms) {
            if (form.size() > longest_uri) {
                truncated();
                form.resize(longest_uri);
            }
            bytes_ += form.size();
            auto host = boundaries_.host_of(form);
            if (host &&
                std::find(detail.hosts.begin(), detail.hosts.end(), *host) == detail.hosts.end())
                detail.hosts.push_back(std::move(*host));
        }
        if ((types & bits(UriOrigin::Noclean)) == 0) detail.cleaned = std::move(forms);
        return detail;
    }

    const UriSettings& settings_;
    const RegistryBoundaries& boundaries_;
    Uris uris_;
    TextMap<std::size_t> places_;
    std::size_t bytes_ = 0;
};

void gather_from_text(const UriSources& sources, const RegistryBoundaries& boundaries,
                      Gathering& gathering)
{
    TextViewSet seen;
    const auto take = [&](const TextAddress& found) {
        if (!seen.insert(found.text).second || is_left_out(found)) return true;
        auto typed = with_scheme(found.text);
        if (!typed) return true;
        const bool is_mail = starts_ignoring_case(typed->uri, "mailto:");
        if (!is_mail || mend_mail_address(typed->uri, boundaries))
            gathering.add(typed->uri, typed->types, true);
        return gathering.has_room_for_text(seen.size());
    };
    for (const auto paragraph : sources.paragraphs) {
        if (!gathering.has_room_for_text(seen.size())) return;
        find_text_addresses(paragraph, boundaries, take);
    }
}

void gather_from_html(std::span<const HtmlFacts* const> parts, Gathering& gathering)
{
    for (const auto* facts : parts) {
        if (facts->has_truncated_uri) gathering.truncated();
        for (const auto& found : facts->uris) {
            // A link that names nothing of its own counts as text.
            const auto types = found.elements != 0 ? found.elements : parsed;
            auto* detail = gathering.add(found.uri, types, false);
            if (detail == nullptr) continue;
            TextViewSet seen;  // texts repeat between parts, not in one
            for (const auto anchor : found.anchors) {
                const std::string_view text = facts->anchors[anchor];
                if (seen.insert(text).second) detail->anchor_text.push_back(text);
            }
        }
    }
}

// The `d=` tags of a signature, without blanks.
std::vector<std::string> domains_of(std::string_view field)
{
    std::vector<std::string> domains;
    for (std::size_t at = 0; (at = field.find('d', at)) != npos; ++at) {
        if (at > 0 && (is_letter_or_digit(field[at - 1]) || field[at - 1] == '_')) continue;
        const auto equals = field.find_first_not_of(" \t\n\v\f\r", at + 1);
        if (equals == npos || field[equals] != '=') continue;
        const auto end = std::min(field.find(';', equals), field.size());
        std::string domain{field.substr(equals + 1, end - equals - 1)};
        std::erase_if(domain, [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); });
        if (end > equals + 1) domains.push_back(std::move(domain));
        at = end;
    }
    return domains;
}

void gather_from_signatures(std::span<const std::string_view> fields, Gathering& gathering)
{
    for (const auto field : fields)
        for (const auto& domain : domains_of(field))
            gathering.add("domainkeys:" + domain, signature, true);
}

}  // namespace

Uris uris_of(const UriSources& sources, const UriSettings& settings,
             const RegistryBoundaries& boundaries)
{
    Gathering gathering{settings, boundaries};
    gather_from_text(sources, boundaries, gathering);
    gather_from_html(sources.html, gathering);
    for (const auto& address : sources.attached) gathering.add(address, parsed, false);
    if (settings.reads_signatures) gather_from_signatures(sources.signatures, gathering);
    return std::move(gathering).take();
}

}  // namespace lazaret::filter::rules
