#include "portal/databases.hpp"

namespace lazaret::portal {

Databases::Connection Databases::take()
{
    {
        std::lock_guard hold{lock_};
        if (!idle_.empty()) {
            auto connection = std::move(idle_.back());
            idle_.pop_back();
            return connection;
        }
    }
    return std::make_unique<store::Database>(config_, now_);
}

void Databases::give_back(Connection connection)
{
    std::lock_guard hold{lock_};
    idle_.push_back(std::move(connection));
}

}  // namespace lazaret::portal
