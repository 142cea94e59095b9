#pragma once

#include <exception>

#include "base/log.hpp"

namespace lazaret::filter::dns {

/// Runs what a C library called. No exception may cross into C, and one message's trouble must not
/// end the thread for all: whoever waits for the answer waits to the end of his budget.
/// @return whether it came to its end.
template <class Step>
bool guarded(Step&& step) noexcept
try {
    step();
    return true;
} catch (const std::exception& error) {
    log::error("resolver failed", {{"error", error.what()}});
    return false;
}

}  // namespace lazaret::filter::dns
