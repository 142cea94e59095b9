#pragma once

#include <optional>
#include <string_view>

#include "base/clock.hpp"

namespace lazaret {

/// Reads `2026-11-23`, as day_text() and HTML's date fields write it; none for a day that no
/// calendar has.
std::optional<Day> parse_day(std::string_view text);

/// The last moment of a day.
Moment end_of(Day day);

}  // namespace lazaret
