#pragma once

#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/shared_state.hpp"
#include "base/text_hash.hpp"

namespace lazaret::portal {

/// Counts how often each of many asks, and says when it is too often. Threads may share one.
///
/// A count of the last minute by two halves: this window, and so much of the one before as still
/// lies within a minute. Memory is bounded: with `most_keys` known in one window, new ones are let
/// through uncounted, since a flood from so many addresses is not held up by counting addresses.
class RateLimit {
public:
    static constexpr std::size_t most_keys = 50'000;

    explicit RateLimit(int a_minute) : a_minute_{a_minute} {}

    /// Counts one more for `key`. @return false when that is too many.
    bool allows(std::string_view key, Moment now);

private:
    using Counts = TextMap<int>;
    struct Windows {
        Moment start{};
        Counts now;
        Counts before;
    };
    int a_minute_;
    Locked<Windows> windows_;
};

/// What an address is counted under: itself, or for IPv6 its first 64 bits, which are one
/// customer's.
std::string counted_address(std::string_view address);

}  // namespace lazaret::portal
