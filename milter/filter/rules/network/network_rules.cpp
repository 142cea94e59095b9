#include "milter/filter/rules/network/network_rules.hpp"

#include <algorithm>

namespace lazaret::filter::rules {
namespace {

// Of what is asked when most of the message's budget is gone.
constexpr std::size_t most_late_questions = 60;

MessageTags with_captures(const EvalContext& context, const Captures& captures)
{
    MessageTags tags{context};
    for (const auto& [name, values] : captures) tags.set(name, values);
    return tags;
}

}  // namespace

NetworkRules::NetworkRules(const RuleSettings& settings, const RelaySettings& relays,
                           std::shared_ptr<const RegistryBoundaries> boundaries,
                           std::vector<Problem>& problems)
    : boundaries_{std::move(boundaries)},
      restrictions_{std::make_shared<const QueryRestrictions>(QueryRestrictions::from(settings))},
      link_hosts_{LinkHosts::from(settings)},
      lists_{ListRules::from(settings, relays)},
      links_{LinkRules::from(settings, problems)},
      asn_{AsnRules::from(settings)},
      adsp_{AdspRules::from(settings)},
      hashes_{HashRules::from(settings, problems)}
{
    for (const auto& line : settings.lines("dns_block_rule"))
        if (const auto words = words_of(line.value); !words.empty())
            telling_refusals_.emplace(words.front());
}

std::string NetworkRules::add(std::uint32_t index, const Rule& rule)
{
    NetworkRule asking{index, {}, rule.flags, false};
    for (std::size_t set = 0; set < asking.is_on.size(); ++set)
        asking.is_on[set] = rule.scores[set] != 0;
    asking.tells_refusals =
        telling_refusals_.contains(rule.name) || rule.name.find("BLOCKED") != std::string::npos;
    if (const auto* one = std::get_if<AskDnsRule>(&rule.test))
        return templates_.add(asking, one->test);
    return add_eval(asking, rule, std::get<EvalRule>(rule.test).call);
}

std::string NetworkRules::add_eval(const NetworkRule& rule, const Rule& from, const EvalCall& call)
{
    if (call.function == "check_uridnsbl") return links_.add(rule, from.name);
    if (call.function == "check_asn") return asn_.add(rule, call);
    if (AdspRules::has(call.function)) return adsp_.add(rule, call);
    if (HashRules::has(call.function))
        return hashes_.add(rule, call, from.text.starts_with("rawbody"));
    if (ListRules::has(call.function)) return lists_.add(rule, call);
    return "there is no such function";
}

NetworkPlan NetworkRules::plan_when_read(const EvalContext& context, std::size_t scores) const
{
    NetworkPlan plan{restrictions_};
    const auto hosts = link_hosts_.of(context.rendering.uris);
    MessageTags tags{context};
    std::vector<std::string> names, domains;
    for (const auto& host : hosts) {
        names.push_back(host.host);
        domains.push_back(host.domain);
    }
    tags.set("URIHOSTS", std::move(names));
    tags.set("URIDOMAINS", std::move(domains));
    lists_.plan(context, scores, plan);
    asn_.plan(context.rendering.relays, scores, plan);
    templates_.plan(tags, MessageTags::Known::WhenRead, scores, plan);
    hashes_.plan(context, link_hosts_, scores, plan);
    links_.plan(hosts, boundaries_, scores, plan);
    return plan;
}

NetworkPlan NetworkRules::plan_when_matched(const EvalContext& context, const Captures& captures,
                                            std::size_t scores) const
{
    NetworkPlan plan{restrictions_, most_late_questions};
    templates_.plan(with_captures(context, captures), MessageTags::Known::WhenMatched, scores,
                    plan);
    return plan;
}

NetworkPlan NetworkRules::plan_when_proven(const EvalContext& context, const Captures& captures,
                                           std::size_t scores) const
{
    NetworkPlan plan{restrictions_, most_late_questions};
    templates_.plan(with_captures(context, captures), MessageTags::Known::WhenProven, scores, plan);
    adsp_.plan(context, scores, plan);
    return plan;
}

std::set<std::string> NetworkRules::zones() const
{
    std::set<std::string> zones;
    lists_.add_zones(zones);
    links_.add_zones(zones);
    templates_.add_zones(zones);
    asn_.add_zones(zones);
    hashes_.add_zones(zones);
    return zones;
}

}  // namespace lazaret::filter::rules
