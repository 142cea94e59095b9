#pragma once

#include <chrono>
#include <functional>
#include <string>

namespace lazaret {

/// A moment in UTC, to the microsecond, as PostgreSQL keeps it.
using Moment = std::chrono::sys_time<std::chrono::microseconds>;

/// A calendar day in UTC; the unit in which held mail expires.
using Day = std::chrono::sys_days;

/// The seam through which programs ask for the time, so that tests can move it.
using Now = std::function<Moment()>;

/// The clock of the machine, as a Now.
Moment system_now();

/// `2026-11-23T15:04:05Z`
std::string utc_text(Moment moment);

/// `2026-11-23`
std::string day_text(Day day);

}  // namespace lazaret
