#include "base/words/local_time.hpp"

#include <fmt/format.h>

#include <ostream>
#include <string>

#include "base/words/words.hpp"
#include "tests/support/catch.hpp"

using namespace lazaret;
using namespace std::chrono_literals;

namespace lazaret {
std::ostream& operator<<(std::ostream& out, const LocalTime& value)
{
    return out << fmt::format("{:04}-{:02}-{:02} {:02}:{:02} ({})", value.year, value.month,
                              value.day, value.hour, value.minute, value.weekday);
}
}  // namespace lazaret

namespace {

Moment utc(int year, unsigned month, unsigned day, int hour, int minute)
{
    return std::chrono::sys_days{std::chrono::year{year} / std::chrono::month{month} /
                                 std::chrono::day{day}} +
           std::chrono::hours{hour} + std::chrono::minutes{minute};
}

constexpr auto zurich = "Europe/Zurich";
constexpr auto new_york = "America/New_York";
constexpr auto lord_howe = "Australia/Lord_Howe";  // daylight saving is half an hour
constexpr auto kathmandu = "Asia/Kathmandu";       // UTC+5:45, no daylight saving
constexpr auto apia = "Pacific/Apia";              // left out 30 December 2011

}  // namespace

TEST_CASE("what the clocks of a zone show at a moment", "[words]")
{
    struct Row {
        const char* says;
        const char* zone;
        Moment moment;
        LocalTime shown;
    };
    const auto row = GENERATE(values<Row>({
        {"winter", zurich, utc(2017, 1, 19, 13, 20), {2017, 1, 19, 14, 20, 4}},
        {"summer", zurich, utc(2017, 7, 19, 22, 20), {2017, 7, 20, 0, 20, 4}},
        {"the last minute before spring", zurich, utc(2026, 3, 29, 0, 59), {2026, 3, 29, 1, 59, 7}},
        {"the first minute of spring", zurich, utc(2026, 3, 29, 1, 0), {2026, 3, 29, 3, 0, 7}},
        {"the first 02:30 of autumn", zurich, utc(2026, 10, 25, 0, 30), {2026, 10, 25, 2, 30, 7}},
        {"the second 02:30 of autumn", zurich, utc(2026, 10, 25, 1, 30), {2026, 10, 25, 2, 30, 7}},
        {"the evening before, overseas",
         new_york,
         utc(2026, 1, 1, 4, 59),
         {2025, 12, 31, 23, 59, 3}},
        {"spring overseas", new_york, utc(2026, 3, 8, 7, 0), {2026, 3, 8, 3, 0, 7}},
        {"half an hour of spring", lord_howe, utc(2026, 10, 3, 15, 30), {2026, 10, 4, 2, 30, 7}},
        {"half an hour of autumn", lord_howe, utc(2026, 4, 4, 15, 0), {2026, 4, 5, 1, 30, 7}},
        {"three quarters of an hour", kathmandu, utc(2026, 2, 28, 18, 15), {2026, 3, 1, 0, 0, 7}},
        {"after a day that was left out", apia, utc(2011, 12, 30, 10, 0), {2011, 12, 31, 0, 0, 6}},
        {"a leap day", "UTC", utc(2028, 2, 29, 12, 0), {2028, 2, 29, 12, 0, 2}},
        {"an unknown zone is UTC", "Mars/Olympus", utc(2026, 7, 1, 8, 5), {2026, 7, 1, 8, 5, 3}},
        {"no zone is UTC", "", utc(2026, 7, 1, 8, 5), {2026, 7, 1, 8, 5, 3}},
        {"before 1970", "UTC", utc(1969, 12, 31, 23, 59) + 999999us, {1969, 12, 31, 23, 59, 3}},
    }));
    DYNAMIC_SECTION(row.says) { CHECK(local_time(row.moment, row.zone) == row.shown); }
}

TEST_CASE("the moment at which the clocks of a zone show something", "[words]")
{
    struct Row {
        const char* says;
        const char* zone;
        LocalTime shown;  // without its weekday
        Moment moment;
    };
    const auto row = GENERATE(values<Row>({
        {"winter", zurich, {2026, 1, 19, 7, 0, 0}, utc(2026, 1, 19, 6, 0)},
        {"summer", zurich, {2026, 7, 19, 7, 0, 0}, utc(2026, 7, 19, 5, 0)},
        {"before the gap", zurich, {2026, 3, 29, 1, 59, 0}, utc(2026, 3, 29, 0, 59)},
        {"where the gap begins", zurich, {2026, 3, 29, 2, 0, 0}, utc(2026, 3, 29, 1, 0)},
        {"in the gap", zurich, {2026, 3, 29, 2, 59, 0}, utc(2026, 3, 29, 1, 0)},
        {"after the gap", zurich, {2026, 3, 29, 3, 1, 0}, utc(2026, 3, 29, 1, 1)},
        {"twice, Zurich", zurich, {2026, 10, 25, 2, 30, 0}, utc(2026, 10, 25, 0, 30)},
        {"after what comes twice", zurich, {2026, 10, 25, 3, 0, 0}, utc(2026, 10, 25, 2, 0)},
        {"in the gap, New York", new_york, {2026, 3, 8, 2, 15, 0}, utc(2026, 3, 8, 7, 0)},
        {"twice, New York", new_york, {2026, 11, 1, 1, 30, 0}, utc(2026, 11, 1, 5, 30)},
        {"in the gap, Lord Howe", lord_howe, {2026, 10, 4, 2, 10, 0}, utc(2026, 10, 3, 15, 30)},
        {"twice, Lord Howe", lord_howe, {2026, 4, 5, 1, 45, 0}, utc(2026, 4, 4, 14, 45)},
        {"Kathmandu", kathmandu, {2026, 3, 29, 7, 0, 0}, utc(2026, 3, 29, 1, 15)},
        {"a day left out", apia, {2011, 12, 30, 7, 0, 0}, utc(2011, 12, 30, 10, 0)},
        {"an unknown zone is UTC",
         "Mars/Olympus",
         {2026, 3, 29, 2, 30, 0},
         utc(2026, 3, 29, 2, 30)},
        {"day 0", "UTC", {2026, 3, 0, 7, 0, 0}, utc(2026, 2, 28, 7, 0)},
        {"month 13", zurich, {2026, 13, 1, 7, 0, 0}, utc(2027, 1, 1, 6, 0)},
        {"hour 24", zurich, {2026, 3, 28, 24, 0, 0}, utc(2026, 3, 28, 23, 0)},
    }));
    DYNAMIC_SECTION(row.says)
    {
        const auto& shown = row.shown;
        CHECK(moment_of(shown.year, shown.month, shown.day, shown.hour, shown.minute, row.zone) ==
              row.moment);
    }
}

TEST_CASE("a moment goes to the clock and back on every hour of a year", "[words]")
{
    const std::string zone = GENERATE("UTC", zurich, new_york, lord_howe, kathmandu);
    long twice = 0;
    for (auto moment = utc(2026, 1, 1, 0, 0); moment < utc(2027, 1, 1, 0, 0); moment += 15min) {
        const auto shown = local_time(moment, zone);
        const auto back =
            moment_of(shown.year, shown.month, shown.day, shown.hour, shown.minute, zone);
        if (back == moment) continue;
        // Only the second of two equal times comes back as another moment: the first.
        ++twice;
        REQUIRE(back < moment);
        REQUIRE(local_time(back, zone) == shown);
    }
    const long quarters = zone == lord_howe ? 2 : zone == zurich || zone == new_york ? 4 : 0;
    CHECK(twice == quarters);
}

TEST_CASE("which names are time zones", "[words]")
{
    for (const auto* name : {"UTC", "Etc/UTC", "GMT", "Europe/Zurich", "America/Argentina/Ushuaia",
                             "Asia/Calcutta", "Asia/Kolkata", "EST5EDT", "CET"}) {
        CAPTURE(name);
        CHECK(is_time_zone(name));
    }
    for (const auto* name :
         {"", "Europe", "Europe/Zuerich", "europe/zurich", "GMT+3", "GMT+03:00", "UTC+1", "BST",
          "CST", "Etc/Unknown", "SystemV/EST5", "Europe/Zurich ", "../Europe/Zurich", "Zürich"}) {
        CAPTURE(name);
        CHECK_FALSE(is_time_zone(name));
    }
    CHECK_FALSE(is_time_zone(std::string(100000, 'x')));
    CHECK_FALSE(is_time_zone(std::string("UTC\0x", 5)));
}
