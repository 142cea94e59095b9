#pragma once

#include <atomic>
#include <functional>
#include <string>

#include "milter/parts.hpp"

namespace lazaret::milter {

/// Blocks the signals that Server::run() takes. Call it before any thread is made, so that all
/// inherit it.
void block_signals();

/// The program as the MTA and systemd see it: the socket, the signals, the end.
///
/// SIGTERM and SIGINT stop it: messages in hand are finished (within the judgement budget and some
/// seconds), new ones get 451. SIGHUP and SIGUSR1 have the settings file read again.
///
/// libmilter has a signal thread of its own that takes SIGHUP for a stop. It waits for signals that
/// every other thread blocks; but Linux gives a signal for the process to the main thread first
/// whenever that does not block it. So the main thread never blocks ours, has a handler that only
/// takes notes, and libmilter's loop runs in another thread. (Were the main thread to wait for them
/// by sigwait, a second SIGHUP while it works on the first would go to libmilter and stop us.)
class Server {
public:
    explicit Server(const Parts& parts) : parts_{parts} {}

    /// Listens and serves until it is told to stop. Call it from the main thread.
    /// @param reread  reads the settings file again; must not throw.
    /// @return the exit code. When it returns no message is in hand. (Should one not end in time,
    ///         the process ends here; its client has no answer yet and comes again.)
    /// Throws Error{Setup or Unavailable} when it cannot listen.
    int run(const std::function<void()>& reread);

private:
    std::string listen();  ///< the path of the socket, when it is a unix socket
    void wait_for_stop(const std::function<void()>& reread, const std::atomic<bool>& ended);
    void finish_messages();

    const Parts& parts_;
};

}  // namespace lazaret::milter
