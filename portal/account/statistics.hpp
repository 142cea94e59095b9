#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "base/clock.hpp"
#include "quarantine-store/trace.hpp"

namespace lazaret::portal {

/// How long one bar of a picture is.
enum class Span { Day, Week, Month };
inline constexpr std::size_t span_count = 3;

/// What became of the mail of one span of time.
struct Bar {
    Day from{};                  ///< its first day: a Monday for weeks, the first for months
    std::int64_t delivered = 0;  ///< with or without a mark
    std::int64_t held = 0;
    std::int64_t refused = 0;  ///< refused, kept after that, or discarded
    std::array<std::int64_t, class_count> held_by_class{};

    [[nodiscard]] std::int64_t received() const { return delivered + held + refused; }
};

/// The first day of the oldest of the bars that end with today's: 30 days, 12 weeks or 12 months.
Day first_day(Span span, Day today);

/// The bars from first_day() on, the oldest first; spans without mail are there, with zeros. Rows
/// of other days are left out.
std::vector<Bar> bars_of(std::span<const store::CounterRow> rows, Span span, Day today);

}  // namespace lazaret::portal
