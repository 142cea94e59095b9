#include "milter/gate.hpp"

#include <thread>

namespace lazaret::milter {

Gate::Place Gate::enter_session(const std::shared_ptr<Gate>& gate)
{
    if (gate->sessions_.fetch_add(1) >= gate->most_sessions_) {
        gate->sessions_.fetch_sub(1);
        return {};
    }
    return {gate, gate->sessions_};
}

Gate::Place Gate::enter_message(const std::shared_ptr<Gate>& gate)
{
    // Counted first and asked then: close() followed by wait_for_messages() misses nobody.
    gate->messages_.fetch_add(1);
    if (gate->closed_) {
        gate->messages_.fetch_sub(1);
        return {};
    }
    return {gate, gate->messages_};
}

bool Gate::wait_for_messages(std::chrono::milliseconds most) const
{
    const auto end = std::chrono::steady_clock::now() + most;
    while (messages_ > 0) {
        if (std::chrono::steady_clock::now() >= end) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
    return true;
}

}  // namespace lazaret::milter
