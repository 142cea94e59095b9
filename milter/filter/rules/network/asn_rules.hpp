#pragma once

#include <set>
#include <string>
#include <vector>

#include "milter/filter/rules/language/rule.hpp"
#include "milter/filter/rules/network/network_plan.hpp"
#include "milter/filter/rules/relays/relay.hpp"

namespace lazaret::filter::rules {

/// `check_asn`: the autonomous system that the last external relay's address belongs to, as
/// `asn_lookup` zones tell it.
class AsnRules {
public:
    static AsnRules from(const RuleSettings& settings);

    /// @return what is wrong; empty when nothing is.
    std::string add(const NetworkRule& rule, const EvalCall& call);
    void plan(const Relays& relays, std::size_t scores, NetworkPlan& plan) const;
    void add_zones(std::set<std::string>& zones) const;

private:
    struct Zone {
        std::string zone;
        std::string number_tag;
        std::string route_tag;
    };
    struct One {
        NetworkRule rule;
        Expression pattern;
        std::string tag;
    };
    static std::vector<Zone> read(const RuleSettings& settings, std::string_view key);

    bool is_on_ = true;  ///< asn_use_dns
    std::string prefix_ = "AS";
    std::vector<Zone> zones_;       ///< for IPv4
    std::vector<Zone> ipv6_zones_;  ///< for IPv6
    std::vector<One> all_;
};

/// What one record of such a zone says: `64500 | 192.0.2.0/24 | XX | registry | 2000-01-01`, or the
/// same the other way round. Numbers are without `AS`.
struct AsnRecord {
    std::vector<std::string> numbers;
    std::vector<std::string> routes;
};
AsnRecord read_asn_record(std::string_view text);

}  // namespace lazaret::filter::rules
