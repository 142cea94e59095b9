#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

#include "base/processor_time.hpp"

namespace lazaret::filter::rules {

/// Bounds what matching costs: a text made for it makes nearly every pattern slow.
///
/// Counted is the thread's own processor time, so that a busy machine does not change the answer;
/// the wall's clock, which costs no system call, says first whether that is worth asking.
class TimeLimit {
public:
    using Clock = std::chrono::steady_clock;

    explicit TimeLimit(std::chrono::nanoseconds most) noexcept : most_{most}, begun_{Clock::now()}
    {
    }

    [[nodiscard]] Clock::time_point begun() const noexcept { return begun_; }

    /// Adds what the work done since then may have taken.
    void allow(std::chrono::nanoseconds more) noexcept { most_ += more; }

    /// Up to twice the time may have passed.
    [[nodiscard]] bool is_over(Clock::time_point now = Clock::now()) noexcept
    {
        if (!is_suspect_) {
            if (now - begun_ < most_) return false;
            is_suspect_ = true;
            own_ = thread_processor_time();
        }
        return thread_processor_time() - own_ >= most_;
    }

private:
    std::chrono::nanoseconds most_;
    Clock::time_point begun_;
    std::chrono::nanoseconds own_{};
    bool is_suspect_ = false;
};

/// So much of the processor's time a pattern, or a rule, gets for all texts of a message.
inline constexpr std::chrono::milliseconds most_time_of_message{20};
inline constexpr std::size_t texts_between_looks = 8;

/// A limit that is looked at once in so many steps, and begins with the first look: a reading of
/// the clock costs as much as a short step.
class SparseTimeLimit {
public:
    SparseTimeLimit(std::chrono::nanoseconds most, std::size_t steps) noexcept
        : most_{most}, steps_{steps}, left_{steps}
    {
    }

    /// Adds what the steps until the next look may take.
    void allow(std::chrono::nanoseconds more) noexcept
    {
        if (limit_) limit_->allow(more);
        else most_ += more;
    }

    /// To be asked behind each step; once it is over it stays so.
    [[nodiscard]] bool is_over() noexcept
    {
        if (left_ == 0) return true;
        if (--left_ != 0) return false;
        if (!limit_) limit_.emplace(most_);
        else if (limit_->is_over()) return true;
        left_ = steps_;
        return false;
    }

private:
    std::chrono::nanoseconds most_;
    std::size_t steps_;
    std::size_t left_;  ///< until the next look; 0: it is over
    std::optional<TimeLimit> limit_;
};

}  // namespace lazaret::filter::rules
