#include "base/records/settings.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/print.hpp"

using namespace lazaret;

TEST_CASE("a setting takes what its table says and nothing else", "[settings]")
{
    struct Row {
        std::string name;
        std::string value;
        bool good;
    };
    const auto row = GENERATE(values<Row>({
        {"hold_at", "4.5", true},
        {"hold_at", "-100", true},
        {"hold_at", "100.1", false},
        {"hold_at", "nan", false},
        {"hold_at", "inf", false},
        {"hold_at", "5 ", false},
        {"hold_at", "", false},
        {"refuse_at", "20", true},
        {"rule_scores", "", true},
        {"rule_scores", "FREEMAIL_FROM=0.5 HTML_IMAGE_ONLY_28=0, MISSING_MID=+1,T_X=-2", true},
        {"rule_scores", "FREEMAIL_FROM", false},
        {"rule_scores", "A=1 B=x", false},
        {"action.spam", "tag", true},
        {"action.spam", "later", false},
        {"action.unscanned", "later", true},
        {"action.spam", "Tag", false},
        {"action.nothing", "tag", false},
        {"action.", "tag", false},
        {"retention.spam", "1", true},
        {"retention.spam", "366", true},
        {"retention.spam", "0", false},
        {"retention.spam", "367", false},
        {"retention.spam", "1.5", false},
        {"retention.spam", "99999999999999999999", false},
        {"tag_is_same_recipient", "off", true},
        {"tag_is_same_recipient", "false", false},
        {"subject_mark", "[doubtful]", true},
        {"subject_mark", "", false},
        {"subject_mark", "a\r\nBcc: b", false},
        {"subject_mark", "é", false},
        {"subject_mark", std::string(60, 'x'), true},
        {"subject_mark", std::string(61, 'x'), false},
        {"tag_is_same_recipient", "no", true},
        {"report.frequency", "none", true},
        {"report.frequency", "workdays", true},
        {"report.frequency", "hourly", false},
        {"report.frequency", "", false},
        {"report.hour", "0", true},
        {"report.hour", "23", true},
        {"report.hour", "24", false},
        {"report.hour", "-1", false},
        {"report.hour", "7:30", false},
        {"report.weekday", "sunday", true},
        {"report.weekday", "Sunday", false},
        {"report.weekday", "7", false},
        {"report.weekday", "", false},
        {"report.monthday", "1", true},
        {"report.monthday", "31", true},
        {"report.monthday", "0", false},
        {"report.monthday", "32", false},
        {"report.format", "link", true},
        {"report.format", "text", true},
        {"report.format", "pdf", false},
        {"report.format", "", false},
        {"report.empty", "yes", true},
        {"report.empty", "no", true},
        {"report.empty", "on", true},
        {"report.empty", "maybe", false},
        {"report.", "daily", false},
        {"time_zone", "Europe/Zurich", true},
        {"time_zone", "Etc/GMT+5", true},
        {"time_zone", "", true},
        {"time_zone", "../etc/passwd", false},
        {"time_zone", "Europe/Zürich", false},
        {"time_zone", std::string(64, 'A'), true},
        {"time_zone", std::string(65, 'A'), false},
        {"language", "fr", true},
        {"language", "nb", true},
        {"language", "FR", false},
        {"language", "xx", false},
        {"language", "", false},
        {"unknown", "1", false},
        {"", "", false},
    }));
    CAPTURE(row.name, row.value);
    ChosenSettings chosen;
    const auto problem = choose(chosen, row.name, row.value);
    CHECK(problem.has_value() != row.good);
    CHECK(chosen.empty() != row.good);
    if (problem) CHECK_FALSE(problem->empty());
}

TEST_CASE("every setting of the table can be set to its default and read back", "[settings]")
{
    ChosenSettings chosen;
    for (const auto& row : all_settings()) {
        CAPTURE(row.name);
        CHECK(value_text(Settings{}, row.name) == row.standard);
        CHECK_FALSE(choose(chosen, row.name, row.standard).has_value());
        CHECK_FALSE(row.sentence.empty());
    }
    Settings settings;
    overlay(settings, chosen, Owner::site());
    CHECK(settings.winners.size() == all_settings().size());
    for (const auto& row : all_settings()) CHECK(value_text(settings, row.name) == row.standard);
}

TEST_CASE("what somebody chose about reports is what he gets", "[settings]")
{
    ChosenSettings chosen;
    choose(chosen, "report.frequency", "workdays");
    choose(chosen, "report.hour", "18");
    choose(chosen, "report.weekday", "thursday");
    choose(chosen, "report.monthday", "15");
    choose(chosen, "report.format", "text");
    choose(chosen, "report.empty", "yes");
    choose(chosen, "time_zone", "America/Montreal");
    choose(chosen, "language", "fr");
    Settings settings;
    overlay(settings, chosen, Owner::site());
    CHECK(settings.report_frequency == ReportFrequency::Workdays);
    CHECK(settings.report_hour == 18);
    CHECK(settings.report_weekday == 4);
    CHECK(settings.report_monthday == 15);
    CHECK(settings.report_format == ReportFormat::Text);
    CHECK(settings.report_empty);
    CHECK(value_text(settings, "report.empty") == "on");
    CHECK(settings.time_zone == "America/Montreal");
    CHECK(settings.language == "fr");
    for (const auto frequency :
         {ReportFrequency::None, ReportFrequency::Daily, ReportFrequency::Workdays,
          ReportFrequency::Weekly, ReportFrequency::Monthly})
        CHECK(report_frequency_of(token(frequency)) == frequency);
}

TEST_CASE("a later level takes over what it has chosen, and is named once", "[settings]")
{
    Settings settings;
    ChosenSettings site;
    choose(site, "hold_at", "4");
    choose(site, "action.spam", "refuse");
    ChosenSettings account;
    choose(account, "hold_at", "6");
    overlay(settings, site, Owner::site());
    overlay(settings, account, Owner::account(17));
    CHECK(settings.hold_at == 6.0);
    CHECK(settings.action(Class::Spam) == Action::Refuse);
    CHECK(settings.action(Class::Denied) == Action::Hold);
    const std::vector<Settings::Winner> winners = {{"action.spam", Owner::site()},
                                                   {"hold_at", Owner::account(17)}};
    CHECK(settings.winners == winners);
}

TEST_CASE("rule scores of the levels add up, rule by rule", "[settings]")
{
    const auto chosen = [](const char* value) {
        ChosenSettings settings;
        REQUIRE_FALSE(choose(settings, "rule_scores", value).has_value());
        return settings;
    };
    Settings settings;
    overlay(settings, chosen("A=1 B=2"), Owner::site());
    overlay(settings, {}, Owner::tenant(3));
    overlay(settings, chosen("C=4 B=3"), Owner::domain("example.org"));
    CHECK(value_text(settings, "rule_scores") == "A=1 B=3 C=4");
    const std::vector<Settings::Winner> winners = {{"rule_scores", Owner::site()},
                                                   {"rule_scores", Owner::domain("example.org")}};
    CHECK(settings.winners == winners);
}

TEST_CASE("an owner is read as it is written", "[settings]")
{
    for (const auto& owner : {Owner::site(), Owner::tenant(3), Owner::domain("example.org"),
                              Owner::account(17), Owner::address("a:b@example.org")})
        CHECK(owner_of(owner.text()) == owner);
    CHECK(owner_of("tenant:03") == Owner::tenant(3));
    CHECK(Owner::domain("example.org").text() == "domain:example.org");
    for (const auto* text : {"", "tenant", "site:", "site:3", "planet:earth", ":3", "tenant:0"}) {
        CAPTURE(text);
        CHECK_FALSE(owner_of(text).has_value());
    }
}
