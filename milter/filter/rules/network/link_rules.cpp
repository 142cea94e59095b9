#include "milter/filter/rules/network/link_rules.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "milter/filter/rules/network/query_names.hpp"
#include "milter/filter/rules/uris/idn.hpp"

namespace lazaret::filter::rules {
namespace {

// Of a host, or a domain: who has more has them at the same places.
constexpr std::size_t most_addresses = 8;
constexpr std::size_t most_name_servers = 8;

std::span<const std::string> first_of(const dns::Answer& answer, std::size_t most)
{
    return std::span{answer.records}.first(std::min(most, answer.records.size()));
}

bool is_ip_host(std::string_view host) { return host.starts_with('[') || is_ip_address(host); }

void add_new(dns::Question question, std::vector<dns::Question>& questions)
{
    if (std::find(questions.begin(), questions.end(), question) == questions.end())
        questions.push_back(std::move(question));
}

}  // namespace

constexpr std::array<LinkRules::Key, 8> LinkRules::keys{{
    {"uridnsbl", Kind::Address, false},
    {"uridnssub", Kind::Address, true},
    {"urirhsbl", Kind::Name, false},
    {"urirhssub", Kind::Name, true},
    {"urinsrhsbl", Kind::ServerDomain, false},
    {"urinsrhssub", Kind::ServerDomain, true},
    {"urifullnsrhsbl", Kind::ServerName, false},
    {"urifullnsrhssub", Kind::ServerName, true},
}};

// Of two lines for one rule the later counts, whichever of these they are.
LinkRules LinkRules::from(const RuleSettings& settings, std::vector<Problem>& problems)
{
    LinkRules rules;
    rules.is_skipped_ = settings.is_on("skip_uribl_checks", false);
    for (const auto& [key, line] :
         settings.in_order({"uridnsbl", "uridnssub", "urirhsbl", "urirhssub", "urinsrhsbl",
                            "urinsrhssub", "urifullnsrhsbl", "urifullnsrhssub"}))
        read(key, *line, rules, problems);
    return rules;
}

void LinkRules::read(std::string_view key, const RuleSettings::Line& line, LinkRules& rules,
                     std::vector<Problem>& problems)
{
    const auto& [name, kind, has_test] = *std::ranges::find(keys, key, &Key::name);
    const auto words = words_of(line.value);
    if (words.size() != (has_test ? 4U : 3U)) {
        problems.push_back({line.place,
                            {},
                            fmt::format("{} needs a rule, a zone, A or TXT{}", name,
                                        has_test ? ", and a test" : "")});
        return;
    }
    const auto type = record_type(words[2]);
    auto test = has_test ? AnswerTest::of_link(words[3]) : AnswerTest::listed();
    if (!type || !test) {
        problems.push_back(
            {line.place, std::string{words[0]}, type ? test.error() : "it must ask for A or TXT"});
        return;
    }
    rules.zones_.insert_or_assign(std::string{words[0]},
                                  Zone{kind, zone_name(words[1]), *type,
                                       std::make_shared<const AnswerTest>(std::move(*test))});
}

std::string LinkRules::add(const NetworkRule& rule, const std::string& name)
{
    const auto zone = zones_.find(name);
    if (zone == zones_.end()) return "no line says which list it asks (uridnsbl, urirhssub, ...)";
    all_.push_back({rule, zone->second});
    return {};
}

void LinkRules::add_zones(std::set<std::string>& zones) const
{
    for (const auto& one : all_) zones.insert(one.zone.zone);
}

void LinkRules::plan(const std::vector<HostAndDomain>& hosts,
                     const std::shared_ptr<const RegistryBoundaries>& boundaries,
                     std::size_t scores, NetworkPlan& plan) const
{
    if (is_skipped_ || hosts.empty()) return;
    Following following;
    for (const auto& one : all_) {
        if (!one.rule.is_on[scores]) continue;
        const auto& flags = one.rule.flags;
        const bool is_by_ip = one.zone.kind == Kind::Address;
        if (is_by_ip && flags.addresses) following.by_address.push_back(one);
        if (one.zone.kind != Kind::Name && (!is_by_ip || flags.name_servers || !flags.addresses))
            following.by_server.push_back(one);
        if (one.zone.kind != Kind::Name) continue;
        for (const auto& host : hosts) {
            const bool is_ip = is_ip_host(host.host);
            if (is_ip ? flags.domains_only || !is_public_ipv4(host.host) : flags.ips_only) continue;
            const auto& name = flags.no_trim || is_ip ? host.host : host.domain;
            plan.ask(one.rule, list_question(name, one.zone.zone, one.zone.type), one.zone.test);
        }
    }
    for (const auto& host : hosts) {
        if (is_ip_host(host.host)) continue;
        if (!following.by_server.empty())
            add_new(dns::question(host.domain, dns::RecordType::Ns), following.servers);
        if (!following.by_address.empty())
            add_new(dns::question(host.host, dns::RecordType::A), following.addresses);
    }
    if (!following.servers.empty() || !following.addresses.empty())
        plan.then([following = std::move(following), boundaries](Asking& asking) {
            follow(following, *boundaries, asking);
        });
}

void LinkRules::ask_about_ips(const std::vector<One>& rules, const dns::Answer& answer,
                              Asking& asking)
{
    for (const auto& ip : first_of(answer, most_addresses))
        for (const auto& one : rules)
            asking.ask_for(one.rule, list_question(ip, one.zone.zone, one.zone.type),
                           *one.zone.test);
}

// Breadth first: so a later run asks first for what an earlier one asked for, and the bound of
// questions cuts off the same.
void LinkRules::follow(const Following& what, const RegistryBoundaries& boundaries, Asking& asking)
{
    std::vector<dns::Question> server_addresses;
    for (const auto& question : what.servers)
        for (const auto& server : first_of(asking.ask(question), most_name_servers))
            add_new(dns::question(server, dns::RecordType::A), server_addresses);
    for (const auto& question : what.addresses) asking.ask(question);
    std::vector<One> by_ip;
    for (const auto& one : what.by_server) {
        if (one.zone.kind == Kind::Address) {
            by_ip.push_back(one);
            continue;
        }
        for (const auto& server : server_addresses) {
            const auto name = one.zone.kind == Kind::ServerName
                                  ? std::string_view{server.name}
                                  : boundaries.registered_domain(server.name);
            asking.ask_for(one.rule, list_question(name, one.zone.zone, one.zone.type),
                           *one.zone.test);
        }
    }
    for (const auto& question : what.addresses)
        ask_about_ips(what.by_address, asking.ask(question), asking);
    if (by_ip.empty()) return;
    for (const auto& question : server_addresses) asking.ask(question);
    for (const auto& question : server_addresses)
        ask_about_ips(by_ip, asking.ask(question), asking);
}

}  // namespace lazaret::filter::rules
