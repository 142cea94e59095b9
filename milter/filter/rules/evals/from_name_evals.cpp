#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "milter/filter/auth/results.hpp"
#include "milter/filter/rules/evals/message_addresses.hpp"
#include "milter/filter/rules/evals/sender_eval_groups.hpp"
#include "milter/filter/rules/perl_classes.hpp"

namespace lazaret::filter::rules {
namespace {

constexpr std::size_t longest_name = 2'000;  // of what is looked at

constexpr bool may_be_in_local_part(char c)
{
    return is_word(c) || contains(".!#$%&'*+/=?^`{|}~-", std::string_view{&c, 1});
}

// The end of the domain that begins at `at`: two labels at least, the last two bytes of it words;
// npos when there is none.
std::size_t end_of_domain(std::string_view text, std::size_t at)
{
    constexpr auto none = std::string_view::npos;
    if (at >= text.size() || !is_word(text[at])) return none;
    auto dot = at;
    while (dot < text.size() && (is_word(text[dot]) || text[dot] == '-')) ++dot;
    if (dot + 1 >= text.size() || text[dot] != '.' || !is_word(text[dot + 1])) return none;
    auto end = dot + 2;
    while (end < text.size() && (is_word(text[end]) || text[end] == '.' || text[end] == '-')) ++end;
    return end > dot + 2 && is_word(text[end - 1]) ? end : none;
}

// The first address in a name; empty when there is none.
std::string_view address_in(std::string_view name)
{
    for (auto at = name.find('@'); at != std::string_view::npos; at = name.find('@', at + 1)) {
        auto begin = at;
        while (begin > 0 && may_be_in_local_part(name[begin - 1])) --begin;
        while (begin < at && !is_word_border(name, begin)) ++begin;
        const auto end = end_of_domain(name, at + 1);
        if (begin < at && end != std::string_view::npos) return name.substr(begin, end - begin);
    }
    return {};
}

std::int64_t odd_characters(std::string_view text)
{
    return std::count_if(text.begin(), text.end(),
                         [](char c) { return !is_digit(c) && (c < 'a' || c > 'z'); });
}

// A name that holds much else beside the address is a text, not a disguise.
bool is_mostly(std::string_view name, std::string_view address, std::int64_t extra_characters)
{
    const auto odd = odd_characters(name) - odd_characters(address);
    const auto rest = static_cast<std::int64_t>(name.size() - address.size()) + odd;
    return rest <= extra_characters;
}

// Who owns an address: as the settings say, else the first label of its domain.
std::string owner_of(std::string_view address, std::string_view domain,
                     const FromNameSettings& settings)
{
    const auto listed = [&](std::string_view text) {
        const auto owner = std::find_if(settings.owners.begin(), settings.owners.end(),
                                        [&](const auto& one) { return one.addresses.has(text); });
        return owner == settings.owners.end() ? std::string{} : owner->name;
    };
    if (auto owner = listed(address); !owner.empty()) return owner;
    const auto name = address.substr(0, address.find('@'));
    if (auto owner = listed(std::string{name} + '@' + std::string{domain}); !owner.empty())
        return owner;
    return std::string{domain.substr(0, domain.find('.'))};
}

bool is_ignored(const EvalContext& context)
{
    const auto& settings = context.settings.sender.from_name;
    if (context.authentication)
        for (const auto& signature : context.authentication->dkim)
            if (signature.result == auth::Result::Pass &&
                settings.ignored_signers.contains(ascii_lower(signature.domain)))
                return true;
    const auto& fields = settings.ignored_headers;
    return std::any_of(fields.begin(), fields.end(),
                       [&](const auto& field) { return !context.headers.text(field).empty(); });
}

FromNameFacts compare(const EvalContext& context)
{
    FromNameFacts facts;
    if (is_ignored(context)) return facts;
    const auto& settings = context.settings.sender.from_name;
    const auto name =
        ascii_lower(std::string_view{context.headers.text("From:name")}.substr(0, longest_name));
    const std::string address{address_in(name)};
    if (address.empty()) return facts;
    const auto from = ascii_lower(context.headers.text("From:addr"));
    const auto from_host = context.boundaries.host_of("mailto:" + from);
    const auto host = context.boundaries.host_of("mailto:" + address);
    if (!from_host || !host) return facts;
    facts.has_address = true;
    if (!is_mostly(name, address, settings.extra_characters)) return facts;
    facts.address_differs = address != from;
    facts.domain_differs = host->domain != from_host->domain;
    facts.owner_differs =
        owner_of(address, host->domain, settings) != owner_of(from, from_host->domain, settings);
    facts.is_reply_address = address == ascii_lower(context.headers.text("Reply-To:addr"));
    const auto& recipients = recipients_of(context);
    facts.is_recipient =
        std::find(recipients.begin(), recipients.end(), address) != recipients.end();
    return facts;
}

const FromNameFacts& facts_of(const EvalContext& context)
{
    auto& memory = context.memory.sender.from_name;
    return memory ? *memory : memory.emplace(compare(context));
}

unsigned check_fromname_spoof(const EvalContext& context, std::span<const std::string> arguments)
{
    const auto& facts = facts_of(context);
    const auto asked = argument(arguments, 0);
    const int level = asked == "0" || asked == "1" || asked == "2"
                          ? asked.front() - '0'
                          : context.settings.sender.from_name.level;
    return facts.address_differs && (level != 1 || facts.owner_differs) &&
           (level != 2 || facts.domain_differs);
}

unsigned check_fromname_different(const EvalContext& context, std::span<const std::string>)
{
    return facts_of(context).address_differs;
}

unsigned check_fromname_domain_differ(const EvalContext& context, std::span<const std::string>)
{
    return facts_of(context).domain_differs;
}

unsigned check_fromname_contains_email(const EvalContext& context, std::span<const std::string>)
{
    return facts_of(context).has_address;
}

unsigned check_fromname_equals_to(const EvalContext& context, std::span<const std::string>)
{
    return facts_of(context).is_recipient;
}

unsigned check_fromname_owners_differ(const EvalContext& context, std::span<const std::string>)
{
    return facts_of(context).owner_differs;
}

unsigned check_fromname_equals_replyto(const EvalContext& context, std::span<const std::string>)
{
    return facts_of(context).is_reply_address;
}

constexpr auto table = std::to_array<EvalEntry>({
    {"check_fromname_spoof", "FromNameSpoof", check_fromname_spoof, {}},
    {"check_fromname_different", "FromNameSpoof", check_fromname_different, {}},
    {"check_fromname_domain_differ", "FromNameSpoof", check_fromname_domain_differ, {}},
    {"check_fromname_contains_email", "FromNameSpoof", check_fromname_contains_email, {}},
    {"check_fromname_equals_to", "FromNameSpoof", check_fromname_equals_to, {}},
    {"check_fromname_owners_differ", "FromNameSpoof", check_fromname_owners_differ, {}},
    {"check_fromname_equals_replyto", "FromNameSpoof", check_fromname_equals_replyto, {}},
});

}  // namespace

std::span<const EvalEntry> from_name_evals() { return table; }

}  // namespace lazaret::filter::rules
