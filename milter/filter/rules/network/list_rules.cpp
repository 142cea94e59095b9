#include "milter/filter/rules/network/list_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "milter/filter/rules/evals/message_addresses.hpp"
#include "milter/filter/rules/network/query_names.hpp"
#include "milter/filter/rules/network/values.hpp"
#include "milter/filter/rules/perl_classes.hpp"
#include "milter/filter/rules/relays/ip_text.hpp"
#include "milter/filter/rules/uris/idn.hpp"

namespace lazaret::filter::rules {
namespace {

constexpr std::size_t most_relays = 9;        // as SpamAssassin has it
constexpr std::size_t most_hosts = 20;        // of senders or fields, for one rule
constexpr std::size_t most_name_servers = 8;  // of a domain; a registry wants two
constexpr std::size_t most_originating = 20;

std::vector<std::string> texts_of(std::string_view list)
{
    const auto parts = parts_of(list, ',');
    return {parts.begin(), parts.end()};
}

void add_public(std::string_view ip, std::vector<std::string>& ips)
{
    if (!ip.empty() && !is_private_ip(ip) && std::find(ips.begin(), ips.end(), ip) == ips.end())
        ips.emplace_back(ip);
}

/// The names of services that the sender says vouch for him, small letters.
std::vector<std::string> accreditors(const EvalContext& context)
{
    std::vector<std::string> names;
    const auto sender = ascii_lower(context.headers.text("EnvelopeFrom:addr"));
    for (const char* mark : {"@a--", ".a--"}) {
        const auto begin = sender.find(mark);
        if (begin == std::string::npos) continue;
        const auto name = sender.substr(begin + 4, sender.find('.', begin + 4) - begin - 4);
        if (name.size() >= 3) names.push_back(name);
    }
    for (auto part : parts_of(context.headers.text("Accreditor"), ','))
        names.push_back(ascii_lower(take_word(part)));
    return names;
}

}  // namespace

struct ListRules::Known {
    std::string_view function;
    Kind kind;
    std::size_t least_arguments;
    dns::RecordType type = dns::RecordType::A;
};

const ListRules::Known* ListRules::find(std::string_view function)
{
    static constexpr auto known = std::to_array<Known>({
        {"check_rbl", Kind::Relays, 2},
        {"check_rbl_txt", Kind::Relays, 2, dns::RecordType::Txt},
        {"check_rbl_accreditor", Kind::Accreditor, 4},
        {"check_rbl_from_host", Kind::FromHosts, 2},
        {"check_rbl_from_domain", Kind::FromDomains, 2},
        {"check_rbl_envfrom", Kind::EnvelopeSender, 2},
        {"check_rbl_headers", Kind::Fields, 2},
        {"check_rbl_rcvd", Kind::FirstReceived, 2},
        {"check_rbl_ns_from", Kind::NameServers, 2},
        {"check_dns_sender", Kind::SenderExists, 0},
    });
    const auto* found = std::ranges::find(known, function, &Known::function);
    return found == known.end() ? nullptr : found;
}

ListRules ListRules::from(const RuleSettings& settings, const RelaySettings& relays)
{
    ListRules rules;
    rules.is_skipped_ = settings.is_on("skip_rbl_checks", false);
    rules.trusted_ = relays.trusted.value_or(NetworkSet{});
    rules.originating_fields_ = relays.originating_fields;
    const auto fields = settings.last("rbl_headers");
    rules.default_fields_ =
        texts_of(fields.empty() ? "EnvelopeFrom,Reply-To,Disposition-Notification-To,"
                                  "X-WebmailclientIP,X-Source-IP"
                                : fields);
    return rules;
}

bool ListRules::has(std::string_view function)
{
    return function == "check_rbl_sub" || find(function) != nullptr;
}

std::string ListRules::add(const NetworkRule& rule, const EvalCall& call)
{
    if (call.function == "check_rbl_sub") return add_sub(rule, call);
    const auto* known = find(call.function);
    const auto& arguments = call.arguments;
    if (arguments.size() < known->least_arguments)
        return fmt::format("{} needs {} arguments", call.function, known->least_arguments);
    One one{rule, known->kind, {}, {}, known->type, nullptr, {}};
    if (known->kind != Kind::SenderExists) {
        one.set = arguments[0];
        one.zone = zone_name(arguments[1]);
    }
    const bool has_test = arguments.size() > 2 && !arguments[2].empty();
    auto test = has_test ? AnswerTest::of_list(arguments[2]) : AnswerTest::listed();
    if (!test) return test.error();
    one.test = std::make_shared<const AnswerTest>(std::move(*test));
    if (known->kind == Kind::Accreditor) one.words = {ascii_lower(arguments[3])};
    if (known->kind == Kind::Fields)
        one.words = arguments.size() > 3 ? texts_of(arguments[3]) : default_fields_;
    all_.push_back(std::move(one));
    return {};
}

std::string ListRules::add_sub(const NetworkRule& rule, const EvalCall& call)
{
    if (call.arguments.size() < 2) return "check_rbl_sub needs 2 arguments";
    auto test = AnswerTest::of_list(call.arguments[1]);
    if (!test) return test.error();
    subs_[call.arguments[0]].push_back(
        {rule, std::make_shared<const AnswerTest>(std::move(*test))});
    return {};
}

void ListRules::add_zones(std::set<std::string>& zones) const
{
    for (const auto& one : all_)
        if (!one.zone.empty()) zones.insert(one.zone);
}

ListRules::RelayIps ListRules::relays_of(const EvalContext& context) const
{
    RelayIps ips;
    const auto& relays = context.rendering.relays;
    for (const auto& relay : relays.untrusted) add_public(relay.ip, ips.untrusted);
    for (const auto& relay : relays.trusted)
        if (!relay.is_internal) add_public(relay.ip, ips.external);
    for (const auto& relay : relays.untrusted) add_public(relay.ip, ips.external);
    for (const auto& field : originating_fields_) {
        std::string_view rest = context.headers.text(field);
        for (auto ip = first_ip(rest); !ip.empty() && ips.originating.size() < most_originating;
             ip = first_ip(rest)) {
            rest.remove_prefix(static_cast<std::size_t>(ip.data() - rest.data()) + ip.size());
            if (!trusted_.holds(ip)) add_public(ip, ips.originating);
        }
    }
    return ips;
}

// Which relays the end of the set's name means.
std::vector<std::string> ListRules::ips_for(const One& one, const RelayIps& relays) const
{
    // When no relay is untrusted, there is nobody to ask about.
    if (relays.untrusted.empty() && relays.originating.empty()) return {};
    const auto is = [&](std::string_view end) { return one.set.ends_with(end); };
    std::vector<std::string> ips;
    if (is("-notfirsthop") || is("-lastexternal")) {
        ips = relays.external;
        if (is("-lastexternal")) ips.resize(std::min<std::size_t>(ips.size(), 1));
        else if (ips.size() > 1) ips.pop_back();
    } else {
        ips = relays.untrusted;
        for (const auto& ip : relays.originating) add_public(ip, ips);
        if (is("-firsttrusted")) ips.resize(std::min<std::size_t>(ips.size(), 1));
        else if (is("-untrusted")) ips.erase(ips.begin(), ips.begin() + !ips.empty());
        else std::reverse(ips.begin(), ips.end());
    }
    ips.resize(std::min(ips.size(), most_relays));
    // Only lists that speak well of a host are asked about our own friends.
    if (!one.rule.flags.nice)
        ips.erase(ips.begin(), std::find_if(ips.begin(), ips.end(),
                                            [&](const auto& ip) { return !trusted_.holds(ip); }));
    return ips;
}

std::vector<std::string> ListRules::field_hosts(const One& one, const EvalContext& context) const
{
    std::vector<std::string> hosts;
    for (const auto& field : one.words) {
        const auto& address = context.headers.text(field + ":addr");
        if (contains(address, "@")) {
            add_new(domain_of_address(address), most_hosts, hosts);
            continue;
        }
        for (const auto host : parts_of(context.headers.text(field), '\n'))
            add_new(std::string{host}, most_hosts, hosts);
    }
    return hosts;
}

std::vector<std::string> ListRules::names_for(const One& one, const EvalContext& context) const
{
    std::vector<std::string> hosts;
    switch (one.kind) {
        case Kind::FromHosts:
            for (const auto& address : senders_of(context))
                add_new(domain_of_address(address), most_hosts, hosts);
            break;
        case Kind::FromDomains:
            for (const auto& address : senders_of(context))
                if (const auto host = context.boundaries.host_of(address))
                    add_new(host->domain, most_hosts, hosts);
            break;
        case Kind::EnvelopeSender:
            add_new(domain_of_address(context.headers.text("EnvelopeFrom:addr")), most_hosts,
                    hosts);
            break;
        case Kind::Fields: hosts = field_hosts(one, context); break;
        case Kind::FirstReceived:
            if (!context.rendering.relays.untrusted.empty()) {
                const auto& relay = context.rendering.relays.untrusted.back();
                for (const auto& name : {relay.ip, relay.by, relay.helo, relay.rdns})
                    add_new(name, most_hosts, hosts);
            }
            break;
        default: break;
    }
    return hosts;
}

void ListRules::plan(const EvalContext& context, std::size_t scores, NetworkPlan& plan) const
{
    if (is_skipped_) return;
    const auto relays = relays_of(context);
    const auto vouching = accreditors(context);
    const auto sender = domain_of_address(context.headers.text("EnvelopeFrom:addr"));
    for (const auto& one : all_) {
        if (!one.rule.is_on[scores]) continue;
        if (one.kind == Kind::NameServers || one.kind == Kind::SenderExists) {
            if (!sender.empty()) plan_servers(one, ascii_host(sender), plan);
        } else if (one.kind == Kind::Relays || one.kind == Kind::Accreditor) {
            if (one.kind == Kind::Accreditor &&
                std::find(vouching.begin(), vouching.end(), one.words.front()) == vouching.end())
                continue;
            for (const auto& ip : ips_for(one, relays))
                ask(one, list_question(ip, one.zone, one.type), scores, plan);
        } else {
            for (const auto& host : names_for(one, context))
                if (const auto name = listed_host(host, one.rule.flags, context.boundaries))
                    ask(one, dns::question(*name + '.' + one.zone, one.type), scores, plan);
        }
    }
}

void ListRules::plan_servers(const One& one, const std::string& domain, NetworkPlan& plan) const
{
    if (one.kind == Kind::SenderExists) {
        plan.then([rule = one.rule.rule, address = dns::question(domain, dns::RecordType::A),
                   exchanger = dns::question(domain, dns::RecordType::Mx)](Asking& asking) {
            // Both are asked at once; what fails for a while is no sign.
            const auto& first = asking.ask(address);
            const auto& second = asking.ask(exchanger);
            if (first.state == dns::Answer::State::NoName &&
                second.state == dns::Answer::State::NoName)
                asking.hit(rule);
        });
        return;
    }
    plan.then([one, servers = dns::question(domain, dns::RecordType::Ns)](Asking& asking) {
        const auto& names = asking.ask(servers).records;
        for (std::size_t at = 0; at < std::min(names.size(), most_name_servers); ++at)
            asking.ask_for(one.rule, list_question(names[at], one.zone, one.type), *one.test);
    });
}

void ListRules::ask(const One& one, const dns::Question& question, std::size_t scores,
                    NetworkPlan& plan) const
{
    plan.ask(one.rule, question, one.test);
    if (const auto subs = subs_.find(one.set); subs != subs_.end())
        for (const auto& sub : subs->second)
            if (sub.rule.is_on[scores]) plan.ask(sub.rule, question, sub.test);
}

}  // namespace lazaret::filter::rules
