#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <utility>

namespace lazaret::milter {

/// Counts the sessions and the messages in hand: the bound on the first, and what a graceful stop
/// waits for. Sessions hold it by shared_ptr, since libmilter's threads may outlive main().
class Gate {
public:
    /// A place that is given back when it goes. Empty when none was given.
    class Place {
    public:
        Place() = default;
        Place(Place&& other) noexcept = default;
        Place& operator=(Place&& other) noexcept
        {
            give_back();
            gate_ = std::move(other.gate_);
            count_ = other.count_;
            return *this;
        }
        ~Place() { give_back(); }

        explicit operator bool() const noexcept { return static_cast<bool>(gate_); }

    private:
        friend class Gate;
        Place(std::shared_ptr<Gate> gate, std::atomic<std::int64_t>& count)
            : gate_{std::move(gate)}, count_{&count}
        {
        }
        void give_back() noexcept
        {
            if (gate_) count_->fetch_sub(1);
            gate_.reset();
        }
        std::shared_ptr<Gate> gate_;  ///< keeps the count alive
        std::atomic<std::int64_t>* count_ = nullptr;
    };

    explicit Gate(std::int64_t most_sessions) : most_sessions_{most_sessions} {}

    /// A place for one connection of the MTA; none when all are taken.
    static Place enter_session(const std::shared_ptr<Gate>& gate);

    /// A place for one message whose bytes begin to arrive; none once the gate is closed.
    static Place enter_message(const std::shared_ptr<Gate>& gate);

    /// From now on no message begins.
    void close() noexcept { closed_ = true; }
    [[nodiscard]] bool is_closed() const noexcept { return closed_; }

    /// Sleeps until no message is in hand, or for `most`. @return whether none is.
    [[nodiscard]] bool wait_for_messages(std::chrono::milliseconds most) const;

    [[nodiscard]] std::int64_t sessions() const noexcept { return sessions_; }
    [[nodiscard]] std::int64_t messages() const noexcept { return messages_; }

private:
    std::int64_t most_sessions_;
    std::atomic<std::int64_t> sessions_{0};
    std::atomic<std::int64_t> messages_{0};
    std::atomic<bool> closed_{false};
};

}  // namespace lazaret::milter
