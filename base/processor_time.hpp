#pragma once

#include <time.h>

#include <chrono>

namespace lazaret {

/// What this thread has used of a processor. For bounds on the work for a stranger's bytes: a busy
/// machine does not change what is read. Costs a system call.
inline std::chrono::nanoseconds thread_processor_time() noexcept
{
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return std::chrono::seconds{now.tv_sec} + std::chrono::nanoseconds{now.tv_nsec};
}

}  // namespace lazaret
