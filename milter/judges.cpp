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

}  // namespace

struct Judges::Ticket {
    enum class State { Waiting, Begun, Done, Abandoned };

    explicit Ticket(std::function<void()> what) : work{std::move(what)} {}

    std::function<void()> work;
    std::mutex lock;
    std::condition_variable finished;
    State state = State::Waiting;
    bool rests = false;  // and has no place meanwhile
    std::exception_ptr thrown;
};

/// One thread, and what it works on.
struct Judges::Judge {
    explicit Judge(Judges& one) : owner{one} {}

    Judges& owner;
    std::condition_variable called;
    std::shared_ptr<Ticket> ticket{};
    std::thread thread{};
};

thread_local Judges::Judge* Judges::of_this_thread = nullptr;

Judges::Judges(std::size_t at_once) : at_once_{at_once}, places_{at_once}
{
    const auto count = threads_for(at_once);
    idle_.reserve(count);
    for (std::size_t made = 0; made < count; ++made) {
        auto& judge = judges_.emplace_back(*this);
        judge.thread = std::thread{[&judge] { judge.owner.work_off(judge); }};
    }
}

Judges::~Judges()
{
    {
        std::lock_guard hold{lock_};
        stopping_ = true;
    }
    for (auto& judge : judges_) judge.called.notify_one();
    for (auto& judge : judges_) judge.thread.join();
}

Judges::Outcome Judges::run(std::function<void()> work,
                            std::chrono::steady_clock::time_point deadline,
                            std::chrono::milliseconds interval,
                            const std::function<void()>& progress)
{
    using State = Ticket::State;
    const auto ticket = std::make_shared<Ticket>(std::move(work));
    const auto handed_in = std::chrono::steady_clock::now();
    const auto begin_by = handed_in + (deadline - handed_in) / 2;
    {
        std::lock_guard hold{lock_};
        waiting_.push_back(ticket);
    }
    call_judges();

    std::unique_lock hold{ticket->lock};
    const auto is_done = [&] { return ticket->state == State::Done; };
    while (!is_done()) {
        const auto now = std::chrono::steady_clock::now();
        const auto end = ticket->state == State::Waiting ? begin_by : deadline;
        if (now >= end) break;
        if (ticket->finished.wait_until(hold, std::min(end, now + interval), is_done)) break;
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
    {
        std::unique_lock hold{lock_};
        ++returning_;
        place_free_.wait(hold, [this] { return places_ > 0; });
        --returning_;
        --places_;
    }
    call_judges();
}

// Under the lock.
void Judges::free_place()
{
    ++places_;
    if (returning_ > 0) place_free_.notify_one();
}

void Judges::give_place()
{
    {
        std::lock_guard hold{lock_};
        free_place();
    }
    call_judges();
}

void Judges::rest(const std::function<void()>& wait)
{
    if (!of_this_thread) return wait();
    auto& judges = of_this_thread->owner;
    auto& ticket = *of_this_thread->ticket;
    judges.set_resting(ticket, true);
    judges.give_place();
    // Not an edge: the place is taken again whatever happens.
    try {
        wait();
    } catch (...) {
        judges.take_place_again();
        judges.set_resting(ticket, false);
        throw;
    }
    judges.take_place_again();
    judges.set_resting(ticket, false);
}

// Of work that nobody waits for any more, only what has a place is in the way of others.
void Judges::set_resting(Ticket& ticket, bool rests)
{
    std::lock_guard hold{ticket.lock};
    ticket.rests = rests;
    if (ticket.state != Ticket::State::Abandoned) return;
    if (rests) --abandoned_;
    else ++abandoned_;
}

// Without the lock: who is called needs it.
void Judges::call_judges()
{
    while (auto* const judge = call_one()) judge->called.notify_one();
}

// Who went idle last: his stack, his memory and what patterns are matched with are still in the
// processor's cache, and most judges are there only for those that rest.
Judges::Judge* Judges::call_one()
{
    std::lock_guard hold{lock_};
    if (!may_begin() || idle_.empty()) return nullptr;
    auto* const judge = idle_.back();
    idle_.pop_back();
    begin_next(*judge);
    return judge;
}

void Judges::begin_next(Judge& judge)
{
    judge.ticket = std::move(waiting_.front());
    waiting_.pop_front();
    --places_;
}

void Judges::work_off(Judge& judge)
{
    of_this_thread = &judge;
    std::unique_lock hold{lock_};
    while (!is_over()) {
        if (may_begin()) {
            begin_next(judge);
        } else {
            idle_.push_back(&judge);
            judge.called.wait(hold, [&] { return judge.ticket || is_over(); });
            if (!judge.ticket) break;
        }
        hold.unlock();
        work_off(*judge.ticket);
        judge.ticket.reset();
        hold.lock();
        free_place();
    }
    for (auto* const other : idle_) other->called.notify_one();
}

void Judges::work_off(Ticket& ticket)
{
    using State = Ticket::State;
    {
        std::lock_guard hold{ticket.lock};
        if (ticket.state == State::Abandoned) return;
        ticket.state = State::Begun;
    }
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
