#include "milter/signals.hpp"

#include <signal.h>
#include <unistd.h>

#include <chrono>

#include "tests/support/catch.hpp"

namespace lazaret::milter {

using namespace std::chrono_literals;

namespace {

/// Blocks the signals, and afterwards leaves the process as it was: children inherit that.
class Blocked {
public:
    Blocked()
    {
        pthread_sigmask(SIG_BLOCK, nullptr, &before_);
        on_pipe_ = ::signal(SIGPIPE, SIG_DFL);
        block_signals();
    }
    Blocked(const Blocked&) = delete;
    Blocked& operator=(const Blocked&) = delete;
    ~Blocked()
    {
        ::signal(SIGPIPE, on_pipe_);
        pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }

private:
    sigset_t before_{};
    void (*on_pipe_)(int) = SIG_DFL;
};

}  // namespace

TEST_CASE("signals are told together, once", "[milter][signals]")
{
    const Blocked blocked;
    for (const int signal : {SIGHUP, SIGHUP, SIGUSR1, SIGTERM}) ::kill(::getpid(), signal);
    const auto signals = next_signals(10s);
    CHECK(came(signals, SIGHUP));
    CHECK(came(signals, SIGUSR1));
    CHECK(came(signals, SIGTERM));
    CHECK_FALSE(came(signals, SIGINT));
    CHECK(next_signals(0ms) == 0);
}

TEST_CASE("who waits for signals of ours by sigwait() gets the others", "[milter][signals]")
{
    const Blocked blocked;
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : {SIGHUP, SIGTERM, SIGUSR2}) sigaddset(&set, signal);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    for (const int signal : {SIGHUP, SIGUSR2, SIGTERM}) ::kill(::getpid(), signal);
    int got = 0;
    CHECK(::sigwait(&set, &got) == 0);
    CHECK(got == SIGUSR2);
    const auto left = next_signals(0ms);
    CHECK(came(left, SIGHUP));
    CHECK(came(left, SIGTERM));
}

}  // namespace lazaret::milter
