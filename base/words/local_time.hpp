#pragma once

#include <string_view>

#include "base/clock.hpp"

namespace lazaret {

/// What a person's calendar and clock show at a moment.
struct LocalTime {
    int year;
    int month;    ///< 1 to 12
    int day;      ///< 1 to 31
    int hour;     ///< 0 to 23
    int minute;   ///< 0 to 59
    int weekday;  ///< 1 Monday .. 7 Sunday

    bool operator==(const LocalTime&) const = default;
};

/// What the clocks of a time zone show at a moment, by ICU.
///
/// @param zone  an IANA name; one that is not there means UTC.
LocalTime local_time(Moment moment, std::string_view zone);

/// The moment at which the clocks of a time zone show this.
///
/// A time that daylight saving skips means the first moment after the gap, one that comes twice
/// means the first. Values out of range roll over, as in calendars of spreadsheets: day 0 is the
/// last of the month before, month 13 the January after, hour 24 the next midnight.
Moment moment_of(int year, int month, int day, int hour, int minute, std::string_view zone);

}  // namespace lazaret
