#include "milter/judges.hpp"

#include <algorithm>
#include <exception>

namespace lazaret::milter {

struct Judges::Ticket {
    enum class State { Waiting, Begun, Done, Abandoned };

    explicit Ticket(std::function<void()> what) : work{std::move(what)} {}

    std::function<void()> work;
    std::mutex lock;
    std::condition_variable finished;
    State state = State::Waiting;
    std::exception_ptr thrown;
};

Judges::Judges(std::size_t at_once)
{
    threads_.reserve(at_once);
    for (std::size_t made = 0; made < at_once; ++made)
        threads_.emplace_back([this] { work_off(); });
}

Judges::~Judges()
{
    {
        std::lock_guard hold{lock_};
        stopping_ = true;
    }
    handed_in_.notify_all();
    for (auto& thread : threads_) thread.join();
}

Judges::Outcome Judges::run(std::function<void()> work,
                            std::chrono::steady_clock::time_point deadline,
                            std::chrono::milliseconds interval,
                            const std::function<void()>& progress)
{
    using State = Ticket::State;
    const auto ticket = std::make_shared<Ticket>(std::move(work));
    {
        std::lock_guard hold{lock_};
        waiting_.push_back(ticket);
    }
    handed_in_.notify_one();

    std::unique_lock hold{ticket->lock};
    const auto is_done = [&] { return ticket->state == State::Done; };
    while (!is_done()) {
        const auto now = std::chrono::steady_clock::now();
        if (now >= deadline) break;
        if (ticket->finished.wait_until(hold, std::min(deadline, now + interval), is_done)) break;
        hold.unlock();
        if (std::chrono::steady_clock::now() < deadline) progress();
        hold.lock();
    }
    if (is_done()) {
        if (ticket->thrown) std::rethrow_exception(ticket->thrown);
        return Outcome::Done;
    }
    const bool begun = ticket->state == State::Begun;
    ticket->state = State::Abandoned;
    if (begun) ++abandoned_;
    else ticket->work = nullptr;  // nobody runs it any more, and it owns a message
    return begun ? Outcome::TooLate : Outcome::TooBusy;
}

void Judges::work_off()
{
    using State = Ticket::State;
    for (;;) {
        std::unique_lock queue{lock_};
        handed_in_.wait(queue, [this] { return stopping_ || !waiting_.empty(); });
        if (waiting_.empty()) return;
        const auto ticket = std::move(waiting_.front());
        waiting_.pop_front();
        queue.unlock();

        {
            std::lock_guard hold{ticket->lock};
            if (ticket->state == State::Abandoned) continue;
            ticket->state = State::Begun;
        }
        std::exception_ptr thrown;
        // Not an edge: what is caught here is thrown again in the thread that waits for it.
        try {
            ticket->work();
        } catch (...) {
            thrown = std::current_exception();
        }
        ticket->work = nullptr;  // frees what it owns, in this thread
        {
            std::lock_guard hold{ticket->lock};
            if (ticket->state == State::Abandoned) {
                --abandoned_;
                continue;
            }
            ticket->thrown = thrown;
            ticket->state = State::Done;
        }
        ticket->finished.notify_one();  // the lock is free already: who wakes need not wait for it
    }
}

}  // namespace lazaret::milter
