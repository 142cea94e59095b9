#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/records/settings.hpp"
#include "quarantine-store/reports.hpp"

namespace lazaret::report {

/// When somebody gets his report.
struct Schedule {
    ReportFrequency frequency = ReportFrequency::Daily;
    int hour = 7;
    std::string zone{};  ///< IANA name; empty or unknown: UTC
    int weekday = 1;     ///< of weekly reports: 1 Monday .. 7 Sunday
    int monthday = 1;    ///< of monthly ones; of a shorter month its last day
};

/// The newest moment, at or before `now`, at which the schedule asks for a report: the hour of a
/// day, of its day of the week (weekly) or of the month (monthly). An hour that daylight saving
/// skips is the first moment after the gap.
std::optional<Moment> last_due(const Schedule& schedule, Moment now);

/// What is to be reported now, or nothing. A period ends Reports::settled_after before its hour, so
/// that nothing is late for it. Periods of an account follow each other without gap or
/// overlap, however often the schedule changes; days that were missed are in the next report.
/// @param last_end  where the last report ended.
/// @param first_expiry  the first day after which something is deleted that no report has told of;
/// none: none is, today or tomorrow. Then the hour of a day asks that is no day of the schedule,
/// unless reports are off.
std::optional<store::ReportPeriod> due_period(const Schedule& schedule,
                                              std::optional<Moment> last_end,
                                              std::optional<Day> first_expiry, Moment now);

/// Whether a report that was refused for good is left for now: whoever has left the site would be
/// tried at each run for weeks. Half an hour after the first time, then twice as long each time, up
/// to a day.
/// @param refusals  in a row.  @param last  when the last one was.
bool rests_after(int refusals, Moment last, Moment now);

}  // namespace lazaret::report
