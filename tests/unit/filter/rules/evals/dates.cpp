#include "milter/filter/rules/evals/mail_dates.hpp"

#include "tests/support/catch.hpp"
#include "tests/unit/filter/rules/evals/sender_case.hpp"

using namespace lazaret::filter::rules;

TEST_CASE("dates of mails are read as SpamAssassin reads them", "[sender_evals]")
{
    struct Row {
        std::string text;
        std::int64_t seconds;  ///< -1: none
    };
    const auto row = GENERATE(values<Row>({
        {"Thu, 1 Jan 1970 00:00:10 +0000", 10},
        {"Fri, 02 Jan 1970 01:00:00 +0100", 86'400},
        {"Thu, 1 Jan 1970 00:00:00 +0100", 0},
        {"Thu, 1 Jan 1970 00:00:00 -0100", 3'600},
        {"1 Jan 70 00:00:10 GMT", 10},
        {"1 Jan 2000", 946'684'800},
        {"1 Jan 00 0:01 EST", 946'684'860 + 5 * 3'600},
        {"1 Jan 100", 946'684'800},
        {"Sat Jan  1 12:00:00 2000", 946'684'800},
        {"Sat,1 jan 2000 00:00:00 (CET)", 946'684'800 - 3'600},
        {"Sat, 1 Jan 2000 00:00:00 XYZ", 946'684'800},
        {"Sat, 1 Jan 2000 00:00:00 Gmt", 946'684'800},
        {"SAT, 1 Jan 2000 00:00:00 CET", 946'684'800},  // the first capitals are the zone
        {"32 Dec 1999 25:61:61 +0000", 946'684'800 + 86'399},
        {"30 Feb 2000", 951'868'800},
        {"1 Jan 1960", 0},
        {"1 Jan 9999", 2'114'380'800},
        {"0 Jan 2000", -1},
        {"99999999999999999999 Jan 2000", 949'363'200},
        {"", -1},
        {"yesterday", -1},
        {"Jan 2000", -1},
        {std::string(5'000, ','), -1},
    }));
    DYNAMIC_SECTION(row.text.substr(0, 60))
    {
        const auto date = mail_date(row.text);
        CHECK((date ? date->time_since_epoch().count() : -1) == row.seconds);
    }
}

TEST_CASE("a trace's date is found behind its other words", "[sender_evals]")
{
    CHECK(received_date("from a by b; Mon, 5 Jan 2026 10:00:00 +0100\n") ==
          " 5 Jan 2026 10:00:00 +0100");
    CHECK(received_date("by b;  5 Jan 2026 10:00:00 GMT") == "  5 Jan 2026 10:00:00 GMT");
    CHECK(received_date("by b id 7 with 3").empty());
    CHECK(received_date("by b; 5 Jan 2026 10:00 GMT").empty());
    CHECK(received_date(std::string(100'000, ' ')).empty());
}

TEST_CASE("a shifted date is measured from the nearest trace", "[sender_evals]")
{
    struct Row {
        const char* says;
        std::string date;
        std::vector<std::string> traces;
        std::vector<std::string> bounds;
        unsigned answer;
    };
    const std::string noon = "by b.test; Mon, 5 Jan 2026 12:00:00 +0000\n";
    const std::string later = "by c.test; Mon, 5 Jan 2026 20:00:00 +0000\n";
    const auto row = GENERATE_COPY(values<Row>({
        {"four hours before", "Mon, 5 Jan 2026 08:00:00 +0000\n", {noon}, {"-6", "-3"}, 1},
        {"not six", "Mon, 5 Jan 2026 08:00:00 +0000\n", {noon}, {"-12", "-6"}, 0},
        {"the nearer trace", "Mon, 5 Jan 2026 08:00:00 +0000\n", {later, noon}, {"-6", "-3"}, 1},
        {"a zone", "Mon, 5 Jan 2026 08:00:00 -0400\n", {noon}, {"-6", "-3"}, 0},
        {"five days after", "Sat, 10 Jan 2026 12:00:00 +0000\n", {noon}, {"96", "undef"}, 1},
        {"the last trace is of the same second",
         "Mon, 5 Jan 2026 12:00:00 +0000\n",
         {later, noon},
         {"-12", "-6"},
         1},
        {"no traces", "Mon, 5 Jan 2026 08:00:00 +0000\n", {}, {"-6", "-3"}, 0},
        {"no date", "soon\n", {noon}, {"-6", "-3"}, 0},
        {"fetched by this host",
         "Mon, 5 Jan 2026 12:00:00 +0000\n",
         {"from pop.test by localhost with POP3 (fetchmail-6.3); Tue, 6 Jan 2026 12:00:00 +0000\n",
          "by b.test; Mon, 5 Jan 2026 16:00:00 +0000\n"},
         {"-6", "-3"},
         1},
    }));
    DYNAMIC_SECTION(row.says)
    {
        SenderCase mail{{{"Date", {row.date}}, {"Received", row.traces}}};
        CHECK(mail.ask("check_for_shifted_date", row.bounds) == row.answer);
    }
}

TEST_CASE("an Outlook id whose time is not the message's is forged", "[sender_evals]")
{
    // 5 Jan 2026 12:00 is 1767614400, that is tick 31227450, 01dc7e3a in hexadecimal.
    const SenderCase::Headers at_noon = {{"Date", {"Mon, 5 Jan 2026 12:00:00 +0000\n"}},
                                         {"Received", {"by b.test; 5 Jan 2026 12:00:00 +0000\n"}}};
    const auto ask = [&](const std::string& id) {
        auto headers = at_noon;
        headers["MESSAGEID"] = {id};
        return SenderCase{headers}.ask("check_outlook_message_id");
    };
    CHECK(ask("<000001dc7e3a$11111111$22222222@a.test>\n") == 0);
    CHECK(ask("<000001dc0000$11111111$22222222@a.test>\n") == 1);
    CHECK(ask("<000001DC0000$11111111$22222222@a.test>\n") == 0);
    CHECK(ask("<000001dc0000$11111111@a.test>\n") == 0);
    CHECK(ask("") == 0);
}
