#include "report-mailer/stop_signal.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>

#include <cerrno>

#include "base/error.hpp"

namespace lazaret::report {

StopSignal::StopSignal()
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    descriptor_ = FileDescriptor{::signalfd(-1, &signals, SFD_CLOEXEC)};
    if (!descriptor_)
        throw Error{Error::Kind::Unavailable, "signals: {}", system_error_text(errno)};
}

// It is never read, so that it stays there for everybody who looks.
bool StopSignal::comes_within(std::chrono::milliseconds most) const
{
    pollfd watched{descriptor_.get(), POLLIN, 0};
    return ::poll(&watched, 1, static_cast<int>(most.count())) > 0;
}

}  // namespace lazaret::report
