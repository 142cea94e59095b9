#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/config/configuration.hpp"
#include "quarantine-store/database.hpp"

namespace lazaret::portal {

/// Connections to the store, one for each request that is worked on: there are never more than
/// threads that answer. Threads share one.
///
/// They are made when they are first needed, so that a portal whose database is away starts, and
/// answers 503 until it is there.
///
/// Who waits for a database that is silent keeps a thread from the pages that need none. So once
/// somebody waited in vain, one at a time does, and all others are refused at once, until one was
/// answered.
class Databases {
public:
    Databases(DatabaseConfig config, Now now) : config_{std::move(config)}, now_{std::move(now)} {}

    /// Calls `use(database)` with a connection of its own, and returns what it returns. Throws
    /// Error{Unavailable} when the database is away: one that refuses at once, one that is silent
    /// after DatabaseConfig::connect_timeout, and one that hangs after its statement_timeout.
    template <class F>
    decltype(auto) with(F&& use)
    {
        Trial trial{*this};
        // A try that is no edge: the others shall not wait as long as we did.
        try {
            const Lease lease{*this};
            return std::forward<F>(use)(*lease.database);
        } catch (const store::ConnectionLost& lost) {
            trial.cause = lost.what();
            throw;
        }
    }

private:
    using Steady = std::chrono::steady_clock;
    struct Trial {
        explicit Trial(Databases& from) : owner{from}, is_the_one{from.refuse_while_silent()} {}
        ~Trial() { owner.tried(*this); }
        Trial(const Trial&) = delete;
        Trial& operator=(const Trial&) = delete;
        Databases& owner;
        const bool is_the_one;  ///< for which all others are refused
        const Steady::time_point began = Steady::now();
        std::string cause;  ///< why the database was lost; empty: it was not
    };
    bool refuse_while_silent();
    void tried(Trial& trial) noexcept;

    using Connection = std::unique_ptr<store::Database>;
    struct Lease {
        explicit Lease(Databases& from) : owner{from}, database{from.take()} {}
        ~Lease() { owner.give_back(std::move(database)); }
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;
        Databases& owner;
        mutable Connection database;
    };
    Connection take();
    void give_back(Connection connection);

    const DatabaseConfig config_;
    const Now now_;
    std::mutex lock_;
    std::vector<Connection> idle_;
    std::string silent_because_;  ///< empty: the database answers, or says at once that it does not
    bool is_being_tried_ = false;
};

}  // namespace lazaret::portal
