#include "quarantine-store/pg_deadline.hpp"

#include <fcntl.h>
#include <sys/socket.h>

#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "base/handle.hpp"
#include "base/log.hpp"

namespace lazaret::store {

using Clock = std::chrono::steady_clock;
using Waiting = std::multimap<Clock::time_point, std::shared_ptr<WatchedSocket>>;

struct WatchedSocket {
    FileDescriptor socket;  // a copy: the connection may close its own, and a file get the number
    bool has_passed = false;
    Waiting::iterator place{};
};

namespace {

// The thread that looks after all deadlines of the process.
class Watchdog {
public:
    static Watchdog& only_one()
    {
        static Watchdog watchdog;
        return watchdog;
    }

    void watch(const std::shared_ptr<WatchedSocket>& one, Clock::time_point until)
    {
        bool is_first = false;
        {
            std::lock_guard hold{lock_};
            one->place = waiting_.emplace(until, one);
            is_first = one->place == waiting_.begin();
        }
        if (is_first) woken_.notify_one();
    }

    void forget(WatchedSocket& one)
    {
        std::lock_guard hold{lock_};
        if (!one.has_passed) waiting_.erase(one.place);
    }

    bool has_passed(const WatchedSocket& one)
    {
        std::lock_guard hold{lock_};
        return one.has_passed;
    }

private:
    Watchdog() : thread_{[this](const std::stop_token& stop) { look(stop); }} {}

    void look(const std::stop_token& stop)
    {
        std::unique_lock hold{lock_};
        while (!stop.stop_requested()) {
            if (waiting_.empty()) {
                woken_.wait(hold, stop, [this] { return !waiting_.empty(); });
                continue;
            }
            const auto first = waiting_.begin();
            if (Clock::now() < first->first) {
                // Of the first only: one that ends in time leaves us waiting, which costs nothing.
                const auto until = first->first;
                woken_.wait_until(hold, stop, until, [&] {
                    return !waiting_.empty() && waiting_.begin()->first < until;
                });
                continue;
            }
            first->second->has_passed = true;
            ::shutdown(first->second->socket.get(), SHUT_RDWR);
            waiting_.erase(first);
            log::warning("database: no answer in time, the connection is cut");
        }
    }

    std::mutex lock_;
    std::condition_variable_any woken_;
    Waiting waiting_;
    std::jthread thread_;  // last: it uses all of the above
};

}  // namespace

Deadline::Deadline(const pqxx::connection& connection, std::chrono::milliseconds patience)
    : watched_{std::make_shared<WatchedSocket>()}
{
    watched_->socket = FileDescriptor{::fcntl(connection.sock(), F_DUPFD_CLOEXEC, 0)};
    Watchdog::only_one().watch(watched_, Clock::now() + patience);
}

Deadline::~Deadline() { Watchdog::only_one().forget(*watched_); }

bool Deadline::has_passed() const { return Watchdog::only_one().has_passed(*watched_); }

}  // namespace lazaret::store
