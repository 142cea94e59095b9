#include "quarantine-store/pg_pool.hpp"

namespace lazaret::store {
namespace {

constexpr std::chrono::seconds back_off{1};

}  // namespace

PgPool::PgPool(DatabaseConfig config, std::size_t most, Prepare prepare)
    : config_{std::move(config)},
      most_{std::max<std::size_t>(1, most)},
      prepare_{std::move(prepare)}
{
}

PgPool::Lease::Lease(PgPool& owner) : pool{owner}
{
    {
        std::unique_lock hold{pool.lock_};
        // Who waits for a turn waits no longer than for an answer of the database.
        if (!pool.came_back_.wait_for(hold, pool.config_.statement_timeout,
                                      [&] { return pool.out_ < pool.most_; }))
            throw Error{Error::Kind::Unavailable, "database: all {} connections are busy",
                        pool.most_};
        if (pool.idle_.empty()) pool.refuse_while_away();
        ++pool.out_;
        if (!pool.idle_.empty()) {
            connection = std::move(pool.idle_.back());
            pool.idle_.pop_back();
            was_idle = true;
        }
    }
    if (connection) return;
    // A try that is no edge: the destructor does not run when a constructor throws.
    try {
        connection = pool.fresh();
    } catch (...) {
        std::lock_guard hold{pool.lock_};
        --pool.out_;
        pool.came_back_.notify_one();
        throw;
    }
}

PgPool::Lease::~Lease()
{
    std::lock_guard hold{pool.lock_};
    --pool.out_;
    if (connection) pool.idle_.push_back(std::move(connection));
    pool.came_back_.notify_one();
}

// Called with the lock held. Lets one caller a second through to try.
void PgPool::refuse_while_away()
{
    if (away_because_.empty()) return;
    const auto now = std::chrono::steady_clock::now();
    if (now < away_until_) throw Error{Error::Kind::Unavailable, "{}", away_because_};
    away_until_ = now + config_.connect_timeout + back_off;
}

std::unique_ptr<pqxx::connection> PgPool::fresh()
{
    try {
        auto made = connect(config_);
        prepare_(*made);
        std::lock_guard hold{lock_};
        away_because_.clear();
        return made;
    } catch (const Error& error) {
        // A try that is no edge: the others shall not wait as long as we did.
        std::lock_guard hold{lock_};
        away_because_ = error.what();
        away_until_ = std::chrono::steady_clock::now() + back_off;
        throw;
    }
}

bool PgPool::may_try_again(const std::exception& error, Lease& lease, int tries_left)
{
    if (is_broken(error)) {
        lease.connection.reset();
        // The server was restarted: the other idle connections are as dead as this one.
        std::lock_guard hold{lock_};
        idle_.clear();
        return lease.was_idle && tries_left > 0;
    }
    if (tries_left == 0) return false;
    // check_violation: a partition came between two steps of a statement.
    return dynamic_cast<const pqxx::transaction_rollback*>(&error) ||
           dynamic_cast<const pqxx::check_violation*>(&error);
}

}  // namespace lazaret::store
