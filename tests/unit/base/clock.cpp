#include "base/clock.hpp"

#include "tests/support/catch.hpp"

using namespace lazaret;
using namespace std::chrono_literals;

TEST_CASE("moments and days are shown in UTC", "[clock]")
{
    const Day day{std::chrono::year{2026} / 11 / 3};
    CHECK(day_text(day) == "2026-11-03");
    CHECK(utc_text(Moment{day} + 15h + 4min + 5s + 999'999us) == "2026-11-03T15:04:05Z");
    CHECK(utc_text(Moment{}) == "1970-01-01T00:00:00Z");
    CHECK(utc_text(Moment{} - 1us) == "1969-12-31T23:59:59Z");
    CHECK(day_text(Day{std::chrono::year{2028} / 2 / 29}) == "2028-02-29");
}

TEST_CASE("the clock of the machine goes forward", "[clock]")
{
    const auto first = system_now();
    CHECK(system_now() >= first);
    CHECK(first > Moment{Day{std::chrono::year{2024} / 1 / 1}});
}
