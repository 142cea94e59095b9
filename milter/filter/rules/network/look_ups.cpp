#include "milter/filter/rules/network/look_ups.hpp"

namespace lazaret::filter::rules {

void LookUps::read(const EvalContext& context)
{
    if (!network_) return;
    look_up(rules_.plan_when_read(context, scores_));
}

void LookUps::matched(EvalContext& context, const Captures& captures)
{
    if (!network_) return;
    look_up(rules_.plan_when_matched(context, captures, scores_));
    const auto& expected = network_->expected_authentication();
    context.authentication = &expected;
    foresee(rules_.plan_when_proven(context, captures, scores_));
    // Signatures may turn out bad, which is known a round of questions later.
    const auth::Authentication unproven;
    if (!expected.dkim.empty()) {
        context.authentication = &unproven;
        foresee(rules_.plan_when_proven(context, captures, scores_));
    }
    context.authentication = nullptr;
}

void LookUps::proven(EvalContext& context, const Captures& captures)
{
    if (!network_) return;
    context.authentication = &network_->authentication();
    look_up(rules_.plan_when_proven(context, captures, scores_));
}

void LookUps::look_up(NetworkPlan plan)
{
    if (plan.is_empty()) return;
    const auto shared = plans_.emplace_back(std::make_shared<const NetworkPlan>(std::move(plan)));
    if (shared->asks()) network_->look_up([shared](dns::View& view) { shared->run(view); });
}

void LookUps::foresee(const NetworkPlan& plan)
{
    if (!plan.asks()) return;
    const dns::Answers nothing;
    dns::View view{nothing};
    plan.run(view);
    network_->look_up([questions = std::move(view).wanted()](dns::View& later) {
        for (const auto& question : questions) later.foresee(question);
    });
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
