#include "milter/recipient.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace lazaret::milter {
namespace {

std::string_view without_brackets(std::string_view text)
{
    text = trimmed(text);
    if (text.size() >= 2 && text.front() == '<' && text.back() == '>')
        text = trimmed(text.substr(1, text.size() - 2));
    return text;
}

// A local part that is no UTF-8, or has control characters: the MTA delivers to it, so the policy
// of its domain counts.
std::optional<Address> by_domain_alone(std::string_view text)
{
    text = without_brackets(text);
    const auto sign = text.rfind('@');
    if (sign == std::string_view::npos || sign == 0) return std::nullopt;
    auto domain = parse_domain(text.substr(sign + 1));
    if (!domain) return std::nullopt;
    auto local = valid_utf8(text.substr(0, sign));
    std::replace_if(
        local.begin(), local.end(),
        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, '?');
    return Address{std::move(local), std::move(*domain)};
}

std::optional<Address> at_host(std::string_view text, std::string_view host)
{
    text = without_brackets(text);
    if (text.empty() || host.empty() || text.find('@') != std::string_view::npos)
        return std::nullopt;
    auto address = parse_address(std::string{text} + '@' + std::string{host});
    if (!address) return std::nullopt;
    return std::move(*address);
}

}  // namespace

Recipient read_recipient(std::string_view verbatim, std::string_view canonical,
                         std::string_view host,
                         const std::function<bool(const std::string&)>& is_protected)
{
    Recipient recipient{std::string{verbatim}, std::string{canonical}, {}};
    for (const auto text : {canonical, verbatim}) {
        const auto address = parse_address(text);
        if (!address) continue;
        if (!recipient.address) recipient.address = *address;
        else if (is_protected && !is_protected(recipient.address->domain) &&
                 is_protected(address->domain))
            recipient.address = *address;
    }
    if (recipient.address) return recipient;
    for (const auto text : {canonical, verbatim}) {
        recipient.address = by_domain_alone(text);
        if (!recipient.address) recipient.address = at_host(text, host);
        if (recipient.address) return recipient;
    }
    return recipient;
}

std::vector<std::string> names_of(const Recipient& recipient)
{
    std::vector<std::string> names{recipient.verbatim};
    const auto canonical = without_brackets(recipient.canonical);
    if (!canonical.empty() && canonical != without_brackets(recipient.verbatim))
        names.push_back('<' + std::string{canonical} + '>');
    return names;
}

std::string plain_name(const Recipient& recipient)
{
    const auto canonical = without_brackets(recipient.canonical);
    // Sendmail's macro has only the user's name for its own users.
    const bool whole = canonical.find('@') != std::string_view::npos;
    return valid_utf8(whole ? canonical : without_brackets(recipient.verbatim));
}

}  // namespace lazaret::milter
