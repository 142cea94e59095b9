#pragma once

#include <map>
#include <string>
#include <vector>

#include "milter/filter/rules/evals/eval.hpp"
#include "milter/filter/rules/language/rule.hpp"
#include "milter/filter/rules/network/network_plan.hpp"

namespace lazaret::filter::rules {

/// `check_dkim_adsp`: what an author's domain says about its mail that it has not signed (RFC
/// 5617), and whether it exists. The RFC is historic; what is in use is `adsp_override`.
class AdspRules {
public:
    static AdspRules from(const RuleSettings& settings);

    static bool has(std::string_view function);
    /// @return what is wrong; empty when nothing is.
    std::string add(const NetworkRule& rule, const EvalCall& call);
    /// @param context  with the authentication's result
    void plan(const EvalContext& context, std::size_t scores, NetworkPlan& plan) const;

private:
    struct One {
        NetworkRule rule;
        std::string practices;             ///< of `NAD123`: which hit
        std::vector<std::string> domains;  ///< of authors that count; empty: all
    };
    [[nodiscard]] char override_of(std::string_view domain) const;
    static void plan_look_up(const std::string& domain, std::vector<One> rules, NetworkPlan& plan);

    std::map<std::string, char, std::less<>> overrides_;
    std::vector<One> all_;
};

}  // namespace lazaret::filter::rules
