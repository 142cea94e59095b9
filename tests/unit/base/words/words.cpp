#include "base/words/words.hpp"

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include "base/records/settings.hpp"
#include "tests/support/catch.hpp"

using namespace lazaret;
using namespace std::chrono_literals;

namespace {

/// 19 January 2017, 13:20 UTC
constexpr Moment winter = std::chrono::sys_days{std::chrono::year{2017} / 1 / 19} + 13h + 20min;
/// 31 July 2026, 22:05 UTC
constexpr Moment summer = std::chrono::sys_days{std::chrono::year{2026} / 7 / 31} + 22h + 5min;
constexpr auto zurich = "Europe/Zurich";

}  // namespace

TEST_CASE("dates are written as in each language", "[words]")
{
    struct Row {
        const char* language;
        const char* winter;
        const char* summer;
    };
    const auto row = GENERATE(values<Row>({
        {"en", "19 Jan 2017 14:20", "1 Aug 2026 00:05"},
        {"fr", "19 janv. 2017 14:20", "1 août 2026 00:05"},
        {"de", "19. Jan. 2017 14:20", "1. Aug. 2026 00:05"},
        {"es", "19 ene 2017 14:20", "1 ago 2026 0:05"},
        {"it", "19 gen 2017 14:20", "1 ago 2026 00:05"},
        {"nl", "19 jan 2017 14:20", "1 aug 2026 00:05"},
        {"pl", "19 sty 2017 14:20", "1 sie 2026 00:05"},
        {"nb", "19. jan. 2017 14:20", "1. aug. 2026 00:05"},
    }));
    DYNAMIC_SECTION(row.language)
    {
        const Words words{row.language, zurich};
        CHECK(words.language().code == row.language);
        CHECK(words.date_time(winter) == row.winter);
        CHECK(words.date_time(summer) == row.summer);
        CHECK(words.date(winter) + ' ' + words.time(winter) == row.winter);
    }
}

TEST_CASE("a day is itself in every zone", "[words]")
{
    const Day day = std::chrono::year{2026} / 3 / 29;
    for (const auto* zone : {"Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC"}) {
        CAPTURE(zone);
        CHECK(Words("fr", zone).date(day) == "29 mars 2026");
    }
}

TEST_CASE("a zone has the name that it has then", "[words]")
{
    CHECK(Words("de", zurich).zone_name(winter) == "MEZ");
    CHECK(Words("de", zurich).zone_name(summer) == "MESZ");
    CHECK(Words("fr", "Asia/Kathmandu").zone_name(winter) == "UTC+5:45");
    CHECK(Words("fr", zurich).zone() == zurich);
    const Words unknown{"fr", "Mars/Olympus"};
    CHECK(unknown.zone() == "UTC");
    CHECK(unknown.date_time(winter) == "19 janv. 2017 13:20");
    CHECK(unknown.zone_name(winter) == "UTC");
    for (const auto* name : {"", "UTC", "Mars/Olympus"})
        CHECK(Words("en", name).zone_name(summer) == "UTC");
}

TEST_CASE("French puts a blank before a colon", "[words]")
{
    CHECK(Words("en", "UTC").colon() == ":");
    CHECK(Words("de", "UTC").colon() == ":");
    CHECK(Words("fr", "UTC").colon() == "\u00a0:");
}

TEST_CASE("the days of the week have their names", "[words]")
{
    CHECK(Words("en", zurich).weekday(1) == "Monday");
    CHECK(Words("fr", zurich).weekday(3) == "mercredi");
    CHECK(Words("de", "Pacific/Kiritimati").weekday(7) == "Sonntag");
}

TEST_CASE("every time zone that is offered is one", "[words]")
{
    const auto& all = all_time_zones();
    CHECK(all.size() > 300);
    CHECK(all.size() < 700);
    CHECK(all.front() == "UTC");
    CHECK(std::is_sorted(all.begin() + 1, all.end()));
    for (const auto& zone : all) {
        CAPTURE(zone);
        CHECK(is_time_zone(zone));
        ChosenSettings chosen;
        CHECK_FALSE(choose(chosen, "time_zone", zone));
    }
    for (const std::string wanted : {"Europe/Zurich", "America/New_York", "Asia/Kolkata"})
        CHECK(std::find(all.begin(), all.end(), wanted) != all.end());
}

TEST_CASE("every language of the catalogues can be chosen, and no other", "[words][settings]")
{
    std::string all;
    for (const auto& language : all_languages())
        all += (all.empty() ? "" : ", ") + std::string{language.code};
    const auto row = std::find_if(all_settings().begin(), all_settings().end(),
                                  [](const auto& one) { return one.name == "language"; });
    REQUIRE(row != all_settings().end());
    CHECK(row->values == all);
}

TEST_CASE("numbers are written as in each language", "[words]")
{
    struct Row {
        const char* language;
        double value;
        int decimals;
        const char* text;
    };
    const auto row = GENERATE(values<Row>({
        {"en", 7.25, 1, "7.3"},
        {"fr", 7.25, 1, "7,3"},
        {"fr", 5, 1, "5,0"},
        {"de", 1234567, 0, "1.234.567"},
        {"en", 1234.5, 2, "1,234.50"},
        {"fr", -0.01, 1, "0,0"},
        {"de", -2.5, 1, "-2,5"},
        {"en", 1, -3, "1"},
        {"en", 1, 99, "1.000000"},
    }));
    DYNAMIC_SECTION(row.language << ' ' << row.text)
    {
        CHECK(Words(row.language, zurich).number(row.value, row.decimals) == row.text);
    }
}

TEST_CASE("the form of a text follows the number", "[words]")
{
    struct Row {
        const char* language;
        long count;
        const char* text;
    };
    const auto row = GENERATE(values<Row>({
        {"en", 0, "In quarantine: 0 messages"},
        {"en", 1, "In quarantine: 1 message"},
        {"en", 7, "In quarantine: 7 messages"},
        {"en", 1234, "In quarantine: 1,234 messages"},
        {"fr", 0, "En quarantaine\u00A0: 0 message"},
        {"fr", 1, "En quarantaine\u00A0: 1 message"},
        {"fr", 7, "En quarantaine\u00A0: 7 messages"},
        {"de", 0, "In Quarantäne: 0 Nachrichten"},
        {"de", 1, "In Quarantäne: 1 Nachricht"},
        {"pl", 1, "W kwarantannie: 1 wiadomość"},
        {"pl", 3, "W kwarantannie: 3 wiadomości"},
        {"nb", 5'000'000'001, "I karantene: 5\u00a0000\u00a0000\u00a0001 meldinger"},
    }));
    DYNAMIC_SECTION(row.language << ' ' << row.count)
    {
        CHECK(Words(row.language, zurich)
                  .plural("In quarantine: {count} message", "In quarantine: {count} messages",
                          row.count) == row.text);
    }
}

TEST_CASE("values are put into a text once", "[words]")
{
    const Words words{"fr", zurich};
    const std::map<std::string, std::string> values = {
        {"a", "{b} {a} {c"}, {"b", "second"}, {"", "nothing"}};
    CHECK(words("x {a} y {b} z", values) == "x {b} {a} {c y second z");
    CHECK(words("{missing} {a", values) == "{missing} {a");
    CHECK(words("{ {b} }} {}", values) == "{ second }} nothing");
    CHECK(words("{count} of {total}", {}) == "{count} of {total}");
    CHECK(words.plural("{count} {a}", "{count} {a}s", 2, {{"a", "{count}"}, {"count", "no"}}) ==
          "2 {count}s");
}

TEST_CASE("a text without translation stays English", "[words]")
{
    const Words words{"fr", zurich};
    CHECK(words("Nobody translates this.") == "Nobody translates this.");
    CHECK(words.plural("{count} untranslated", "{count} untranslateds", 2) == "2 untranslateds");
    CHECK(words("").empty());
    CHECK(Words("xx", zurich).language().code == "en");
    CHECK(Words("", zurich).language().code == "en");
    CHECK(Words("../fr", zurich).language().code == "en");
}

TEST_CASE("several threads may speak at once", "[words]")
{
    std::vector<std::thread> threads;
    std::vector<int> wrong(4);
    for (auto& mistakes : wrong)
        threads.emplace_back([&mistakes] {
            for (int i = 0; i < 200; ++i) {
                const auto& language = all_languages()[static_cast<std::size_t>(i) % 8];
                const Words words{language.code, i % 2 ? zurich : "Asia/Tokyo"};
                if (words.time(winter) != (i % 2 ? "14:20" : "22:20")) ++mistakes;
                if (words.number(2, 0) != "2" || words.zone_name(winter).empty()) ++mistakes;
                if (words.plural("{count} a", "{count} b", 2) != "2 b") ++mistakes;
            }
        });
    for (auto& thread : threads) thread.join();
    CHECK(wrong == std::vector<int>(4));
}
