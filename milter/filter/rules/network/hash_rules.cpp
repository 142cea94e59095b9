#include "milter/filter/rules/network/hash_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.hpp"
#include "milter/filter/rules/evals/body_addresses.hpp"
#include "milter/filter/rules/evals/message_addresses.hpp"
#include "milter/filter/rules/network/query_names.hpp"
#include "milter/filter/rules/network/values.hpp"
#include "milter/filter/rules/perl_classes.hpp"

namespace lazaret::filter::rules {
namespace {

constexpr std::size_t most_asked = 50;       // of one rule, whatever its options say
constexpr std::size_t most_addresses = 200;  // that are looked at

// Roles, robots, and what forwarders make: nobody's own address.
constexpr std::string_view welcome_by_itself =
    "(?i)^(?:(?:abuse|support|sales|info|helpdesk|contact|kontakt|(?:post|host|domain)master|"
    "undisclosed.*|request-[a-f0-9]{16}|bounced?-|.+=.+=.+)@)";

void add_addresses(std::string_view text, const RegistryBoundaries& boundaries,
                   std::vector<std::string>& found)
{
    std::size_t from = 0;
    while (found.size() < most_addresses) {
        const auto [begin, end] = find_address(text, from, boundaries);
        if (end == 0) return;
        from = end;
        add_new(std::string{text.substr(begin, end - begin)}, most_addresses, found);
    }
}

}  // namespace

HashRules HashRules::from(const RuleSettings& settings, std::vector<Problem>& problems)
{
    constexpr std::string_view list = "hashbl_acl_";
    HashRules rules;
    for (const auto word : settings.words("hashbl_ignore"))
        rules.ignored_.insert(ascii_lower(word));
    for (const auto& line : settings.lines("hashbl_email_domain_alias")) {
        const auto words = words_of(line.value);
        for (std::size_t at = 1; at < words.size(); ++at)
            rules.aliases_[ascii_lower(words[at])] = ascii_lower(words[0]);
    }
    for (const auto key : settings.keys(list))
        for (const auto word : settings.words(key))
            if (!word.starts_with('!'))
                rules.domain_lists_[std::string{key.substr(list.size())}].insert(ascii_lower(word));
    const auto lines = settings.lines("hashbl_email_welcomelist");
    auto welcome = Expression::compile(
        {lines.empty() ? std::string{welcome_by_itself} : lines.back().value, {}});
    if (welcome) rules.welcome_ = std::move(*welcome);
    else problems.push_back({lines.back().place, {}, welcome.error()});
    return rules;
}

bool HashRules::has(std::string_view function)
{
    return function == "check_hashbl_emails" || function == "check_hashbl_uris" ||
           function == "check_hashbl_bodyre";
}

HashRules::Options HashRules::read_options(std::string_view text)
{
    Options options;
    for (const auto part : parts_of(text, '/')) {
        const auto word = ascii_lower(part);
        if (word == "md5") options.checksum = Checksum::Md5;
        if (word == "sha1") options.checksum = Checksum::Sha1;
        if (word == "sha256") options.checksum = Checksum::Sha256;
        if (word.starts_with("max="))
            std::from_chars(word.data() + 4, word.data() + word.size(), options.most);
        options.words.insert(word);
    }
    options.most = std::min(options.most, most_asked);
    return options;
}

std::string HashRules::add(const NetworkRule& rule, const EvalCall& call, bool is_raw_body)
{
    const auto argument = [&](std::size_t at) {
        return at < call.arguments.size() ? call.arguments[at] : std::string{};
    };
    const auto kind = call.function == "check_hashbl_emails" ? Kind::Emails
                      : call.function == "check_hashbl_uris" ? Kind::Links
                                                             : Kind::Body;
    if (argument(0).empty()) return "it needs a list to ask";
    const auto slash = argument(0).rfind('/');
    const auto type = slash == std::string::npos ? dns::RecordType::A
                                                 : record_type(argument(0).substr(slash + 1));
    if (!type) return "the list must be asked for A or TXT";
    One one{rule,        kind,   zone_name(argument(0).substr(0, slash)), *type, {}, {}, {}, {},
            is_raw_body, nullptr};
    one.options = read_options(!argument(1).empty()   ? argument(1)
                               : kind == Kind::Emails ? "sha1/notag/noquote/max=10"
                                                      : "sha1/max=10");
    if (kind == Kind::Emails) {
        const auto fields = argument(2).empty() ? "ALLFROM/Reply-To/body" : argument(2);
        for (const auto field : parts_of(fields, '/')) one.fields.emplace_back(field);
        const auto list = ascii_lower(argument(4));
        if (!list.empty() && list != "all") one.domains = list;
        if (one.domains && !domain_lists_.contains(list))
            return fmt::format("there is no hashbl_acl_{}", valid_utf8(list));
    }
    if (kind == Kind::Body) {
        auto pattern = Expression::compile({argument(2), {}});
        if (!pattern) return pattern.error();
        one.pattern = std::move(*pattern);
    }
    const auto wanted = argument(kind == Kind::Links ? 2 : 3);
    auto test = wanted.empty() ? AnswerTest::listed() : AnswerTest::of_hash(wanted);
    if (!test) return test.error();
    one.test = std::make_shared<const AnswerTest>(std::move(*test));
    all_.push_back(std::move(one));
    return {};
}

void HashRules::add_zones(std::set<std::string>& zones) const
{
    for (const auto& one : all_) zones.insert(one.zone);
}

void HashRules::plan(const EvalContext& context, const LinkHosts& link_hosts, std::size_t scores,
                     NetworkPlan& plan) const
{
    for (const auto& one : all_) {
        if (!one.rule.is_on[scores]) continue;
        const auto values = one.kind == Kind::Emails  ? emails(one, context, link_hosts)
                            : one.kind == Kind::Links ? links(one, context, link_hosts)
                                                      : matches(one, context);
        for (const auto& value : values) {
            const auto hash = checksum(one.options.checksum, value);
            if (ignored_.contains(ascii_lower(value)) || ignored_.contains(hash)) continue;
            plan.ask(one.rule, dns::question(hash + '.' + one.zone, one.type), one.test);
        }
    }
}

std::vector<std::string> HashRules::emails(const One& one, const EvalContext& context,
                                           const LinkHosts& link_hosts) const
{
    std::vector<std::string> found;
    for (const auto& field : one.fields) {
        if (field == "ALLFROM")
            for (const auto& address : senders_of(context)) add_new(address, most_addresses, found);
        else if (field == "body")
            for (const auto& address : body_addresses(context))
                add_new(address, most_addresses, found);
        else add_addresses(context.headers.text(field), context.boundaries, found);
    }
    std::vector<std::string> asked;
    for (const auto& email : found)
        if (auto value = asked_email(one, email, context, link_hosts))
            add_new(std::move(*value), one.options.most, asked);
    return asked;
}

std::optional<std::string> HashRules::asked_email(const One& one, std::string_view email,
                                                  const EvalContext& context,
                                                  const LinkHosts& link_hosts) const
{
    const auto sign = email.rfind('@');
    if (sign == std::string_view::npos || (welcome_ && welcome_->matches(email)))
        return std::nullopt;
    std::string user{email.substr(0, sign)};
    std::string domain{email.substr(sign + 1)};
    auto small = ascii_lower(domain);
    if (const auto alias = aliases_.find(small); alias != aliases_.end())
        domain = small = alias->second;
    const std::string registered{context.boundaries.registered_domain(small)};
    if (one.domains ? !domain_lists_.find(*one.domains)->second.contains(small)
                    : link_hosts.skips({small, registered}))
        return std::nullopt;
    const auto& options = one.options;
    if (options.has("nodot")) std::erase(user, '.');
    if (options.has("notag")) user.resize(std::min(user.find('+'), user.size()));
    auto value = options.has("domain") ? registered
                 : options.has("host") ? domain
                 : options.has("user") ? user
                                       : user + '@' + domain;
    return options.has("case") ? value : ascii_lower(value);
}

std::vector<std::string> HashRules::links(const One& one, const EvalContext& context,
                                          const LinkHosts& link_hosts)
{
    std::vector<std::string> asked;
    for (const auto& uri : context.rendering.uris.details) {
        if (starts_ignoring_case(uri.raw, "mailto:") || uri.hosts.empty() ||
            !(uri.is(UriElement::A) || uri.is(UriOrigin::Parsed)) ||
            std::any_of(uri.hosts.begin(), uri.hosts.end(),
                        [&](const auto& host) { return link_hosts.skips(host); }))
            continue;
        for (const auto& form : uri.cleaned)
            add_new(one.options.has("case") ? form : ascii_lower(form), one.options.most, asked);
    }
    return asked;
}

std::vector<std::string> HashRules::matches(const One& one, const EvalContext& context)
{
    std::vector<std::string> asked;
    std::vector<Expression::Part> parts;
    const auto& texts = one.is_raw_body ? context.rendering.raw_body : context.rendering.body;
    for (const auto text : texts) {
        std::size_t from = 0;
        while (from < text.size() && asked.size() < one.options.most &&
               one.pattern->find(text, from, parts)) {
            from = std::max(parts[0].end, parts[0].begin + 1);
            if (parts.size() < 2 || parts[1].begin >= parts[1].end || parts[1].end > text.size())
                continue;
            std::string value{text.substr(parts[1].begin, parts[1].end - parts[1].begin)};
            if (!one.options.has("case")) value = ascii_lower(value);
            if (one.options.has("num")) std::erase_if(value, [](char c) { return !is_digit(c); });
            add_new(std::move(value), one.options.most, asked);
        }
    }
    return asked;
}

}  // namespace lazaret::filter::rules
