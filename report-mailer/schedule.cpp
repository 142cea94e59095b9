#include "report-mailer/schedule.hpp"

#include <algorithm>

#include "base/words/local_time.hpp"

namespace lazaret::report {
namespace {

constexpr int most_days_back = 32;  // its day in this month, or in the one before

int days_of_month(const LocalTime& local)
{
    return static_cast<int>(static_cast<unsigned>(
        (std::chrono::year{local.year} / local.month / std::chrono::last).day()));
}

bool is_day_of(const Schedule& schedule, const LocalTime& local)
{
    switch (schedule.frequency) {
        case ReportFrequency::None: return false;
        case ReportFrequency::Daily: return true;
        case ReportFrequency::Workdays: return local.weekday <= 5;
        case ReportFrequency::Weekly: return local.weekday == schedule.weekday;
        case ReportFrequency::Monthly:
            return local.day == std::min(schedule.monthday, days_of_month(local));
    }
    return false;
}

// The hour of the last day on which what ends so soon can be told of.
std::optional<Moment> last_chance(Schedule schedule, Day first_expiry, Moment now)
{
    if (schedule.frequency == ReportFrequency::None) return std::nullopt;
    schedule.frequency = ReportFrequency::Daily;
    const auto due = last_due(schedule, now);
    if (!due || std::chrono::floor<std::chrono::days>(*due) + std::chrono::days{1} < first_expiry)
        return std::nullopt;
    return due;
}

}  // namespace

std::optional<Moment> last_due(const Schedule& schedule, Moment now)
{
    if (schedule.frequency == ReportFrequency::None) return std::nullopt;
    const auto today = local_time(now, schedule.zone);
    for (int back = 0; back <= most_days_back; ++back) {
        const auto due =
            moment_of(today.year, today.month, today.day - back, schedule.hour, 0, schedule.zone);
        if (due <= now && is_day_of(schedule, local_time(due, schedule.zone))) return due;
    }
    return std::nullopt;
}

std::optional<store::ReportPeriod> due_period(const Schedule& schedule,
                                              std::optional<Moment> last_end,
                                              std::optional<Day> first_expiry, Moment now)
{
    auto due = last_due(schedule, now);
    if (first_expiry) due = std::max(due, last_chance(schedule, *first_expiry, now));
    if (!due) return std::nullopt;
    const auto end = *due - store::Reports::settled_after;
    if (last_end && *last_end >= end) return std::nullopt;
    return store::ReportPeriod{last_end, end};
}

bool rests_after(int refusals, Moment last, Moment now)
{
    constexpr int most_doublings = 6;
    if (refusals < 1) return false;
    const auto rest = std::chrono::minutes{30} * (1 << std::min(refusals - 1, most_doublings));
    return now - last < std::min<Moment::duration>(rest, std::chrono::hours{24});
}

}  // namespace lazaret::report
