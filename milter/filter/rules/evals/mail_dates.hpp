#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace lazaret::filter::rules {

/// When a date of a mail (RFC 5322 3.3, and what else stands in Date and Received) is, to the
/// second, as SpamAssassin reads it.
///
/// Day, month and year are looked for first, then a time, then a zone, wherever they stand; what is
/// out of range is moved to the nearest value (years: 1970 to 2037), no time is midnight, an
/// unknown zone UTC. None when there is no day with month and year, or the day is 0.
std::optional<std::chrono::sys_seconds> mail_date(std::string_view text);

/// The part of a Received field that is its date, with time and zone; empty when there is none.
std::string_view received_date(std::string_view field);

}  // namespace lazaret::filter::rules
