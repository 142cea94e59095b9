#include "portal/turns.hpp"

namespace lazaret::portal {

std::optional<Turns::Turn> Turns::take()
{
    std::unique_lock hold{lock_};
    if (at_work_ >= bounds_.at_once) {
        if (waiting_ >= bounds_.waiting) return std::nullopt;
        ++waiting_;
        const bool is_free =
            one_left_.wait_for(hold, bounds_.patience, [&] { return at_work_ < bounds_.at_once; });
        --waiting_;
        if (!is_free) return std::nullopt;
    }
    ++at_work_;
    return std::optional<Turn>{std::in_place, *this};
}

void Turns::leave() noexcept
{
    {
        std::lock_guard hold{lock_};
        --at_work_;
    }
    one_left_.notify_one();
}

Turns::Turn::~Turn()
{
    if (owner_) owner_->leave();
}

}  // namespace lazaret::portal
