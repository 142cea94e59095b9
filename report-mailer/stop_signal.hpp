#pragma once

#include <chrono>

#include "base/handle.hpp"

namespace lazaret::report {

/// SIGTERM and SIGINT as something to look at and to wait for. Make it before any thread is
/// started: they inherit that the signals are kept for us.
class StopSignal {
public:
    /// Throws Error{Unavailable} when the system gives no descriptor.
    StopSignal();

    /// Has something to read once we were told to stop, and for good.
    [[nodiscard]] int descriptor() const noexcept { return descriptor_.get(); }
    [[nodiscard]] bool has_come() const { return comes_within({}); }
    /// Waits for it. @return false when `most` passed without.
    [[nodiscard]] bool comes_within(std::chrono::milliseconds most) const;

private:
    FileDescriptor descriptor_;
};

}  // namespace lazaret::report
