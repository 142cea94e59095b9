#include "tools/lazaretctl/arguments.hpp"

#include "base/error.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/print.hpp"

using namespace lazaret;
using namespace lazaret::tools;
using namespace std::chrono;
using namespace std::chrono_literals;

namespace {
const Moment now = sys_days{2026y / November / 23} + 15h + 30min;
}

TEST_CASE("a time is a span or a day", "[arguments]")
{
    struct Row {
        const char* says;
        std::string text;
        Moment since;
        Moment until;
    };
    const auto row = GENERATE(values<Row>({
        {"minutes", "90min", now - 90min, now + 90min},
        {"hours", "12h", now - 12h, now + 12h},
        {"days", "7d", now - 168h, now + 168h},
        {"weeks", "2w", now - 336h, now + 336h},
        {"a day", "2026-11-23", sys_days{2026y / November / 23},
         sys_days{2026y / November / 24} - 1us},
    }));
    DYNAMIC_SECTION(row.says)
    {
        CHECK(since_argument(row.text, now) == row.since);
        CHECK(until_argument(row.text, now) == row.until);
    }
}

TEST_CASE("what is to come is not over already", "[arguments]")
{
    for (const auto* text : {"0d", "2025-11-23", "1970-01-01"}) {
        CHECK(since_argument(text, now) <= now);
        CHECK_THROWS_WITH(until_argument(text, now), Catch::Contains("is over already"));
    }
}

TEST_CASE("what is no time, class, reference or sender is a usage error", "[arguments]")
{
    for (const auto* text : {"", "7", "d", "-1d", "7days", "2026-13-01", "2026-02-30", "2026-1-1",
                             "99999999999999999999d", "9999999d", "7 d"}) {
        CHECK_THROWS_AS(since_argument(text, now), Error);
        CHECK_THROWS_AS(until_argument(text, now), Error);
    }
    CHECK_THROWS_AS(class_argument("Spam"), Error);
    CHECK_THROWS_AS(class_argument(""), Error);
    CHECK_THROWS_AS(reference_argument("abc"), Error);
    CHECK_THROWS_AS(reference_argument("abcdefghjkm\x1b"), Error);
    CHECK_THROWS_AS(sender_argument("*"), Error);
    try {
        class_argument("junk");
        FAIL("junk is no class");
    } catch (const Error& error) {
        CHECK(error.kind() == Error::Kind::Usage);
        CHECK(error.hint().find("spam-certain") != std::string::npos);
    }
}

TEST_CASE("what is understood", "[arguments]")
{
    CHECK(class_argument("spam-certain") == Class::SpamCertain);
    CHECK(reference_argument("ABCD-efgh-JKMN").text() == "abcdefghjkmn");
    CHECK(sender_argument(".Example.org").text == ".example.org");
    CHECK_FALSE(acting_person().name.empty());
    CHECK(acting_person().role == Role::SiteAdministrator);
}
