#include "milter/filter/rules/network/message_tags.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "base/text.hpp"
#include "milter/filter/rules/relays/ip_text.hpp"
#include "milter/filter/rules/uris/idn.hpp"

namespace lazaret::filter::rules {
namespace {

constexpr std::string_view header = "HEADER(";
constexpr std::string_view signature_tags = "DKIM";

constexpr auto early_tags = std::to_array<std::string_view>(
    {"SENDERDOMAIN", "AUTHORDOMAIN", "LASTEXTERNALIP", "LASTEXTERNALREVIP", "LASTEXTERNALRDNS",
     "LASTEXTERNALHELO", "FIRSTTRUSTEDIP", "FIRSTTRUSTEDREVIP", "URIHOSTS", "URIDOMAINS"});

std::vector<std::string> signature_values(const auth::Authentication& found, std::string_view tag)
{
    std::vector<std::string> values;
    for (const auto& signature : found.dkim) {
        if (signature.result != auth::Result::Pass) continue;
        if (tag == "DKIMDOMAIN") values.push_back(signature.domain);
        if (tag == "DKIMSELECTOR") values.push_back(signature.selector);
        if (tag == "DKIMIDENTITY")
            values.push_back(signature.identity.empty() ? '@' + signature.domain
                                                        : signature.identity);
    }
    return values;
}

std::string relay_value(const Relay& relay, std::string_view part)
{
    if (part == "IP") return relay.ip;
    if (part == "REVIP") return reversed_ip(relay.ip);
    return part == "RDNS" ? relay.rdns : relay.helo;
}

std::vector<std::string> hosts(const std::vector<std::string>& written)
{
    std::vector<std::string> all;
    for (const auto& host : written) all.push_back(ascii_host(trimmed(host)));
    return all;
}

std::vector<std::string> worked_out(const EvalContext& context, std::string_view tag)
{
    constexpr std::string_view last = "LASTEXTERNAL";
    constexpr std::string_view first = "FIRSTTRUSTED";
    const auto& relays = context.rendering.relays;
    if (tag.starts_with(header) && tag.ends_with(')')) {
        const auto query = tag.substr(header.size(), tag.size() - header.size() - 1);
        return {std::string{trimmed(context.headers.text(query))}};
    }
    if (tag == "SENDERDOMAIN") return hosts({context.headers.text("EnvelopeFrom:first:addr:host")});
    if (tag == "AUTHORDOMAIN") return hosts(context.headers.values("From:addr:host"));
    if (tag.starts_with(last) && !relays.external.empty())
        return {relay_value(relays.external.front(), tag.substr(last.size()))};
    if (tag.starts_with(first) && !relays.trusted.empty())
        return {relay_value(relays.trusted.back(), tag.substr(first.size()))};
    if (tag.starts_with(signature_tags) && context.authentication)
        return signature_values(*context.authentication, tag);
    return {};
}

}  // namespace

MessageTags::Known MessageTags::known(std::string_view tag)
{
    if (tag.starts_with(signature_tags)) return Known::WhenProven;
    const bool is_early = tag.starts_with(header) ||
                          std::find(early_tags.begin(), early_tags.end(), tag) != early_tags.end();
    return is_early ? Known::WhenRead : Known::WhenMatched;
}

void MessageTags::set(std::string_view tag, std::vector<std::string> values)
{
    set_[std::string{tag}] = std::move(values);
}

std::vector<std::string> MessageTags::values(std::string_view tag) const
{
    const auto found = set_.find(tag);
    auto values = found == set_.end() ? worked_out(context_, tag) : found->second;
    std::set<std::string, std::less<>> seen;  // From may have tens of thousands of addresses
    std::erase_if(values,
                  [&](const auto& value) { return value.empty() || !seen.insert(value).second; });
    return values;
}

}  // namespace lazaret::filter::rules
