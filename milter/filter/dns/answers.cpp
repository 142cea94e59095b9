#include "milter/filter/dns/answers.hpp"

namespace lazaret::filter::dns {
namespace {

const Answer no_answer{};
const Answer no_name{Answer::State::NoName, {}};

}  // namespace

const Answer& View::ask(const Question& question)
{
    const auto* answer = find(question);
    return answer ? *answer : no_answer;
}

const Answer* View::find(const Question& question)
{
    if (question.name.empty()) return &no_name;
    if (const auto found = known_.find(question); found != known_.end()) return &found->second;
    wanted_.insert(question);
    is_draft_ = true;
    return nullptr;
}

void View::foresee(const Question& question)
{
    if (!question.name.empty() && !known_.contains(question)) wanted_.insert(question);
}

}  // namespace lazaret::filter::dns
