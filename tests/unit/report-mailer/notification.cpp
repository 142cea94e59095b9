#include "report-mailer/notification.hpp"

#include "base/words/local_time.hpp"
#include "report-mailer/templates.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/has.hpp"

using namespace lazaret;
using namespace lazaret::report;
using lazaret::test::has;
using store::NotificationKind;
using store::RequestState;

namespace {

const Moment now = moment_of(2017, 1, 20, 7, 0, "Europe/Zurich");

ReportConfig config()
{
    ReportConfig out;
    out.portal_url = "https://quarantine.example.org";
    out.from = "quarantine@example.org";
    out.admin_address = "postmaster@example.org";
    return out;
}

std::optional<OutgoingMail> write(const store::Notification& one, const ReportConfig& settings)
{
    std::vector<std::string> problems;
    const Templates templates{built_in_templates(), "", problems};
    const auto keys =
        SealKeys::parse("k1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "link.key");
    const Logos logos;
    return NotificationWriter{templates, keys, settings, logos}.write(one, now);
}

store::Notification about_request(NotificationKind kind, RequestState state)
{
    store::Notification one;
    one.kind = kind;
    one.mailbox = "ana@example.org";
    one.message_id = "n.1@example.org";
    one.request = store::Request{.copy = Reference::random()};
    auto& request = *one.request;
    request.id = 12;
    request.state = state;
    request.recipient = "ana@example.org";
    request.comment = "My <b>bill</b>\r\nBcc: x@example.org";
    request.from = "Shop <shop@mail.example>";
    request.subject = "Invoice </td><script>";
    request.verdict = Class::Dangerous;
    request.made = now;
    request.answer = "It is {{safe}}.";
    return one;
}

store::Notification about_held(Class verdict)
{
    store::Notification one;
    one.kind = NotificationKind::Warned;
    one.tenant = 1;
    one.account = 17;
    one.mailbox = "ana@example.org";
    one.message_id = "n.2@example.org";
    one.held = store::ReportRow{.copy = {.reference = Reference::random()},
                                .from_address = "bob@bank.example",
                                .list_id = {},
                                .hits = {{"FORGED", 6.5, "the sender is <b>forged</b>"}}};
    auto& copy = one.held->copy;
    copy.from = "Bank \xE2\x80\xAE</td><script> \r\nBcc: x@example.org";
    copy.subject = "Your {{account}} & more";
    copy.verdict = verdict;
    copy.received = now;
    copy.expires = std::chrono::floor<std::chrono::days>(now) + std::chrono::days{14};
    return one;
}

}  // namespace

TEST_CASE("an administrator hears of a request, with the commands to answer", "[report]")
{
    auto one = about_request(NotificationKind::RequestMade, RequestState::Open);
    // The site's, in the language of all.
    one.settings.language = "fr";
    one.settings.time_zone = "Asia/Tokyo";
    one.settings.report_from = "Post <post@town.example>";
    one.settings.report_name = "Town hall";
    const auto mail = write(one, config());
    REQUIRE(mail);
    CHECK(mail->from_address == "post@town.example");
    CHECK(has(mail->text, "GMT+9"));
    CHECK(has(mail->html, "Town hall"));
    CHECK(has(mail->text, "Accepting it teaches"));
    CHECK(mail->to_address == "postmaster@example.org");
    CHECK(mail->message_id == "n.1@example.org");
    CHECK(has(mail->subject, "Request 12: ana@example.org"));
    for (const auto* form : {&mail->html, &mail->text}) {
        INFO(*form);
        CHECK(has(*form, "lazaretctl requests accept 12"));
        CHECK(has(*form, one.request->copy.text()));
        CHECK_FALSE(has(*form, "{{"));
    }
    CHECK(has(mail->html, "Invoice &lt;/td&gt;&lt;script&gt;"));
    CHECK_FALSE(has(mail->text, "\nBcc:"));

    auto silent = config();
    silent.admin_address.clear();
    CHECK_FALSE(write(one, silent));
}

TEST_CASE("who asked is told the outcome in his language, with a link", "[report]")
{
    auto one = about_request(NotificationKind::RequestAnswered, RequestState::Accepted);
    one.settings.language = "fr";
    one.settings.report_name = "Poste";
    one.settings.report_from = "Poste <poste@example.net>";
    const auto mail = write(one, config());
    REQUIRE(mail);
    CHECK(mail->to_address == "ana@example.org");
    CHECK(mail->from_name == "Poste");
    CHECK(mail->from_address == "poste@example.net");
    CHECK(mail->subject == "Votre demande a été acceptée");
    CHECK(has(mail->html, "lang=\"fr\""));
    CHECK(has(mail->html, "https://quarantine.example.org/m/k1."));
    CHECK(has(mail->html, "It is {{safe}}."));
    CHECK(has(mail->text, "Poste\u00A0: Votre demande"));

    one.request->state = RequestState::Declined;
    CHECK(write(one, config())->subject == "Votre demande a été refusée");
    one.request->state = RequestState::Open;
    CHECK_FALSE(write(one, config()));
}

TEST_CASE("that reports are off is not said to somebody who has them on again", "[report]")
{
    store::Notification one;
    one.kind = NotificationKind::ReportsOff;
    one.tenant = 1;
    one.account = 17;
    one.mailbox = "ana@example.org";
    one.settings.report_frequency = ReportFrequency::None;
    const auto mail = write(one, config());
    REQUIRE(mail);
    CHECK(has(mail->text, "https://quarantine.example.org/a/k1."));
    one.settings.report_frequency = ReportFrequency::Daily;
    CHECK_FALSE(write(one, config()));
}

TEST_CASE("of a held message its recipient is told, with the links that he has a right to",
          "[report]")
{
    struct Row {
        Class verdict;
        bool release, ask, adjust, newsletter;
    };
    const auto row = GENERATE(values<Row>({
        {Class::Spam, true, false, true, false},
        {Class::Newsletter, true, false, true, true},
        {Class::Denied, true, false, false, false},
        {Class::Dangerous, false, true, false, false},
        {Class::Unscanned, false, true, false, false},
        {Class::Virus, false, false, false, false},
    }));
    INFO(token(row.verdict));
    const auto mail = write(about_held(row.verdict), config());
    REQUIRE(mail);
    CHECK(mail->to_address == "ana@example.org");
    CHECK(mail->message_id == "n.2@example.org");
    CHECK(mail->subject == "Mail from bob@bank.example is held for you");
    for (const auto* form : {&mail->html, &mail->text}) {
        INFO(*form);
        CHECK(has(*form, "/look"));
        CHECK(has(*form, "/release") == row.release);
        CHECK(has(*form, "/ask") == row.ask);
        CHECK(has(*form, "/adjust") == row.adjust);
        CHECK(has(*form, "/newsletter") == row.newsletter);
        CHECK(has(*form, "https://quarantine.example.org/a/k1."));
        CHECK(has(*form, "bob@bank.example"));
        CHECK(has(*form, "kept until"));
        CHECK_FALSE(has(*form, "\xE2\x80\xAE"));
        CHECK_FALSE(has(*form, "\nBcc:"));
    }
    CHECK(has(mail->html, "&lt;/td&gt;&lt;script&gt;"));
    CHECK(has(mail->html, "Your {{account}} &amp; more"));
    if (row.verdict == Class::Spam) CHECK(has(mail->html, "the sender is &lt;b&gt;forged"));
}

TEST_CASE("of what is no longer held nobody is told", "[report]")
{
    auto one = about_held(Class::Spam);
    one.held.reset();
    CHECK_FALSE(write(one, config()));
}

TEST_CASE("a held message whose sender has no address is told without", "[report]")
{
    auto one = about_held(Class::Spam);
    one.held->from_address.clear();
    CHECK(write(one, config())->subject == "Mail from a sender of your warn list is held");
}

TEST_CASE("that there is more than is told leads to the account", "[report]")
{
    store::Notification one;
    one.kind = NotificationKind::WarnedMore;
    one.mailbox = "ana@example.org";
    const auto mail = write(one, config());
    REQUIRE(mail);
    CHECK(has(mail->text, "https://quarantine.example.org/a/k1."));
    CHECK(has(mail->text, "All of it is in your quarantine"));
}

TEST_CASE("who has an address is asked by mail whether it may be added", "[report]")
{
    store::Notification one;
    one.kind = NotificationKind::Address;
    one.tenant = 1;
    one.account = 17;
    one.mailbox = "ana@example.org";
    one.asked_by = "<b>bob@example.org";
    one.link_token = std::string(43, 'A');
    const auto mail = write(one, config());
    REQUIRE(mail);
    CHECK(mail->to_address == "ana@example.org");
    for (const auto* form : {&mail->html, &mail->text}) {
        INFO(*form);
        CHECK(has(*form, "https://quarantine.example.org/account/address/" + one.link_token));
        CHECK(has(*form, "bob@example.org"));
        CHECK_FALSE(has(*form, "{{"));
    }
    CHECK_FALSE(has(mail->html, "<b>bob"));
    one.link_token.clear();
    CHECK_FALSE(write(one, config()));
}
