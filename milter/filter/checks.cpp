#include "milter/filter/checks.hpp"

#include "milter/filter/newsletter.hpp"

namespace lazaret::filter {

std::vector<Check> make_checks(const CheckTools& tools, const LearnedConfig& learned)
{
    std::vector<Check> checks;
    checks.push_back(newsletter_check());
    checks.push_back(imitation_check(tools.report));
    if (tools.rules)
        checks.push_back(rules::rules_check(
            {tools.rules, learned.enabled ? tools.model : nullptr, tools.all_rules}));
    if (tools.scanner) checks.push_back(antivirus_check(tools.scanner));
    if (tools.model && learned.enabled) checks.push_back(learned_check(tools.model, learned));
    return checks;
}

}  // namespace lazaret::filter
