#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "quarantine-store/pg_connection.hpp"
#include "quarantine-store/pg_deadline.hpp"

namespace lazaret::store {

/// Connections for as many threads as come at once, up to a limit; more wait their turn.
///
/// With the database away, the first caller finds out, at the cost of connect_timeout; for the
/// next second all others fail at once with what he found, so that messages do not queue up
/// behind a dead host.
class PgPool {
public:
    using Prepare = std::function<void(pqxx::connection&)>;

    /// @param prepare  called with each new connection, to prepare its statements.
    PgPool(DatabaseConfig config, std::size_t most, Prepare prepare);

    /// Runs `work(connection)` on a connection of its own and answers what it answers.
    ///
    /// `work` must be safe to repeat: it is tried again on a fresh connection when one that had
    /// been lying idle turns out to be broken, and after a deadlock. Throws Error.
    template <class F>
    auto use(std::string_view what, F&& work)
    {
        for (int tries_left = 3;; --tries_left) {
            Lease lease{*this};
            const Deadline deadline{*lease.connection, statement_patience(config_)};
            try {
                return work(*lease.connection);
            } catch (const std::exception& error) {
                // A try that is no edge: only here is it known whether to try again. Who waited
                // for so long does not wait again.
                const int left = deadline.has_passed() ? 0 : tries_left;
                if (!may_try_again(error, lease, left)) rethrow_as_error(what);
            }
        }
    }

private:
    // A connection taken out of the pool; goes back when it is still good.
    struct Lease {
        explicit Lease(PgPool& owner);
        ~Lease();
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;

        PgPool& pool;
        std::unique_ptr<pqxx::connection> connection;
        bool was_idle = false;
    };

    std::unique_ptr<pqxx::connection> fresh();
    void refuse_while_away();
    bool may_try_again(const std::exception& error, Lease& lease, int tries_left);

    const DatabaseConfig config_;
    const std::size_t most_;
    const Prepare prepare_;

    std::mutex lock_;
    std::condition_variable came_back_;
    std::vector<std::unique_ptr<pqxx::connection>> idle_;
    std::size_t out_ = 0;
    std::chrono::steady_clock::time_point away_until_{};
    std::string away_because_;
};

}  // namespace lazaret::store
