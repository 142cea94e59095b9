#include "milter/filter/rules/uris/host_list.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "milter/filter/rules/uris/uri_text.hpp"

namespace lazaret::filter::rules {
namespace {

constexpr auto npos = std::string_view::npos;

// SpamAssassin looks at so many labels of a host, the last ones.
constexpr std::ptrdiff_t most_labels = 11;

bool is_ip_literal(std::string_view host) { return host.starts_with('[') && host.ends_with(']'); }

bool is_four_numbers(std::string_view host)
{
    return std::count(host.begin(), host.end(), '.') == 3 &&
           std::all_of(host.begin(), host.end(), [](char c) { return is_digit(c) || c == '.'; });
}

std::string without_mark(std::string_view word)
{
    if (word.starts_with('!')) word.remove_prefix(1);
    return ascii_lower(word);
}

}  // namespace

void HostList::enlist(std::string_view word)
{
    hosts_[without_mark(word)] = !word.starts_with('!');
}

void HostList::delist(std::string_view word) { hosts_.erase(without_mark(word)); }

std::optional<bool> HostList::verdict(std::string_view host) const
{
    const bool is_address = is_ip_literal(host) || is_four_numbers(host);
    if (is_ip_literal(host)) host = host.substr(1, host.size() - 2);
    auto labels = std::count(host.begin(), host.end(), '.') + 1;
    while (true) {
        if (is_address || labels <= most_labels)
            if (const auto found = hosts_.find(host); found != hosts_.end()) return found->second;
        const auto dot = host.find('.');
        if (is_address || dot == npos) return {};
        host.remove_prefix(dot + 1);
        --labels;
    }
}

bool HostList::has_one_of(const Uris& uris) const
{
    if (hosts_.empty()) return false;
    return std::any_of(uris.details.begin(), uris.details.end(), [this](const UriDetail& detail) {
        if (starts_ignoring_case(detail.raw, "mailto:")) return false;
        return std::any_of(detail.hosts.begin(), detail.hosts.end(), [this](const auto& known) {
            return verdict(known.host).value_or(false);
        });
    });
}

}  // namespace lazaret::filter::rules
