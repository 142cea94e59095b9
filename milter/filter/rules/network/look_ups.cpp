#include "milter/filter/rules/network/look_ups.hpp"

namespace lazaret::filter::rules {

void LookUps::start(const EvalContext& context)
{
    if (network_) look_up(rules_.plan_when_read(context, scores_));
}

void LookUps::go_on(EvalContext& context,
                    const std::map<std::string, std::vector<std::string>, std::less<>>& captures)
{
    if (!network_) return;
    context.authentication = &network_->authentication();
    look_up(rules_.plan_when_matched(context, captures, scores_));
}

void LookUps::look_up(NetworkPlan plan)
{
    if (plan.is_empty()) return;
    const auto shared = plans_.emplace_back(std::make_shared<const NetworkPlan>(std::move(plan)));
    if (shared->asks()) network_->look_up([shared](dns::View& view) { shared->run(view); });
}

std::set<std::uint32_t> LookUps::hits() const
{
    std::set<std::uint32_t> all;
    if (plans_.empty()) return all;
    dns::View known{network_->answers()};
    for (const auto& plan : plans_) all.merge(plan->run(known));
    return all;
}

}  // namespace lazaret::filter::rules
