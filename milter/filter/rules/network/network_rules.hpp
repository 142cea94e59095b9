#pragma once

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "milter/filter/rules/captures.hpp"
#include "milter/filter/rules/language/place.hpp"
#include "milter/filter/rules/language/rule.hpp"
#include "milter/filter/rules/network/adsp_rules.hpp"
#include "milter/filter/rules/network/asn_rules.hpp"
#include "milter/filter/rules/network/hash_rules.hpp"
#include "milter/filter/rules/network/link_hosts.hpp"
#include "milter/filter/rules/network/link_rules.hpp"
#include "milter/filter/rules/network/list_rules.hpp"
#include "milter/filter/rules/network/network_plan.hpp"
#include "milter/filter/rules/network/template_rules.hpp"
#include "milter/filter/rules/relays/relay_chain.hpp"

namespace lazaret::filter::rules {

/// The rules that ask the DNS. Made once when rules are read; threads share it.
///
/// They are answered in two steps: a plan says what one message's rules want to know, and run on
/// what is known it says which of them hit. So one function asks and answers.
class NetworkRules {
public:
    /// @param problems  gets the lines that cannot be read.
    NetworkRules(const RuleSettings& settings, const RelaySettings& relays,
                 std::shared_ptr<const RegistryBoundaries> boundaries,
                 std::vector<Problem>& problems);

    /// A rule with one of network_evals() that has no other answer, or an AskDnsRule.
    /// @return what is wrong with it; empty when nothing is.
    std::string add(std::uint32_t index, const Rule& rule);

    /// What can be asked as soon as the message was read.
    /// @param scores  the set of scores that counts: rules that have none in it do not ask.
    [[nodiscard]] NetworkPlan plan_when_read(const EvalContext& context, std::size_t scores) const;

    /// What can be asked when its patterns were matched.
    [[nodiscard]] NetworkPlan plan_when_matched(const EvalContext& context,
                                                const Captures& captures, std::size_t scores) const;

    /// What can be asked when its signatures are known.
    /// @param context  with the authentication's result, or the one that is expected
    [[nodiscard]] NetworkPlan plan_when_proven(const EvalContext& context, const Captures& captures,
                                               std::size_t scores) const;

    /// The lists that are asked, for dns::blocked_lists.
    [[nodiscard]] std::set<std::string> zones() const;

private:
    std::string add_eval(const NetworkRule& rule, const Rule& from, const EvalCall& call);

    std::shared_ptr<const RegistryBoundaries> boundaries_;
    std::shared_ptr<const QueryRestrictions> restrictions_;
    std::set<std::string, std::less<>> telling_refusals_;  ///< dns_block_rule
    LinkHosts link_hosts_;
    ListRules lists_;
    LinkRules links_;
    TemplateRules templates_;
    AsnRules asn_;
    AdspRules adsp_;
    HashRules hashes_;
};

}  // namespace lazaret::filter::rules
