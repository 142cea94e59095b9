#include "base/words/local_time.hpp"

#include <unicode/gregocal.h>

#include <chrono>

#include "base/error.hpp"
#include "base/words/zones.hpp"

namespace lazaret {
namespace {

using std::chrono::milliseconds;

void must_succeed(UErrorCode status)
{
    if (U_FAILURE(status)) throw Error{Error::Kind::Bug, "ICU's calendar: {}", u_errorName(status)};
}

}  // namespace

LocalTime local_time(Moment moment, std::string_view zone)
{
    const auto utc = std::chrono::floor<milliseconds>(moment);
    std::int32_t from_utc = 0;
    std::int32_t daylight_saving = 0;
    UErrorCode status = U_ZERO_ERROR;
    time_zone(zone).getOffset(static_cast<UDate>(utc.time_since_epoch().count()), false, from_utc,
                              daylight_saving, status);
    must_succeed(status);

    const auto shown = utc + milliseconds{from_utc + daylight_saving};
    const auto day = std::chrono::floor<std::chrono::days>(shown);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{shown - day};
    return {.year = static_cast<int>(date.year()),
            .month = static_cast<int>(static_cast<unsigned>(date.month())),
            .day = static_cast<int>(static_cast<unsigned>(date.day())),
            .hour = static_cast<int>(clock.hours().count()),
            .minute = static_cast<int>(clock.minutes().count()),
            .weekday = static_cast<int>(std::chrono::weekday{day}.iso_encoding())};
}

Moment moment_of(int year, int month, int day, int hour, int minute, std::string_view zone)
{
    UErrorCode status = U_ZERO_ERROR;
    icu::GregorianCalendar calendar{time_zone(zone), icu::Locale::getRoot(), status};
    must_succeed(status);
    calendar.setSkippedWallTimeOption(UCAL_WALLTIME_NEXT_VALID);
    calendar.setRepeatedWallTimeOption(UCAL_WALLTIME_FIRST);
    calendar.clear();
    calendar.set(year, month - 1, day, hour, minute, 0);
    const auto utc = calendar.getTime(status);
    must_succeed(status);
    return Moment{milliseconds{static_cast<std::int64_t>(utc)}};
}

}  // namespace lazaret
