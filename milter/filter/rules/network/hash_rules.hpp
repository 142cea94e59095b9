#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "milter/filter/rules/evals/checksums.hpp"
#include "milter/filter/rules/evals/eval.hpp"
#include "milter/filter/rules/language/rule.hpp"
#include "milter/filter/rules/network/link_hosts.hpp"
#include "milter/filter/rules/network/network_plan.hpp"

namespace lazaret::filter::rules {

/// `check_hashbl_emails`, `_uris` and `_bodyre`: lists that are asked for the hash of what a
/// message names.
class HashRules {
public:
    static HashRules from(const RuleSettings& settings, std::vector<Problem>& problems);

    static bool has(std::string_view function);
    /// @return what is wrong; empty when nothing is.
    std::string add(const NetworkRule& rule, const EvalCall& call, bool is_raw_body);
    void plan(const EvalContext& context, const LinkHosts& link_hosts, std::size_t scores,
              NetworkPlan& plan) const;
    void add_zones(std::set<std::string>& zones) const;

private:
    struct Options {
        Checksum checksum = Checksum::None;
        std::set<std::string, std::less<>> words;  ///< `nodot`, `case`, ...
        std::size_t most = 10;                     ///< questions
        [[nodiscard]] bool has(std::string_view word) const { return words.contains(word); }
    };
    enum class Kind { Emails, Links, Body };
    struct One {
        NetworkRule rule;
        Kind kind;
        std::string zone;
        dns::RecordType type;
        Options options;
        std::vector<std::string> fields;     ///< Emails: where they stand
        std::optional<std::string> domains;  ///< Emails: the list of those that count
        std::optional<Expression> pattern;   ///< Body: its first group is asked for
        bool is_raw_body = false;
        std::shared_ptr<const AnswerTest> test;
    };

    static Options read_options(std::string_view text);
    [[nodiscard]] std::vector<std::string> emails(const One& one, const EvalContext& context,
                                                  const LinkHosts& link_hosts) const;
    [[nodiscard]] std::optional<std::string> asked_email(const One& one, std::string_view email,
                                                         const EvalContext& context,
                                                         const LinkHosts& link_hosts) const;
    [[nodiscard]] static std::vector<std::string> links(const One& one, const EvalContext& context,
                                                        const LinkHosts& link_hosts);
    [[nodiscard]] static std::vector<std::string> matches(const One& one,
                                                          const EvalContext& context);

    TextSet ignored_;                                           ///< values and hashes
    TextMap<std::string> aliases_;                              ///< of domains
    std::map<std::string, TextSet, std::less<>> domain_lists_;  ///< hashbl_acl_NAME
    std::optional<Expression> welcome_;  ///< addresses that are not asked for
    std::vector<One> all_;
};

}  // namespace lazaret::filter::rules
