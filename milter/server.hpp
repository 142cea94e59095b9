#pragma once

#include <atomic>
#include <functional>
#include <string>

#include "milter/parts.hpp"

namespace lazaret::milter {

/// The program as the MTA and systemd see it: the socket, the signals, the end.
///
/// SIGTERM and SIGINT stop it: messages in hand are finished (within the judgement budget and some
/// seconds), new ones get 451. SIGHUP and SIGUSR1 have the settings file read again (signals.hpp).
class Server {
public:
    explicit Server(const Parts& parts) : parts_{parts} {}

    /// Listens and serves until it is told to stop.
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
