#include "milter/judges.hpp"

#include <algorithm>
#include <exception>

namespace lazaret::milter {
namespace {

// Work that rests costs a thread and its message's memory, and no processor.
std::size_t threads_for(std::size_t places)
{
    constexpr std::size_t resting_a_place = 15;
    constexpr std::size_t most_resting = 256;
    return places + std::min(places * resting_a_place, most_resting);
}

thread_local Judges* resting_from = nullptr;  // the judges of this thread

}  // namespace

struct Judges::Ticket {
    static thread_local Ticket* of_this_thread;
    enum class State { Waiting, Begun, Done, Abandoned };

    explicit Ticket(std::function<void()> what) : work{std::move(what)} {}

    std::function<void()> work;
    std::mutex lock;
    std::condition_variable finished;
    State state = State::Waiting;
    bool rests = false;  // and has no place meanwhile
    std::exception_ptr thrown;
};

thread_local Judges::Ticket* Judges::Ticket::of_this_thread = nullptr;

Judges::Judges(std::size_t at_once) : at_once_{at_once}, places_{at_once}
{
    const auto count = threads_for(at_once);
    threads_.reserve(count);
    for (std::size_t made = 0; made < count; ++made) threads_.emplace_back([this] { work_off(); });
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
    if (begun && !ticket->rests) ++abandoned_;
    if (!begun) ticket->work = nullptr;  // nobody runs it any more, and it owns a message
    return begun ? Outcome::TooLate : Outcome::TooBusy;
}

// Those that come back go before those that begin.
void Judges::take_place_again()
{
    std::unique_lock hold{lock_};
    ++returning_;
    place_free_.wait(hold, [this] { return places_ > 0; });
    --returning_;
    --places_;
    if (may_begin()) handed_in_.notify_one();  // its own call may have met us in its way
}

void Judges::give_place()
{
    std::lock_guard hold{lock_};
    ++places_;
    if (returning_ > 0) place_free_.notify_one();
    else handed_in_.notify_one();
}

void Judges::rest(const std::function<void()>& wait)
{
    auto* const judges = resting_from;
    if (!judges) return wait();
    judges->set_resting(true);
    judges->give_place();
    // Not an edge: the place is taken again whatever happens.
    try {
        wait();
    } catch (...) {
        judges->take_place_again();
        judges->set_resting(false);
        throw;
    }
    judges->take_place_again();
    judges->set_resting(false);
}

// Of work that nobody waits for any more, only what has a place is in the way of others.
void Judges::set_resting(bool rests)
{
    auto& ticket = *Ticket::of_this_thread;
    std::lock_guard hold{ticket.lock};
    ticket.rests = rests;
    if (ticket.state != Ticket::State::Abandoned) return;
    if (rests) --abandoned_;
    else ++abandoned_;
}

void Judges::work_off()
{
    resting_from = this;
    for (;;) {
        std::unique_lock queue{lock_};
        handed_in_.wait(queue, [this] { return may_begin() || (stopping_ && waiting_.empty()); });
        if (waiting_.empty()) {
            handed_in_.notify_all();  // the others may go, too
            return;
        }
        const auto ticket = std::move(waiting_.front());
        waiting_.pop_front();
        --places_;
        queue.unlock();
        work_off(*ticket);
        give_place();
    }
}

void Judges::work_off(Ticket& ticket)
{
    using State = Ticket::State;
    {
        std::lock_guard hold{ticket.lock};
        if (ticket.state == State::Abandoned) return;
        ticket.state = State::Begun;
    }
    Ticket::of_this_thread = &ticket;
    std::exception_ptr thrown;
    // Not an edge: what is caught here is thrown again in the thread that waits for it.
    try {
        ticket.work();
    } catch (...) {
        thrown = std::current_exception();
    }
    ticket.work = nullptr;  // frees what it owns, in this thread
    {
        std::lock_guard hold{ticket.lock};
        if (ticket.state == State::Abandoned) {
            --abandoned_;
            return;
        }
        ticket.thrown = thrown;
        ticket.state = State::Done;
    }
    ticket.finished.notify_one();  // the lock is free already: who wakes need not wait for it
}

}  // namespace lazaret::milter
