#include "milter/plan.hpp"

#include <algorithm>

namespace lazaret::milter {
namespace {

using Decisions = std::span<const filter::Decision>;

bool is_refusal(Action action) { return action == Action::Refuse || action == Action::RefuseKeep; }

bool still_waits(const Circumstances& now)
{
    const auto since = now.first_deferred.value_or(now.now);
    return now.now < since + now.unscanned_delay;
}

Plan wait_for_the_scanner(Decisions decisions)
{
    Plan plan;
    plan.reply = Plan::Reply::Later;
    plan.done.assign(decisions.size(), Action::Later);
    return plan;
}

bool all_are_refused(Decisions decisions)
{
    return !decisions.empty() &&
           std::all_of(decisions.begin(), decisions.end(),
                       [](const auto& one) { return one.is_protected && is_refusal(one.action); });
}

bool virus_for_strangers(Decisions decisions, bool infected)
{
    return infected && std::any_of(decisions.begin(), decisions.end(),
                                   [](const auto& one) { return !one.is_protected; });
}

Plan refuse_all(Decisions decisions)
{
    Plan plan;
    plan.reply = Plan::Reply::Refuse;
    for (std::size_t at = 0; at < decisions.size(); ++at) {
        const auto& one = decisions[at];
        const bool keep =
            one.is_protected && (one.action == Action::RefuseKeep || one.action == Action::Hold);
        if (keep) plan.hold.push_back(at);
        plan.done.push_back(keep ? Action::RefuseKeep : Action::Refuse);
    }
    plan.kept_after_refusal = !plan.hold.empty();
    return plan;
}

// The action for one recipient, once it is known that not all are refused and nobody waits.
Action folded(const filter::Decision& one)
{
    if (!one.is_protected) return Action::Deliver;
    if (is_refusal(one.action) || one.action == Action::Later) return Action::Hold;
    return one.action;
}

// The mark that all who stay can get: none as soon as one of them gets the message unmarked.
std::string common_mark(Decisions decisions, const std::vector<Action>& done)
{
    if (std::find(done.begin(), done.end(), Action::Deliver) != done.end()) return {};
    const auto first = std::find(done.begin(), done.end(), Action::Tag);
    if (first == done.end()) return {};
    return decisions[static_cast<std::size_t>(first - done.begin())].subject_mark;
}

Plan accept(Decisions decisions)
{
    Plan plan;
    for (const auto& one : decisions) plan.done.push_back(folded(one));
    plan.subject_mark = common_mark(decisions, plan.done);
    for (std::size_t at = 0; at < decisions.size(); ++at) {
        auto& action = plan.done[at];
        if (action == Action::Tag &&
            (plan.subject_mark.empty() || decisions[at].subject_mark != plan.subject_mark))
            action = Action::Hold;
        if (action == Action::Hold) plan.hold.push_back(at);
        if (action == Action::Hold || action == Action::Discard) plan.drop.push_back(at);
    }
    return plan;
}

}  // namespace

bool asks_for_first_deferred(Decisions decisions)
{
    return std::any_of(decisions.begin(), decisions.end(), [](const auto& one) {
        return one.is_protected && one.action == Action::Later;
    });
}

Plan plan_for(Decisions decisions, const Circumstances& circumstances)
{
    if (virus_for_strangers(decisions, circumstances.infected)) return refuse_all(decisions);
    if (asks_for_first_deferred(decisions) && still_waits(circumstances))
        return wait_for_the_scanner(decisions);
    if (all_are_refused(decisions)) return refuse_all(decisions);
    return accept(decisions);
}

}  // namespace lazaret::milter
