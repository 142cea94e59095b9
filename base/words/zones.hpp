#pragma once

#include <unicode/timezone.h>

#include <string_view>

namespace lazaret {

/// ICU's rules of a time zone, kept for the process; UTC's for a name that is not there. Its const
/// functions may be used by several threads at once.
const icu::TimeZone& time_zone(std::string_view name);

}  // namespace lazaret
