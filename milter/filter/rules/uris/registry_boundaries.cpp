#include "milter/filter/rules/uris/registry_boundaries.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "milter/filter/rules/perl_classes.hpp"
#include "milter/filter/rules/uris/idn.hpp"
#include "milter/filter/rules/uris/uri_text.hpp"

namespace lazaret::filter::rules {
namespace {

constexpr std::size_t longest_name = 253;  // RFC 1035 2.3.4, without the root's dot
constexpr std::size_t longest_label = 63;

// Below .us, states and localities are registries (RFC 1480).
constexpr std::string_view states =
    " ak al ar az ca co ct dc de fl ga gu hi ia id il in ks ky la ma md me mi mn mo ms mt nc nd ne "
    "nh "
    "nj nm nv ny oh ok or pa pr ri sc sd tn tx ut va vi vt wa wi wv wy ";

bool is_state(std::string_view label)
{
    if (label.size() != 2) return false;
    const std::array<char, 4> word{' ', label[0], label[1], ' '};
    return states.find(std::string_view{word.data(), word.size()}) != std::string_view::npos;
}

bool is_small(char c) { return c >= 'a' && c <= 'z'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); }

// The last at most five labels of a name: more are never a registry's.
class LastLabels {
public:
    static constexpr std::size_t most = 5;

    explicit LastLabels(std::string_view name) : name_{name}
    {
        std::size_t end = name.size();
        while (count_ < most) {
            const auto dot = end == 0 ? std::string_view::npos : name.rfind('.', end - 1);
            starts_[count_++] = dot == std::string_view::npos ? 0 : dot + 1;
            if (dot == std::string_view::npos) break;
            end = dot;
        }
    }
    [[nodiscard]] std::size_t count() const { return count_; }
    // The last `labels` of them, with their dots.
    [[nodiscard]] std::string_view tail(std::size_t labels) const
    {
        return name_.substr(starts_[labels - 1]);
    }
    // One label, counted from the end, 1 being the last.
    [[nodiscard]] std::string_view label(std::size_t from_end) const
    {
        const auto text = tail(from_end);
        return text.substr(0, text.find('.'));
    }

private:
    std::string_view name_;
    std::array<std::size_t, most> starts_{};
    std::size_t count_ = 0;
};

// `ci.los-angeles.ca.us`, `co.kern.ca.us`, `school.pvt.k12.ca.us`.
bool is_us_locality(const LastLabels& labels)
{
    if (labels.label(1) != "us" || !is_state(labels.label(2))) return false;
    const auto fourth = labels.label(4);
    return fourth == "ci" || fourth == "co" || (fourth == "pvt" && labels.label(3) == "k12");
}

// Escapes of what is printable: a browser undoes them, and the undone form is looked at as well.
bool has_needless_escape(std::string_view host)
{
    for (auto at = host.find('%'); at != std::string_view::npos; at = host.find('%', at + 1)) {
        if (at + 2 >= host.size()) return false;
        const char high = host[at + 1];
        const char low = host[at + 2];
        if (!is_hex(low)) continue;
        if ((high == '2' && low != '0') || (high >= '3' && high <= '6') ||
            (high == '7' && low != 'f'))
            return true;
    }
    return false;
}

std::optional<std::string_view> host_of_mail_address(std::string_view address)
{
    address = address.substr(0, address.find('?'));
    const auto at = address.find('@');
    if (at == std::string_view::npos || address.find('@', at + 1) != std::string_view::npos)
        return {};
    return address.substr(at + 1);
}

std::string_view without_scheme(std::string_view uri)
{
    const auto end =
        static_cast<std::size_t>(std::find_if_not(uri.begin(), uri.end(), is_small) - uri.begin());
    if (end == 0 || end == uri.size() || uri[end] != ':') return uri;
    uri.remove_prefix(end + 1);
    for (int slashes = 0; slashes < 2 && uri.starts_with('/'); ++slashes) uri.remove_prefix(1);
    return uri;
}

std::string_view host_of_address(std::string_view uri)
{
    uri = without_scheme(uri);
    uri = uri.substr(0, uri.find_first_of("/?#"));
    if (const auto user_end = uri.rfind('@'); user_end != std::string_view::npos)
        uri.remove_prefix(user_end + 1);
    auto end = uri.size();
    while (end > 0 && is_digit(uri[end - 1])) --end;
    if (end > 0 && uri[end - 1] == ':') uri = uri.substr(0, end - 1);
    return uri;
}

bool is_valid_label(std::string_view label, bool underscores)
{
    if (label.empty() || label.size() > longest_label) return false;
    if (label.front() == '-' || label.back() == '-') return false;
    return std::all_of(label.begin(), label.end(), [underscores](char c) {
        return is_small(c) || is_digit(c) || c == '-' || (c == '_' && underscores);
    });
}

std::string_view without_final_dots(std::string_view host)
{
    while (host.ends_with('.')) host.remove_suffix(1);
    return host;
}

}  // namespace

RegistryBoundaries::RegistryBoundaries(std::span<const std::string> top_level,
                                       std::span<const std::string> second_level,
                                       std::span<const std::string> third_level)
{
    const auto keep = [](std::span<const std::string> from, TextSet& names) {
        names.reserve(from.size());
        for (const auto& name : from) names.insert(ascii_host(name));
    };
    keep(top_level, top_level_);
    keep(second_level, second_level_);
    keep(third_level, third_level_);
}

std::string_view RegistryBoundaries::registered_domain(std::string_view host) const
{
    host = without_final_dots(host);
    while (host.starts_with('.')) host.remove_prefix(1);
    const LastLabels labels{host};
    const auto count = labels.count();
    const bool is_us = labels.label(1) == "us";
    // The longest registry's name wins, and the label before it belongs to the domain.
    std::size_t registry = 1;
    if (count >= 4 && is_us_locality(labels)) registry = 4;
    else if (count >= 3 &&
             (is_us ? is_state(labels.label(2)) : third_level_.contains(labels.tail(3))))
        registry = 3;
    else if (count >= 2 && second_level_.contains(labels.tail(2))) registry = 2;
    return labels.tail(std::min(registry + 1, count));
}

bool RegistryBoundaries::is_valid_domain(std::string_view host) const
{
    const auto dot = host.rfind('.');
    if (dot == std::string_view::npos) return false;
    if (blanks.first_in(host) != std::string_view::npos) return false;
    return top_level_.contains(host.substr(dot + 1));
}

bool RegistryBoundaries::is_top_level(std::string_view label) const
{
    if (label.empty() || label.size() > longest_label) return false;
    std::array<char, longest_label> small{};
    std::transform(label.begin(), label.end(), small.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return top_level_.contains(std::string_view{small.data(), label.size()});
}

std::optional<HostAndDomain> RegistryBoundaries::host_of(std::string_view uri) const
{
    const auto small = ascii_lower(uri);
    const std::string_view text{small};
    if (text.starts_with("javascript:") || text.starts_with("cid:") || text.starts_with("file:"))
        return {};
    constexpr std::string_view mail = "mailto:";
    std::string_view written;
    if (text.starts_with(mail)) {
        const auto found = host_of_mail_address(text.substr(mail.size()));
        if (!found) return {};
        written = *found;
    } else {
        written = host_of_address(text);
    }
    if (has_needless_escape(written)) return {};
    auto host = ascii_host(written);
    if (is_ip_address(host)) return HostAndDomain{host, host};
    if (!is_valid_host_name(host) || !is_valid_domain(host)) return {};
    auto domain = std::string{registered_domain(host)};
    return HostAndDomain{std::move(host), std::move(domain)};
}

bool is_valid_host_name(std::string_view host) noexcept
{
    host = without_final_dots(host);
    if (host.size() > longest_name) return false;
    std::size_t labels = 0;
    for (auto end = host.size();;) {
        const auto dot = end == 0 ? std::string_view::npos : host.rfind('.', end - 1);
        const auto start = dot == std::string_view::npos ? 0 : dot + 1;
        if (!is_valid_label(host.substr(start, end - start), ++labels > 2)) return false;
        if (dot == std::string_view::npos) break;
        end = dot;
    }
    return labels > 1;
}

bool is_ip_address(std::string_view host) noexcept
{
    if (host.empty() || !(is_hex(host.front()) || host.front() == ':' || host.starts_with("ipv6:")))
        return false;
    if (host.starts_with("ipv6:")) host.remove_prefix(5);
    std::array<char, INET6_ADDRSTRLEN> text{};  // one more than the longest, for its NUL
    if (host.size() >= text.size()) return false;
    std::copy(host.begin(), host.end(), text.begin());
    std::array<unsigned char, sizeof(in6_addr)> address{};
    return inet_pton(AF_INET, text.data(), address.data()) == 1 ||
           inet_pton(AF_INET6, text.data(), address.data()) == 1;
}

}  // namespace lazaret::filter::rules
