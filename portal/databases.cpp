#include "portal/databases.hpp"

#include "base/error.hpp"

namespace lazaret::portal {
namespace {

using namespace std::chrono_literals;

constexpr auto patience = 5s;  // of a person who looks at an empty page

}  // namespace

Databases::Databases(DatabaseConfig config, std::size_t most, Now now)
    : config_{std::move(config)}, now_{std::move(now)}, left_{most}
{
}

Databases::Connection Databases::take()
{
    {
        std::unique_lock hold{lock_};
        const bool there =
            one_is_back_.wait_for(hold, patience, [&] { return !idle_.empty() || left_ > 0; });
        if (!there)
            throw Error{Error::Kind::Unavailable, "all connections to the database are in use"};
        if (!idle_.empty()) {
            auto connection = std::move(idle_.back());
            idle_.pop_back();
            return connection;
        }
        --left_;
    }
    // Not an edge: the place of the connection that could not be made is free again.
    try {
        return std::make_unique<store::Database>(config_, now_);
    } catch (...) {
        give_back(nullptr);
        throw;
    }
}

void Databases::give_back(Connection connection)
{
    {
        std::lock_guard hold{lock_};
        if (connection) idle_.push_back(std::move(connection));
        else ++left_;
    }
    one_is_back_.notify_one();
}

}  // namespace lazaret::portal
