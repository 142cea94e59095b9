#include "report-mailer/schedule.hpp"

#include "base/words/local_time.hpp"
#include "tests/support/catch.hpp"

using namespace lazaret;
using namespace lazaret::report;
using namespace std::chrono_literals;

namespace {

struct Row {
    const char* name;
    ReportFrequency frequency;
    int hour;
    const char* zone;
    const char* now;  ///< UTC
    const char* due;  ///< UTC; empty: never
};

Moment utc(std::string_view text)
{
    const auto number = [&](std::size_t at, std::size_t digits) {
        return std::stoi(std::string{text.substr(at, digits)});
    };
    return moment_of(number(0, 4), number(5, 2), number(8, 2), number(11, 2), number(14, 2), "UTC");
}

}  // namespace

TEST_CASE("A report is due at its hour, by the clocks of its reader", "[report][schedule]")
{
    using enum ReportFrequency;
    const auto row = GENERATE(values<Row>({
        {"before the hour it was yesterday", Daily, 7, "Europe/Zurich", "2026-11-23 05:59",
         "2026-11-22 06:00"},
        {"at the hour it is now", Daily, 7, "Europe/Zurich", "2026-11-23 06:00",
         "2026-11-23 06:00"},
        {"east of us the day is another one", Daily, 7, "Pacific/Auckland", "2026-11-23 19:00",
         "2026-11-23 18:00"},
        {"without a zone it is UTC", Daily, 7, "", "2026-11-23 07:30", "2026-11-23 07:00"},
        {"a zone that is none is UTC", Daily, 7, "Mars/Base", "2026-11-23 07:30",
         "2026-11-23 07:00"},
        {"the hour that summer time skips", Daily, 2, "Europe/Zurich", "2026-03-29 01:30",
         "2026-03-29 01:00"},
        {"the day after it", Daily, 2, "Europe/Zurich", "2026-03-30 00:30", "2026-03-30 00:00"},
        {"the hour that comes twice is the first", Daily, 2, "Europe/Zurich", "2026-10-25 02:00",
         "2026-10-25 00:00"},
        {"on Sunday it was Friday", Workdays, 7, "UTC", "2026-11-22 12:00", "2026-11-20 07:00"},
        {"early on Monday too", Workdays, 7, "UTC", "2026-11-23 06:59", "2026-11-20 07:00"},
        {"a week ends on Monday", Weekly, 7, "UTC", "2026-11-23 06:59", "2026-11-16 07:00"},
        {"and then", Weekly, 7, "UTC", "2026-11-23 07:00", "2026-11-23 07:00"},
        {"a month on its first", Monthly, 0, "UTC", "2026-03-31 23:59", "2026-03-01 00:00"},
        {"after a long month", Monthly, 7, "UTC", "2026-02-01 06:59", "2026-01-01 07:00"},
        {"a half hour zone", Daily, 7, "Asia/Kathmandu", "2026-11-23 02:00", "2026-11-23 01:15"},
        {"never", None, 7, "UTC", "2026-11-23 12:00", ""},
    }));
    DYNAMIC_SECTION(row.name)
    {
        const auto due = last_due({row.frequency, row.hour, row.zone}, utc(row.now));
        REQUIRE(due.has_value() == (*row.due != '\0'));
        if (due) CHECK(utc_text(*due) == utc_text(utc(row.due)));
    }
}

TEST_CASE("A report comes on the day that its reader chose", "[report][schedule]")
{
    struct Chosen {
        const char* name;
        ReportFrequency frequency;
        int weekday;
        int monthday;
        const char* now;
        const char* due;
    };
    using enum ReportFrequency;
    const auto row = GENERATE(values<Chosen>({
        {"a Thursday", Weekly, 4, 1, "2026-11-26 07:00", "2026-11-26 07:00"},
        {"before it that of last week", Weekly, 4, 1, "2026-11-26 06:59", "2026-11-19 07:00"},
        {"a Sunday", Weekly, 7, 1, "2026-11-28 12:00", "2026-11-22 07:00"},
        {"the fifteenth", Monthly, 1, 15, "2026-11-28 12:00", "2026-11-15 07:00"},
        {"the last of a short month", Monthly, 1, 31, "2026-02-28 07:00", "2026-02-28 07:00"},
        {"of a leap year", Monthly, 1, 30, "2028-02-29 07:00", "2028-02-29 07:00"},
        {"before it the last of a long one", Monthly, 1, 31, "2026-02-28 06:59",
         "2026-01-31 07:00"},
        {"long after a short one", Monthly, 1, 31, "2026-03-31 06:59", "2026-02-28 07:00"},
        {"daily, whatever the day", Daily, 4, 15, "2026-11-28 12:00", "2026-11-28 07:00"},
    }));
    DYNAMIC_SECTION(row.name)
    {
        const auto due =
            last_due({row.frequency, 7, "UTC", row.weekday, row.monthday}, utc(row.now));
        REQUIRE(due);
        CHECK(utc_text(*due) == utc_text(utc(row.due)));
    }
}

TEST_CASE("Periods follow each other without gap or overlap", "[report][schedule]")
{
    Schedule schedule{ReportFrequency::Daily, 7, "Europe/Zurich"};
    std::optional<Moment> last;
    int reports = 0;
    // Every quarter of an hour of a year; now and then somebody changes his mind.
    auto now = utc("2026-01-01 00:00");
    for (int run = 0; run < 365 * 96; ++run, now += 15min) {
        if (run % 5'000 == 0) schedule.hour = (schedule.hour + 5) % 24;
        if (run == 20'000) schedule.frequency = ReportFrequency::Weekly;
        if (run == 22'000) schedule.weekday = 5;
        if (run == 24'000) schedule.frequency = ReportFrequency::Daily;
        const auto period = due_period(schedule, last, std::nullopt, now);
        if (!period) continue;
        REQUIRE(period->begin == last);
        REQUIRE((!last || period->end > *last));
        REQUIRE(period->end <= now - store::Reports::settled_after);
        last = period->end;
        ++reports;
    }
    CHECK(reports > 320);
    CHECK(reports < 375);
}

TEST_CASE("Nothing is deleted before a report told of it, however rare reports are",
          "[report][schedule]")
{
    struct Mail {
        Moment received;
        Day expires;
        bool is_told = false;
    };
    const auto frequency = GENERATE(ReportFrequency::Weekly, ReportFrequency::Workdays,
                                    ReportFrequency::Monthly, ReportFrequency::Daily);
    const int kept = GENERATE(1, 3, 14);
    const std::string zone =
        GENERATE("UTC", "Europe/Zurich", "America/Los_Angeles", "Pacific/Auckland");
    const Schedule schedule{frequency, 7, zone};
    CAPTURE(token(frequency), kept, zone);
    std::vector<Mail> mails;
    std::optional<Moment> last;
    std::size_t lost = 0;
    for (auto now = utc("2026-01-01 00:00"); now < utc("2026-04-01 00:00"); now += 15min) {
        const auto today = std::chrono::floor<std::chrono::days>(now);
        const auto of_day = now - today;
        if (of_day == 30min || of_day == 12h)
            mails.push_back({now, today + std::chrono::days{kept}});
        std::optional<Day> first;
        for (const auto& mail : mails)
            if (!mail.is_told && mail.expires >= today &&
                mail.expires <= today + std::chrono::days{1})
                first = std::min(first.value_or(mail.expires), mail.expires);
        lost += static_cast<std::size_t>(std::ranges::count_if(
            mails, [&](const Mail& mail) { return !mail.is_told && mail.expires < today; }));
        std::erase_if(mails, [&](const Mail& mail) { return mail.expires < today; });
        const auto period = due_period(schedule, last, first, now);
        if (!period) continue;
        if (last) CHECK(period->end + store::Reports::settled_after == now);
        last = period->end;
        for (auto& mail : mails) mail.is_told = mail.is_told || mail.received <= period->end;
    }
    CHECK(lost == 0);
}

TEST_CASE("A report that is off stays off, whatever ends", "[report][schedule]")
{
    const auto now = utc("2026-11-23 08:00");
    const auto today = std::chrono::floor<std::chrono::days>(now);
    CHECK_FALSE(due_period({ReportFrequency::None, 7, "UTC"}, std::nullopt, today, now));
}

TEST_CASE("What is refused for good is tried ever more rarely", "[report][schedule]")
{
    const auto last = utc("2026-11-23 07:00");
    CHECK_FALSE(rests_after(0, last, last));
    CHECK(rests_after(1, last, last + 29min));
    CHECK_FALSE(rests_after(1, last, last + 30min));
    CHECK(rests_after(3, last, last + 119min));
    CHECK_FALSE(rests_after(3, last, last + 120min));
    CHECK(rests_after(1'000, last, last + 23h));
    CHECK_FALSE(rests_after(1'000, last, last + 24h));
}

TEST_CASE("A clock that jumps back sends nothing twice", "[report][schedule]")
{
    const Schedule schedule{ReportFrequency::Daily, 7, "UTC"};
    const auto first = due_period(schedule, std::nullopt, std::nullopt, utc("2026-11-23 07:00"));
    REQUIRE(first);
    CHECK_FALSE(due_period(schedule, first->end, std::nullopt, utc("2026-11-22 12:00")));
    CHECK_FALSE(due_period(schedule, first->end, std::nullopt, utc("2026-11-23 12:00")));
    const auto late = due_period(schedule, first->end, std::nullopt, utc("2026-11-27 12:00"));
    REQUIRE(late);
    CHECK(late->begin == first->end);
    CHECK(late->end == utc("2026-11-27 06:50"));
}
