#include "milter/filter/rules/network/network_plan.hpp"

namespace lazaret::filter::rules {
namespace {

const dns::Answer not_asked{};

}  // namespace

const dns::Answer& Asking::ask(const dns::Question& question)
{
    if (!asked_.contains(question)) {
        if (asked_.size() >= most_ || !restrictions_.allow(question.name)) return not_asked;
        asked_.insert(question);
    }
    return view_.ask(question);
}

void Asking::ask_for(const NetworkRule& rule, const dns::Question& question, const AnswerTest& test)
{
    if (test.fits(question, ask(question), rule.tells_refusals)) hit(rule.rule);
}

void NetworkPlan::ask(const NetworkRule& rule, dns::Question question,
                      std::shared_ptr<const AnswerTest> test)
{
    if (question.name.empty()) return;
    const auto [place, is_new] = places_.try_emplace(question, inquiries_.size());
    if (is_new) inquiries_.push_back({std::move(question), {}});
    inquiries_[place->second].tests.push_back({rule.rule, rule.tells_refusals, std::move(test)});
}

std::set<std::uint32_t> NetworkPlan::run(dns::View& view) const
{
    Asking asking{view, *restrictions_, most_};
    for (const auto rule : hits_) asking.hit(rule);
    for (const auto& [question, tests] : inquiries_) {
        const auto& answer = asking.ask(question);
        for (const auto& one : tests)
            if (one.test->fits(question, answer, one.takes_refusals)) asking.hit(one.rule);
    }
    for (const auto& step : steps_) step(asking);
    return asking.hits();
}

}  // namespace lazaret::filter::rules
