#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "milter/filter/rules/evals/eval.hpp"
#include "milter/filter/rules/language/rule.hpp"
#include "milter/filter/rules/network/network_plan.hpp"
#include "milter/filter/rules/relays/network_set.hpp"
#include "milter/filter/rules/relays/relay_chain.hpp"

namespace lazaret::filter::rules {

/// `check_rbl` and its like: lists of relays, senders and fields.
class ListRules {
public:
    static ListRules from(const RuleSettings& settings, const RelaySettings& relays);

    /// Whether a function is one of them.
    static bool has(std::string_view function);
    /// @return a sentence that says what is wrong; empty when nothing is.
    std::string add(const NetworkRule& rule, const EvalCall& call);

    /// @param scores  the set of scores that counts
    void plan(const EvalContext& context, std::size_t scores, NetworkPlan& plan) const;
    void add_zones(std::set<std::string>& zones) const;

private:
    enum class Kind : std::uint8_t {
        Relays,          ///< the addresses of the relays that the set's name says
        Accreditor,      ///< the same, when the sender names who vouches for him
        FromHosts,       ///< the hosts of all sender addresses
        FromDomains,     ///< their domains
        EnvelopeSender,  ///< its host
        Fields,          ///< addresses and hosts that fields name
        FirstReceived,   ///< names and address of the farthest relay
        NameServers,     ///< the name servers of the envelope sender's domain
        SenderExists,    ///< whether that domain has mail exchangers or an address
    };
    struct One {
        NetworkRule rule;
        Kind kind;
        std::string set;
        std::string zone;
        dns::RecordType type = dns::RecordType::A;
        std::shared_ptr<const AnswerTest> test;
        std::vector<std::string> words;  ///< Fields: which; Accreditor: who
    };
    /// `check_rbl_sub`: another test of the answers that the rules of its set get.
    struct Sub {
        NetworkRule rule;
        std::shared_ptr<const AnswerTest> test;
    };
    struct Known;
    /// The public relays of a message, newest first, each once.
    struct RelayIps {
        std::vector<std::string> untrusted;
        std::vector<std::string> external;
        std::vector<std::string> originating;  ///< of web mailers' clients, as fields say
    };

    static const Known* find(std::string_view function);
    std::string add_sub(const NetworkRule& rule, const EvalCall& call);
    [[nodiscard]] RelayIps relays_of(const EvalContext& context) const;
    [[nodiscard]] std::vector<std::string> ips_for(const One& one, const RelayIps& relays) const;
    [[nodiscard]] std::vector<std::string> names_for(const One& one,
                                                     const EvalContext& context) const;
    [[nodiscard]] std::vector<std::string> field_hosts(const One& one,
                                                       const EvalContext& context) const;
    void plan_servers(const One& one, const std::string& domain, NetworkPlan& plan) const;
    void ask(const One& one, const dns::Question& question, std::size_t scores,
             NetworkPlan& plan) const;

    bool is_skipped_ = false;  ///< skip_rbl_checks
    NetworkSet trusted_;
    std::vector<std::string> originating_fields_;
    std::vector<std::string> default_fields_;  ///< rbl_headers
    std::vector<One> all_;
    std::map<std::string, std::vector<Sub>, std::less<>> subs_;  ///< by set
};

}  // namespace lazaret::filter::rules
