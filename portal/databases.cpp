#include "portal/databases.hpp"

#include "base/error.hpp"

namespace lazaret::portal {
namespace {

// Who refuses does so in less; connect_timeout, the shortest of what ends a wait, is not below it.
constexpr std::chrono::seconds in_vain{1};

}  // namespace

// Whether the caller is the one who tries.
bool Databases::refuse_while_silent()
{
    std::lock_guard hold{lock_};
    if (silent_because_.empty()) return false;
    if (is_being_tried_) throw Error{Error::Kind::Unavailable, "{}", silent_because_};
    is_being_tried_ = true;
    return true;
}

void Databases::tried(Trial& trial) noexcept
{
    std::lock_guard hold{lock_};
    if (trial.is_the_one) is_being_tried_ = false;
    if (Steady::now() - trial.began < in_vain) trial.cause.clear();
    silent_because_ = std::move(trial.cause);
}

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
