#include "milter/signals.hpp"

#include <signal.h>

#include <array>
#include <cerrno>

namespace lazaret::milter {
namespace {

constexpr auto our_signals = std::to_array<int>({SIGHUP, SIGTERM, SIGINT, SIGUSR1});

sigset_t signal_set()
{
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : our_signals) sigaddset(&set, signal);
    return set;
}

timespec timespec_of(std::chrono::milliseconds time)
{
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    return {.tv_sec = seconds.count(), .tv_nsec = std::chrono::nanoseconds{time - seconds}.count()};
}

}  // namespace

void block_signals()
{
    const auto set = signal_set();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    ::signal(SIGPIPE, SIG_IGN);
}

unsigned next_signals(std::chrono::milliseconds most)
{
    const auto set = signal_set();
    auto limit = timespec_of(most);
    unsigned all = 0;
    // What else has come is taken with the first: a stop does not wait for many hangups.
    for (;;) {
        const int signal = ::sigtimedwait(&set, nullptr, &limit);
        if (signal < 0 || came(all, signal)) return all;
        all |= 1U << static_cast<unsigned>(signal);
        limit = {};
    }
}

}  // namespace lazaret::milter

/// libc's (POSIX.1-2017), but for our signals, for which it waits in vain. Shared libraries too
/// find this one first: libmilter's thread; and libpq, which asks for a SIGPIPE that it has seen.
extern "C" __attribute__((visibility("default"))) int sigwait(const sigset_t* set, int* signal)
{
    auto others = *set;
    for (const int ours : lazaret::milter::our_signals) sigdelset(&others, ours);
    int got = 0;
    do got = ::sigwaitinfo(&others, nullptr);
    while (got < 0 && errno == EINTR);
    if (got < 0) return errno;
    *signal = got;
    return 0;
}
