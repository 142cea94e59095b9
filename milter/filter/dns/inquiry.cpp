#include "milter/filter/dns/inquiry.hpp"

#include <utility>

namespace lazaret::filter::dns {

std::shared_ptr<Inquiry> Inquiry::begin(Ask ask)
{
    return std::shared_ptr<Inquiry>{new Inquiry{std::move(ask)}};
}

void Inquiry::fetch(Ask ask, Stage stage)
{
    const auto inquiry = begin(std::move(ask));
    inquiry->keeps_itself_ = true;
    inquiry->look_up(std::move(stage));
}

void Inquiry::look_up(Stage stage)
{
    std::set<Question> questions;
    {
        std::lock_guard hold{lock_};
        if (closed_) return;
        Running one{std::move(stage), {}};
        questions = run(one);
        if (!one.wanted.empty()) running_.push_back(std::move(one));
    }
    send(questions);
}

// Under the lock. Gives what must be asked now.
std::set<Question> Inquiry::run(Running& one)
{
    View view{known_};
    one.stage(view);
    one.wanted = view.wanted();
    std::set<Question> questions;
    for (const auto& question : one.wanted)
        if (asked_.insert(question).second) questions.insert(question);
    return questions;
}

// Without the lock: what is known at once is answered from within.
void Inquiry::send(const std::set<Question>& questions)
{
    if (questions.empty()) return;
    ask_(questions, [self = weak_from_this(), kept = keeps_itself_ ? shared_from_this() : nullptr](
                        const Question& question, Answer answer) {
        if (const auto inquiry = self.lock()) inquiry->take(question, std::move(answer));
    });
}

void Inquiry::take(const Question& question, Answer answer)
{
    std::set<Question> questions;
    bool is_done = false;
    {
        std::lock_guard hold{lock_};
        asked_.erase(question);
        if (closed_ || !known_.emplace(question, std::move(answer)).second) return;
        for (auto& one : running_)
            if (one.wanted.erase(question) != 0 && one.wanted.empty()) questions.merge(run(one));
        std::erase_if(running_, [](const Running& one) { return one.wanted.empty(); });
        is_done = running_.empty();
    }
    send(questions);
    // Whoever waits is not woken for each answer.
    if (is_done) changed_.notify_all();
}

bool Inquiry::forget_unanswered()
{
    std::lock_guard hold{lock_};
    return std::erase_if(known_, [](const auto& one) {
               return one.second.state == Answer::State::NoAnswer;
           }) > 0;
}

bool Inquiry::is_open() const
{
    std::lock_guard hold{lock_};
    return !running_.empty();
}

Answers Inquiry::wait(std::chrono::steady_clock::time_point deadline)
{
    std::unique_lock hold{lock_};
    changed_.wait_until(hold, deadline, [this] { return running_.empty(); });
    running_.clear();  // what is late stays unknown
    return known_;
}

void Inquiry::close()
{
    std::lock_guard hold{lock_};
    closed_ = true;
    running_.clear();
}

}  // namespace lazaret::filter::dns
