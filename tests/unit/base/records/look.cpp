#include "base/records/look.hpp"

#include "tests/support/catch.hpp"

using namespace lazaret;

TEST_CASE("what a tenant has chosen stands over the site's look", "[look]")
{
    const Look site{"Post", "#123456", "https://help.example.org", "All is well.", "a.png"};
    Settings settings;
    CHECK((look_of(site, settings) == site));
    settings.report_name = "Poste";
    settings.report_colour = "#abcdef";
    CHECK((look_of(site, settings) ==
           Look{"Poste", "#abcdef", "https://help.example.org", "All is well.", "a.png"}));
}

TEST_CASE("ink can be read on every colour", "[look]")
{
    CHECK(ink_on("#1d4e89") == "#ffffff");
    CHECK(ink_on("#000000") == "#ffffff");
    CHECK(ink_on("#ffee00") == "#000000");
    CHECK(ink_on("#FFFFFF") == "#000000");
    // Either side of the grey where both have the same contrast (luminance 0.1791).
    CHECK(ink_on("#757575") == "#ffffff");
    CHECK(ink_on("#767676") == "#000000");
}

TEST_CASE("only a look that can stand in a page and a header is chosen", "[look][settings]")
{
    struct Row {
        const char* name;
        const char* value;
        bool good;
    };
    const auto row = GENERATE(values<Row>({
        {"report.colour", "#1D4e89", true},
        {"report.colour", "", true},
        {"report.colour", "red", false},
        {"report.colour", "#1d4e8", false},
        {"report.colour", "#1d4e8;", false},
        {"report.name", "Hôtel de ville", true},
        {"report.name", "a\nb", false},
        {"report.name", "a\xff", false},
        {"report.name",
         "a\xc2\x9b"
         "31m",
         false},
        {"report.name",
         "a\xe2\x80\xae"
         "b",
         false},
        {"report.name", "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d", true},
        {"report.footer", "\u2067\xd7\xa9\u2069", true},
        {"report.footer", "\u2067a \u2066b\u2069\u2069 c \u2068d\u2069", true},
        {"report.footer", "\u2067a", false},
        {"report.footer", "a\u2069\u2067", false},
        {"report.help_url", "https://example.org/\u2067a\u2069", false},
        {"report.help_url", "https://example.org/help?a=b", true},
        {"report.help_url", "javascript:alert(1)", false},
        {"report.help_url", "https://", false},
        {"report.help_url", "https:///help", false},
        {"report.help_url", "https://example.org/\"x", false},
        {"report.footer", "Rathaus, 1. Stock", true},
        {"report.footer", "a\x01", false},
        {"report.logo", "town-hall_2.png", true},
        {"report.logo", "../link.key", false},
        {"report.logo", ".png", false},
        {"report.logo", "a.b.png", false},
        {"report.from", "Quarantäne <quarantine@example.org>", true},
        {"report.from", "quarantine@example.org", true},
        {"report.from", "", true},
        {"report.from", "Quarantine", false},
        {"report.from", "Quarantine <x@example.org>\r\nBcc: a@example.org", false},
        {"report.from", "<>", false},
        {"report.from", " Quarantine <quarantine@example.org> ", true},
        {"report.from", "Quarantine quarantine@example.org", false},
        {"report.from", "\"Quarantine\" quarantine@example.org", false},
        {"report.from", "\"the quarantine\"@example.org", true},
        {"report.from", "a@example.org, b@example.org", false},
        {"report.from", "A <a@example.org>, <b@example.org>", false},
    }));
    DYNAMIC_SECTION(row.name << " " << row.value)
    {
        ChosenSettings chosen;
        CHECK(choose(chosen, row.name, row.value).has_value() != row.good);
        Settings settings;
        overlay(settings, chosen, Owner::site());
        CHECK(value_text(settings, row.name) == (row.good ? row.value : ""));
    }
}
