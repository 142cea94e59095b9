#include "portal/signals.hpp"

#include <signal.h>
#include <sysexits.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <thread>

namespace lazaret::portal {
namespace {

// A request that waits, for a frozen database or a slow browser, is not waited for any longer than
// so. Nothing is lost by that: a release in the middle is ended by the sweeper.
constexpr unsigned seconds_to_stop = 15;

void stop_in_time()
{
    signal(SIGALRM, [](int) { ::_exit(EX_OK); });
    ::alarm(seconds_to_stop);
}

sigset_t our_signals()
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    return set;
}

}  // namespace

Signals::Signals()
{
    const auto set = our_signals();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    // A browser that goes away in the middle of a page is no reason to stop.
    signal(SIGPIPE, SIG_IGN);
}

void Signals::serve(HttpServer& server, const std::function<void()>& reread)
{
    std::atomic<bool> ended = false;
    std::jthread waiting{[&] {
        const auto set = our_signals();
        int signal = 0;
        while (sigwait(&set, &signal) == 0 && signal == SIGHUP)
            if (!ended) reread();
        sd_notify(0, "STOPPING=1");
        stop_in_time();
        // Again until it has: one that comes before the server runs would be lost.
        while (!ended) {
            server.stop();
            std::this_thread::sleep_for(std::chrono::milliseconds{50});
        }
    }};
    struct End {
        std::atomic<bool>& ended;
        std::jthread& waiting;
        // The thread waits for a signal, also when the server ended by itself.
        ~End()
        {
            ended = true;
            pthread_kill(waiting.native_handle(), SIGTERM);
        }
    };
    const End end{ended, waiting};
    sd_notify(0, "READY=1");
    server.run();
}

}  // namespace lazaret::portal
