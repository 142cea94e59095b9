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
    Questions questions;
    {
        std::lock_guard hold{lock_};
        if (closed_) return;
        is_read_ = false;
        auto& one = running_.emplace_back(Running{std::move(stage)});
        run(one, questions);
        if (one.missing == 0) running_.pop_back();
    }
    send(std::move(questions));
}

// Under the lock. Adds what must be asked now.
void Inquiry::run(Running& one, Questions& questions)
{
    View view{known_};
    one.stage(view);
    auto wanted = std::move(view).wanted().take();
    one.missing = wanted.size();
    for (auto& question : wanted) {
        const auto [place, is_new] = asked_.try_emplace(question);
        place->second.push_back(&one);
        if (is_new) questions.insert(std::move(question));
    }
}

// Without the lock: what is known at once is answered from within.
void Inquiry::send(Questions questions)
{
    if (questions.empty()) return;
    ask_(std::move(questions),
         [self = weak_from_this(), kept = keeps_itself_ ? shared_from_this() : nullptr](
             const Question& question, Answer answer) {
             if (const auto inquiry = self.lock()) inquiry->take(question, std::move(answer));
         });
}

void Inquiry::take(const Question& question, Answer answer)
{
    Questions questions;
    bool is_done = false;
    {
        std::lock_guard hold{lock_};
        auto asked = asked_.extract(question);
        if (closed_ || is_read_ || asked.empty()) return;
        known_.emplace(std::move(asked.key()), std::move(answer));
        for (auto* one : asked.mapped())
            if (--one->missing == 0) run(*one, questions);
        std::erase_if(running_, [](const Running& one) { return one.missing == 0; });
        is_done = running_.empty();
    }
    send(std::move(questions));
    // Whoever waits is not woken for each answer.
    if (is_done) changed_.notify_all();
}

bool Inquiry::forget_unanswered()
{
    std::lock_guard hold{lock_};
    is_read_ = false;
    return std::erase_if(known_, [](const auto& one) {
               return one.second.state == Answer::State::NoAnswer;
           }) > 0;
}

bool Inquiry::is_open() const
{
    std::lock_guard hold{lock_};
    return !running_.empty();
}

const Answers& Inquiry::wait(std::chrono::steady_clock::time_point deadline)
{
    std::unique_lock hold{lock_};
    changed_.wait_until(hold, deadline, [this] { return running_.empty(); });
    give_up();
    is_read_ = true;
    return known_;
}

void Inquiry::close()
{
    std::lock_guard hold{lock_};
    closed_ = true;
    give_up();
}

// Under the lock.
void Inquiry::give_up()
{
    for (auto& [question, waiting] : asked_) waiting.clear();
    running_.clear();
}

}  // namespace lazaret::filter::dns
