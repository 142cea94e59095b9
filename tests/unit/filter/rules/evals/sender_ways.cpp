#include "milter/filter/rules/relays/ip_text.hpp"

#include "tests/support/catch.hpp"
#include "tests/unit/filter/rules/evals/sender_case.hpp"

using namespace lazaret::filter::rules;

namespace {

Relay relay(const std::string& ip, const std::string& rdns, const std::string& helo,
            const std::string& by = "mx.example.org")
{
    Relay one;
    one.ip = ip;
    one.rdns = rdns;
    one.helo = helo;
    one.by = by;
    one.no_reverse_dns = rdns.empty();
    one.is_ip_private = is_private_ip(ip);
    return one;
}

}  // namespace

TEST_CASE("relays are asked", "[sender_evals]")
{
    struct Row {
        const char* says;
        const char* function;
        std::vector<Relay> trusted;
        std::vector<Relay> untrusted;
        unsigned answer;
    };
    const auto row = GENERATE(values<Row>({
        {"none at all", "check_no_relays", {}, {}, 1},
        {"one is there", "check_no_relays", {relay("192.0.2.1", "", "")}, {}, 0},
        {"all trusted", "check_all_trusted", {relay("192.0.2.1", "", "")}, {}, 1},
        {"one untrusted",
         "check_all_trusted",
         {relay("192.0.2.1", "", "")},
         {relay("192.0.2.2", "", "")},
         0},
        {"HELO by another address",
         "helo_ip_mismatch",
         {},
         {relay("192.0.2.1", "", "198.51.100.1")},
         1},
        {"HELO by a neighbour", "helo_ip_mismatch", {}, {relay("192.0.2.1", "", "192.0.2.9")}, 0},
        {"HELO by a private address",
         "helo_ip_mismatch",
         {},
         {relay("192.0.2.1", "", "10.0.0.1")},
         0},
        {"a great provider without name",
         "check_for_no_rdns_dotcom_helo",
         {},
         {relay("192.0.2.1", "", "mail.yahoo.com")},
         1},
        {"with a name",
         "check_for_no_rdns_dotcom_helo",
         {},
         {relay("192.0.2.1", "a.test", "mail.yahoo.com")},
         0},
        {"another's name",
         "check_for_no_rdns_dotcom_helo",
         {},
         {relay("192.0.2.1", "", "notyahoo.com")},
         0},
        {"two hops that do not join",
         "check_for_forged_received_trail",
         {},
         {relay("192.0.2.1", "a.one.test", "x", "mx.example.org"),
          relay("192.0.2.2", "a.two.test", "x", "a.other.test"),
          relay("192.0.2.3", "a.three.test", "x", "a.another.test")},
         1},
        {"hops that join",
         "check_for_forged_received_trail",
         {},
         {relay("192.0.2.1", "a.one.test", "x", "mx.example.org"),
          relay("192.0.2.2", "a.two.test", "x", "b.one.test"),
          relay("192.0.2.3", "a.three.test", "x", "b.two.test")},
         0},
        {"HELO by a far address",
         "check_for_forged_received_ip_helo",
         {},
         {relay("192.0.2.1", "", "198.51.100.1")},
         1},
        {"HELO by a near one",
         "check_for_forged_received_ip_helo",
         {},
         {relay("192.0.2.1", "", "192.0.9.9")},
         0},
        {"the first sender has a name",
         "check_for_sender_no_reverse",
         {},
         {relay("192.0.2.1", "a.test", "")},
         1},
    }));
    DYNAMIC_SECTION(row.says)
    {
        SenderCase mail{{}};
        mail.rendering.relays.trusted = row.trusted;
        mail.rendering.relays.untrusted = row.untrusted;
        CHECK(mail.ask(row.function) == row.answer);
    }
}

TEST_CASE("a HELO that is an address is seen in the relays' text", "[sender_evals]")
{
    const auto ask = [](const char* text) {
        SenderCase mail{{}};
        mail.rendering.relays.untrusted_text = text;
        return mail.ask("check_for_numeric_helo");
    };
    CHECK(ask("[ ip=192.0.2.1 rdns= helo=192.0.2.1 by=a ]") == 1);
    CHECK(ask("[ ip=192.0.2.1 rdns= helo=10.0.0.1 by=a ]") == 1);
    CHECK(ask("[ ip=192.0.2.1 rdns= helo=192.0.2.1.test by=a ]") == 0);
    CHECK(ask("[ ip=192.0.2.1 rdns= helo=a.test by=a ]") == 0);
}

TEST_CASE("mail of great providers has their traces", "[sender_evals]")
{
    struct Row {
        const char* says;
        const char* function;
        SenderCase::Headers headers;
        unsigned answer;
    };
    const auto row = GENERATE(values<Row>({
        {"gmail without",
         "check_for_forged_gmail_received_headers",
         {{"From:addr", {"eve@gmail.com"}}, {"Received", {"from a by b\n"}}},
         1},
        {"gmail with",
         "check_for_forged_gmail_received_headers",
         {{"From:addr", {"bob@gmail.com"}},
          {"X-Received", {"by 2002:a05:6402:1::2 with SMTP id x7;\n"}}},
         0},
        {"not gmail",
         "check_for_forged_gmail_received_headers",
         {{"From:addr", {"bob@notgmail.com"}}, {"Received", {"from a by b\n"}}},
         0},
        {"yahoo without",
         "check_for_forged_yahoo_received_headers",
         {{"From:addr", {"eve@yahoo.com"}}, {"Received", {"from a by b\n"}}},
         1},
        {"yahoo with",
         "check_for_forged_yahoo_received_headers",
         {{"From:addr", {"bob@yahoo.com"}},
          {"Received", {"from [192.0.2.1] by web1.mail.x.yahoo.com via HTTP; now\n"}}},
         0},
        {"hotmail without",
         "check_for_no_hotmail_received_headers",
         {{"From:addr", {"eve@hotmail.com"}}, {"Received", {"from a by b\n"}}},
         1},
        {"hotmail by HELO only",
         "check_for_forged_hotmail_received_headers",
         {{"From:addr", {"eve@a.test"}},
          {"Received", {"from mx.hotmail.com (a.test [192.0.2.1]) by b\n"}}},
         1},
        {"hotmail by HELO, the name more than once in a word",
         "check_for_forged_hotmail_received_headers",
         {{"From:addr", {"eve@a.test"}},
          {"Received",
           {"from a.test (hotmail.com) by hotmail.commerce.test\n",
            "from b.test (a.hotmail.com.helo=hotmail.com.hotmail.comx [192.0.2.1]) by b\n"}}},
         1},
        {"a HELO behind Hotmail's name, and one that only begins as that",
         "check_for_forged_hotmail_received_headers",
         {{"From:addr", {"eve@a.test"}},
          {"Received",
           {"from a.test (hotmail.com.helo=b.test) by hotmail.com\n",
            "from hotmail.community.test by b\n"}}},
         0},
        {"hotmail with",
         "check_for_forged_hotmail_received_headers",
         {{"X-Originating-Ip", {"[192.0.2.1]\n"}},
          {"Received", {"from hotmail.com (bay1.hotmail.com [192.0.2.1]) by b\n"}}},
         0},
        {"juno",
         "check_for_forged_juno_received_headers",
         {{"From:addr", {"eve@juno.com"}}, {"Received", {"from a by b\n"}}},
         1},
        {"an AOL name that is none",
         "check_for_fake_aol_relay_in_rcvd",
         {{"Received", {"from a by rly-xw01.mx.example.com with QMQP\n"}}},
         1},
        {"one letter and two digits are not as AOL names its relays",
         "check_for_fake_aol_relay_in_rcvd",
         {{"Received", {"from a by rly-x01.mx.example.com with QMQP\n"}}},
         0},
        {"three digits are not either",
         "check_for_fake_aol_relay_in_rcvd",
         {{"Received", {"from a by rly-xw012.mx.example.com with QMQP\n"}}},
         0},
        {"a longer word is not either",
         "check_for_fake_aol_relay_in_rcvd",
         {{"Received", {"from a by early-xw01.mx.example.com with QMQP\n"}}},
         0},
        {"AOL",
         "check_for_fake_aol_relay_in_rcvd",
         {{"Received", {"from rly-xj02.mx.example.com by b with ESMTP id RELAYIN7-1;\n"}}},
         0},
        {"gw05",
         "check_for_forged_gw05_received_headers",
         {{"Received",
           {"from a by b\n", "from a.test by gw05 with ESMTP; Thu, 21 Jun 2001 02:28:32 -0400\n"}}},
         1},
    }));
    DYNAMIC_SECTION(row.says) { CHECK(SenderCase{row.headers}.ask(row.function) == row.answer); }
}

TEST_CASE("bounces of our own mail name our relays", "[sender_evals]")
{
    const std::string paragraph =
        "> Received: from x ([192.0.2.1]) by relay7.example.org (Postfix)\n";
    SenderCase mail{{}, {{"welcomelist_bounce_relays", "relay*.example.org"}}};
    CHECK(mail.ask("have_any_bounce_relays") == 1);
    CHECK(mail.ask("check_welcomelist_bounce_relays") == 0);
    mail.rendering.body = {paragraph};
    CHECK(mail.ask("check_welcomelist_bounce_relays") == 1);
    mail.rendering.body = {};
    mail.rendering.body_text = "text\nReceived: from y\n\tby relay7.example.org with SMTP\nTo: x\n";
    CHECK(mail.ask("check_welcomelist_bounce_relays") == 1);
    mail.rendering.body_text = "text\nReceived: from y\n\tby relay7.example.com with SMTP\nTo: x\n";
    CHECK(mail.ask("check_welcomelist_bounce_relays") == 0);
    CHECK(SenderCase{{}}.ask("have_any_bounce_relays") == 0);
}
