#include "base/clock.hpp"

#include <fmt/format.h>

namespace lazaret {

Moment system_now()
{
    return std::chrono::time_point_cast<std::chrono::microseconds>(
        std::chrono::system_clock::now());
}

std::string day_text(Day day)
{
    const std::chrono::year_month_day date{day};
    return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

std::string utc_text(Moment moment)
{
    const auto day = std::chrono::floor<std::chrono::days>(moment);
    const std::chrono::hh_mm_ss time{std::chrono::floor<std::chrono::seconds>(moment - day)};
    return fmt::format("{}T{:02}:{:02}:{:02}Z", day_text(day), time.hours().count(),
                       time.minutes().count(), time.seconds().count());
}

}  // namespace lazaret
