#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <utility>

namespace lazaret::portal {

/// Places for a few at a time, for work that must neither take all memory nor all threads that
/// answer. Some more wait for one; whoever comes then is told so at once. Threads share one.
class Turns {
public:
    struct Bounds {
        std::size_t at_once;
        std::size_t waiting;                 ///< more are sent away at once
        std::chrono::milliseconds patience;  ///< of those that wait
    };
    explicit Turns(const Bounds& bounds) : bounds_{bounds} {}

    /// A place; given back at its end.
    class Turn {
    public:
        explicit Turn(Turns& owner) : owner_{&owner} {}
        Turn(Turn&& other) noexcept : owner_{std::exchange(other.owner_, nullptr)} {}
        Turn& operator=(Turn&&) = delete;
        ~Turn();

    private:
        Turns* owner_;
    };
    /// None when too many are at work and too many wait, or none became free in time.
    std::optional<Turn> take();

    /// How many wait just now; for tests.
    [[nodiscard]] std::size_t waiting() const noexcept { return waiting_; }

private:
    void leave() noexcept;

    const Bounds bounds_;
    std::mutex lock_;
    std::condition_variable one_left_;
    std::size_t at_work_ = 0;
    std::atomic<std::size_t> waiting_{0};
};

}  // namespace lazaret::portal
