#pragma once

#include <memory>
#include <mutex>
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
class Databases {
public:
    Databases(DatabaseConfig config, Now now) : config_{std::move(config)}, now_{std::move(now)} {}

    /// Calls `use(database)` with a connection of its own, and returns what it returns. Throws
    /// Error{Unavailable} when the database is away: one that refuses at once, one that is silent
    /// after DatabaseConfig::connect_timeout, and one that hangs after its statement_timeout.
    template <class F>
    decltype(auto) with(F&& use)
    {
        const Lease lease{*this};
        return std::forward<F>(use)(*lease.database);
    }

private:
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
};

}  // namespace lazaret::portal
