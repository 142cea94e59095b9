#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "base/handle.hpp"

namespace lazaret::filter::rules {

/// Waits until no other program, and no other thread, has the turn to compile patterns for the
/// folder `cache`. Two would take twice as long, for the same.
///
/// The turn is a lock on the folder itself, which leaves no file behind and goes with who had it.
/// @return the turn, for as long as it lives; none when there is no such folder, or when it does
///         not come within `patience`, or before `is_over` says so. Nobody needs it to compile.
FileDescriptor take_compile_turn(
    const std::string& cache, std::chrono::milliseconds patience,
    const std::function<bool()>& is_over = [] { return false; });

}  // namespace lazaret::filter::rules
