#include "milter/filter/rules/network/link_hosts.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <random>

#include "base/text.hpp"

namespace lazaret::filter::rules {
namespace {

constexpr std::size_t most_domains = 100;  // whatever the files say

/// How likely a reader follows a link, the most likely first.
enum Rank : std::size_t { TextOfLink, Form, Image, Other, BareText, EmptyLink, rank_count };

Rank rank_of(const UriDetail& uri)
{
    if (uri.is(UriElement::A)) {
        const bool has_text = std::any_of(uri.anchor_text.begin(), uri.anchor_text.end(),
                                          [](auto text) { return !text.empty(); });
        return has_text ? TextOfLink : EmptyLink;
    }
    if (uri.is(UriElement::Form)) return Form;
    if (uri.is(UriElement::Img)) return Image;
    return uri.types == static_cast<std::uint32_t>(UriOrigin::Parsed) ? BareText : Other;
}

}  // namespace

LinkHosts LinkHosts::from(const RuleSettings& settings)
{
    LinkHosts hosts;
    for (const auto& [key, line] :
         settings.in_order({"uridnsbl_skip_domain", "clear_uridnsbl_skip_domain"}))
        for (const auto word : words_of(line->value)) {
            if (key == "uridnsbl_skip_domain") hosts.skipped_.insert(ascii_lower(word));
            else hosts.skipped_.erase(ascii_lower(word));
        }
    const auto most = settings.last("uridnsbl_max_domains");
    std::from_chars(most.data(), most.data() + most.size(), hosts.most_);
    hosts.most_ = std::min(hosts.most_, most_domains);
    hosts.skips_mail_ = settings.is_on("uridnsbl_skip_mailto", true);
    return hosts;
}

bool LinkHosts::skips(const HostAndDomain& host) const
{
    return skipped_.contains(host.domain) || skipped_.contains(host.host);
}

std::vector<HostAndDomain> LinkHosts::of(const Uris& uris) const
{
    std::array<std::vector<HostAndDomain>, rank_count> by_rank;
    std::array<TextSet, rank_count> seen;
    for (const auto& uri : uris.details) {
        if (skips_mail_ && starts_ignoring_case(uri.raw, "mailto:")) continue;
        const auto rank = rank_of(uri);
        for (const auto& host : uri.hosts)
            if (!skips(host) && seen[rank].insert(host.host).second) by_rank[rank].push_back(host);
    }
    std::vector<HostAndDomain> chosen;
    TextSet taken;
    for (auto& hosts : by_rank) {
        std::erase_if(hosts, [&](const auto& host) { return taken.contains(host.host); });
        const auto room = most_ - chosen.size();
        if (hosts.size() > room) {
            std::shuffle(hosts.begin(), hosts.end(), std::mt19937{std::random_device{}()});
            hosts.resize(room);
        }
        for (auto& host : hosts) {
            taken.insert(host.host);
            chosen.push_back(std::move(host));
        }
    }
    return chosen;
}

}  // namespace lazaret::filter::rules
