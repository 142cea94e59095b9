#include "milter/judges.hpp"

#include <atomic>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include "tests/support/catch.hpp"

using namespace lazaret::milter;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

/// A door that work waits at, until the test opens it.
struct Door {
    std::atomic<bool> open{false};
    std::atomic<bool> reached{false};
    void wait()
    {
        reached = true;
        reached.notify_all();
        open.wait(false);
    }
    void unlock()
    {
        open = true;
        open.notify_all();
    }
};

}  // namespace

TEST_CASE("work is done, and what it throws comes back", "[judges]")
{
    Judges judges{2};
    int done = 0;
    CHECK(judges.run([&] { ++done; }, Clock::now() + 10s, 1s, [] {}) == Judges::Outcome::Done);
    CHECK(done == 1);
    CHECK_THROWS_AS(
        judges.run([] { throw std::runtime_error{"x"}; }, Clock::now() + 10s, 1s, [] {}),
        std::runtime_error);
    CHECK(judges.run([&] { ++done; }, Clock::now() + 10s, 1s, [] {}) == Judges::Outcome::Done);
}

TEST_CASE("work that rests leaves its place to others", "[judges]")
{
    Judges judges{1};
    const auto door = std::make_shared<Door>();
    std::thread slow{[&] {
        const auto work = [door] { Judges::rest([&] { door->wait(); }); };
        CHECK(judges.run(work, Clock::now() + 30s, 1s, [] {}) == Judges::Outcome::Done);
    }};
    door->reached.wait(false);
    for (int other = 0; other < 3; ++other)
        CHECK(judges.run([] {}, Clock::now() + 10s, 1s, [] {}) == Judges::Outcome::Done);
    door->unlock();
    slow.join();
}

TEST_CASE("no more work than places is at it, however much rests", "[judges]")
{
    Judges judges{2};
    std::atomic<int> at_work = 0;
    std::atomic<int> most = 0;
    const auto busy = [&] {
        const int now = ++at_work;
        int seen = most;
        while (now > seen && !most.compare_exchange_weak(seen, now)) {
        }
        std::this_thread::sleep_for(1ms);
        --at_work;
    };
    const auto work = [&] {
        busy();
        Judges::rest([] { std::this_thread::sleep_for(2ms); });
        busy();
    };
    std::vector<std::thread> sessions;
    std::atomic<int> done = 0;
    for (int session = 0; session < 20; ++session)
        sessions.emplace_back([&] {
            for (int message = 0; message < 5; ++message)
                if (judges.run(work, Clock::now() + 60s, 1s, [] {}) == Judges::Outcome::Done)
                    ++done;
        });
    for (auto& session : sessions) session.join();
    CHECK(done == 100);
    CHECK(most <= 2);
}

TEST_CASE("who worked last works first, so most of those who could rest stay out of the way",
          "[judges]")
{
    Judges judges{2};
    std::set<std::thread::id> threads;
    for (int message = 0; message < 20; ++message) {
        judges.run([&] { threads.insert(std::this_thread::get_id()); }, Clock::now() + 10s, 1s,
                   [] {});
        std::this_thread::sleep_for(5ms);  // for it to be idle, with some luck
    }
    CHECK(threads.size() < 10);
}

TEST_CASE("who waits tells the MTA, from his own thread", "[judges]")
{
    Judges judges{1};
    const auto door = std::make_shared<Door>();
    int told = 0;
    const auto me = std::this_thread::get_id();
    bool mine = true;
    const auto outcome = judges.run([door] { door->wait(); }, Clock::now() + 30s, 5ms,
                                    [&] {
                                        mine = mine && std::this_thread::get_id() == me;
                                        if (++told == 3) door->unlock();
                                    });
    CHECK(outcome == Judges::Outcome::Done);
    CHECK(told >= 3);
    CHECK(mine);
}

TEST_CASE("late work is left alone, and a stuck pool says so", "[judges]")
{
    Judges judges{1};
    const auto door = std::make_shared<Door>();
    CHECK(judges.run([door] { door->wait(); }, Clock::now() + 300ms, 1s, [] {}) ==
          Judges::Outcome::TooLate);
    CHECK(judges.are_stuck());

    const auto ran = std::make_shared<std::atomic<bool>>(false);
    CHECK(judges.run([ran] { *ran = true; }, Clock::now() + 20ms, 1s, [] {}) ==
          Judges::Outcome::TooBusy);
    door->unlock();
    CHECK(judges.run([] {}, Clock::now() + 30s, 1s, [] {}) == Judges::Outcome::Done);
    CHECK_FALSE(judges.are_stuck());
    CHECK_FALSE(*ran);  // what nobody waits for any more is not begun
}

TEST_CASE("above the capacity what is begun is done, and the others go at half time", "[judges]")
{
    Judges judges{1};
    std::atomic<int> done{0};
    std::atomic<int> late{0};
    std::atomic<int> busy{0};
    std::vector<std::thread> callers;
    for (int caller = 0; caller < 60; ++caller)
        callers.emplace_back([&] {
            for (int again = 0; again < 2; ++again)
                switch (judges.run([] { std::this_thread::sleep_for(20ms); }, Clock::now() + 1s, 1s,
                                   [] {})) {
                    case Judges::Outcome::Done: ++done; break;
                    case Judges::Outcome::TooLate: ++late; break;
                    case Judges::Outcome::TooBusy: ++busy; break;
                }
        });
    for (auto& caller : callers) caller.join();
    CHECK(late == 0);
    CHECK(busy > 0);
    CHECK(done > 10);
    CHECK(done + busy == 120);
}

TEST_CASE("late work that rests is in nobody's way", "[judges]")
{
    Judges judges{1};
    const auto door = std::make_shared<Door>();
    const auto inner = std::make_shared<Door>();
    const auto work = [door, inner] {
        Judges::rest([&] { door->wait(); });
        inner->wait();
        Judges::rest([] {});
    };
    CHECK(judges.run(work, Clock::now() + 300ms, 1s, [] {}) == Judges::Outcome::TooLate);
    CHECK_FALSE(judges.are_stuck());
    CHECK(judges.run([] {}, Clock::now() + 30s, 1s, [] {}) == Judges::Outcome::Done);
    door->unlock();
    inner->reached.wait(false);
    CHECK(judges.are_stuck());
    inner->unlock();
    CHECK(judges.run([] {}, Clock::now() + 30s, 1s, [] {}) == Judges::Outcome::Done);
    CHECK_FALSE(judges.are_stuck());
}

TEST_CASE("so much work is done at the same time, and no more", "[judges]")
{
    Judges judges{3};
    std::atomic<int> now{0};
    std::atomic<int> most{0};
    std::vector<std::thread> callers;
    for (int caller = 0; caller < 12; ++caller)
        callers.emplace_back([&] {
            judges.run(
                [&] {
                    const int here = ++now;
                    int seen = most;
                    while (seen < here && !most.compare_exchange_weak(seen, here)) {
                    }
                    // Nobody leaves before three have met, however slow the machine is.
                    const auto patience = Clock::now() + 20s;
                    while (most < 3 && Clock::now() < patience) std::this_thread::sleep_for(1ms);
                    --now;
                },
                Clock::now() + 30s, 1s, [] {});
        });
    for (auto& caller : callers) caller.join();
    CHECK(most == 3);
}
