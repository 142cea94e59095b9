#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

namespace lazaret::filter::rules {

/// Which patterns of a set rest, since they are too slow for the mail that comes.
///
/// A pattern that is slow in general would cost each message its limits. But a message can be made
/// to slow a pattern down, and whoever sends it would like to have the rule out of the way. So a
/// message counts once, a pattern rests only when it was too slow in half of the messages in
/// succession, and for an hour: senders whose mail is the smaller part stop no rule, and those who
/// outnumber all others have to do so hour after hour. Threads may share it.
class RestingPatterns {
public:
    using Clock = std::chrono::steady_clock;

    static constexpr std::uint32_t most_slow = 25;      ///< messages,
    static constexpr std::uint64_t in_succession = 50;  ///< of so many
    static constexpr std::chrono::hours rest{1};

    explicit RestingPatterns(std::function<Clock::time_point()> now = Clock::now)
        : now_{std::move(now)}
    {
    }

    /// The patterns that rest for the message that comes now, in order.
    std::vector<std::size_t> begin_message();

    /// The pattern passed its limits in a message; told once for each.
    void note_slow(std::size_t pattern);

    /// Those that rest now, in order.
    [[nodiscard]] std::vector<std::size_t> all() const;

private:
    struct Slowness {
        std::uint64_t since = 0;  ///< messages that had come before the first of `messages`
        std::uint32_t messages = 0;
        Clock::time_point rests_until{};
    };

    std::function<Clock::time_point()> now_;
    std::atomic<std::uint64_t> messages_{0};
    std::atomic<bool> has_rested_{false};  ///< else nobody waits for the lock
    mutable std::mutex lock_;
    std::map<std::size_t, Slowness> slow_;
};

}  // namespace lazaret::filter::rules
