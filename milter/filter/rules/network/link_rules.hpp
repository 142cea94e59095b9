#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "milter/filter/rules/language/place.hpp"
#include "milter/filter/rules/language/rule_settings.hpp"
#include "milter/filter/rules/network/network_plan.hpp"
#include "milter/filter/rules/uris/registry_boundaries.hpp"

namespace lazaret::filter::rules {

/// `uridnsbl`, `urirhssub` and their like: lists of the hosts that links lead to.
class LinkRules {
public:
    /// @param problems  gets the lines that cannot be read.
    static LinkRules from(const RuleSettings& settings, std::vector<Problem>& problems);

    /// A rule with `check_uridnsbl`. @return what is wrong; empty when nothing is.
    std::string add(const NetworkRule& rule, const std::string& name);

    /// @param hosts  of LinkHosts
    void plan(const std::vector<HostAndDomain>& hosts,
              const std::shared_ptr<const RegistryBoundaries>& boundaries, std::size_t scores,
              NetworkPlan& plan) const;
    void add_zones(std::set<std::string>& zones) const;

private:
    /// What is looked up in the list.
    enum class Kind : std::uint8_t {
        Address,       ///< addresses of the host, or of its domain's name servers
        Name,          ///< the domain, or the host
        ServerDomain,  ///< the domains of its name servers
        ServerName     ///< the names of its name servers
    };
    struct Zone {
        Kind kind;
        std::string zone;
        dns::RecordType type;
        std::shared_ptr<const AnswerTest> test;
    };
    struct One {
        NetworkRule rule;
        Zone zone;
    };
    /// What the rules want of hosts that must be looked up first: what is found is looked up in
    /// lists then. Owned by the step that does it.
    struct Following {
        std::vector<dns::Question> servers;    ///< of the domains
        std::vector<dns::Question> addresses;  ///< of the hosts
        std::vector<One> by_server;            ///< rules that ask about name servers
        std::vector<One> by_address;           ///< rules that ask about the hosts' addresses
    };
    struct Key {
        std::string_view name;  ///< of the setting
        Kind kind;
        bool has_test;
    };
    static const std::array<Key, 8> keys;
    static void read(std::string_view key, const RuleSettings::Line& line, LinkRules& rules,
                     std::vector<Problem>& problems);
    static void ask_about_ips(const std::vector<One>& rules, const dns::Answer& answer,
                              Asking& asking);
    static void follow(const Following& what, const RegistryBoundaries& boundaries, Asking& asking);

    bool is_skipped_ = false;                         ///< skip_uribl_checks
    std::map<std::string, Zone, std::less<>> zones_;  ///< by the rule's name
    std::vector<One> all_;
};

}  // namespace lazaret::filter::rules
