#include "report-mailer/report.hpp"

#include <algorithm>

#include "base/words/local_time.hpp"
#include "report-mailer/templates.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/private_folder.hpp"

using namespace lazaret;
using namespace lazaret::report;
using namespace std::chrono_literals;

namespace {

const std::string png = "\x89PNG\r\n\x1a\n and so on";
const Moment now = moment_of(2017, 1, 20, 7, 0, "Europe/Zurich");

SealKeys keys()
{
    return SealKeys::parse("k1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "link.key");
}

const Templates& templates()
{
    static std::vector<std::string> problems;
    static const Templates all{built_in_templates(), "", problems};
    return all;
}

ReportConfig config()
{
    ReportConfig out;
    out.portal_url = "https://quarantine.example.org";
    out.from = "Quarantaine <quarantine@example.org>";
    return out;
}

store::ReportRow row(Class verdict, std::string subject,
                     std::string from = "Ana <ana@mail.example>")
{
    store::ReportRow out{{.reference = Reference::random()}, "ana@mail.example", "", {}};
    out.copy.received = moment_of(2017, 1, 19, 14, 20, "Europe/Zurich");
    out.copy.from = std::move(from);
    out.copy.subject = std::move(subject);
    out.copy.verdict = verdict;
    out.copy.score = 7.4;
    out.copy.expires = Day{std::chrono::year{2017} / 2 / 2};
    out.hits = {{"A", 1.0, "a small thing"}, {"B", 3.0, "a link to a new domain"}};
    return out;
}

struct Made {
    store::ReportAccount account;
    store::ReportPeriod period{now - 24h, now};
    store::ReportContent content;
    MadeReport report;
};

Made make(std::vector<store::ReportRow> rows, const std::string& language = "en",
          ReportFormat format = ReportFormat::Html, std::vector<store::ReportListed> listed = {})
{
    Made made;
    made.account.tenant = 1;
    made.account.account = 17;
    made.account.addresses = {"user@example.org"};
    made.account.sent_to = "user@example.org";
    made.account.settings.language = language;
    made.account.settings.report_format = format;
    made.account.settings.time_zone = "Europe/Zurich";
    made.content.rows = std::move(rows);
    made.content.certain = static_cast<std::size_t>(std::ranges::count_if(
        made.content.rows,
        [](const store::ReportRow& one) { return one.copy.verdict == Class::SpamCertain; }));
    made.content.listed = std::move(listed);
    const auto key = keys();
    const auto settings = config();
    const Logos logos;
    made.report = ReportWriter{templates(), key, settings, logos}.write(
        {made.account, made.period, made.content, "r.abc@example.org", now});
    return made;
}

std::size_t count(const std::string& text, std::string_view what)
{
    std::size_t found = 0;
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
    return found;
}

}  // namespace

TEST_CASE("A report has its sections, rows, words and links in both forms", "[report]")
{
    const auto made = make({row(Class::Newsletter, "Offers"), row(Class::Spam, "Hello"),
                            row(Class::Dangerous, "Invoice"), row(Class::SpamCertain, "Pills")});
    const auto& mail = made.report.mail;
    for (const auto* form : {&mail.html, &mail.text}) {
        INFO(*form);
        CHECK(form->find("In quarantine: 4 messages") != std::string::npos);
        CHECK(form->find("1 newsletter") != std::string::npos);
        CHECK(form->find("2 doubtful messages") != std::string::npos);
        CHECK(form->find("1 message that is certainly spam is held") != std::string::npos);
        CHECK(form->find("a link to a new domain") != std::string::npos);
        CHECK(form->find("Pills") == std::string::npos);
        CHECK(count(*form, "https://quarantine.example.org/m/k1.") >= 8);
        CHECK(count(*form, "/newsletter") == 1);
        CHECK(count(*form, "/release") == 2);
        CHECK(count(*form, "/ask") == 1);
        CHECK(count(*form, "https://quarantine.example.org/a/k1.") >= 1);
        CHECK(form->find("it is sent on to your mailbox") != std::string::npos);
        CHECK(form->find("{{") == std::string::npos);
        // The page behind it has no settings.
        CHECK(form->find("My quarantine and lists") != std::string::npos);
    }
    CHECK(made.report.rows == 3);
    CHECK(mail.subject == "Quarantine report: 4 messages");
    CHECK(mail.to_address == "user@example.org");
    CHECK(mail.from_address == "quarantine@example.org");
}

TEST_CASE("A report as text has no other part", "[report]")
{
    const auto made = make({row(Class::Spam, "Hello")}, "en", ReportFormat::Text);
    CHECK(made.report.mail.html.empty());
    CHECK(made.report.mail.pictures.empty());
    CHECK(made.report.mail.text.find("Hello") != std::string::npos);
    CHECK(made.report.rows == 1);
}

TEST_CASE("A report that is only a link names no senders or subjects", "[report]")
{
    const auto made = make({row(Class::Newsletter, "Offers"), row(Class::Spam, "Hello"),
                            row(Class::SpamCertain, "Pills")},
                           "en", ReportFormat::Link);
    const auto& mail = made.report.mail;
    for (const auto* form : {&mail.html, &mail.text}) {
        INFO(*form);
        CHECK(form->find("In quarantine: 3 messages") != std::string::npos);
        CHECK(count(*form, "https://quarantine.example.org/a/k1.") == 1);
        CHECK(form->find("/m/k1.") == std::string::npos);
        for (const auto* secret : {"Hello", "Offers", "mail.example", "Ana"})
            CHECK(form->find(secret) == std::string::npos);
        CHECK(form->find("{{") == std::string::npos);
    }
    CHECK(made.report.rows == 0);
    CHECK(made.report.not_shown == 2);
    CHECK(mail.subject == "Quarantine report: 3 messages");
    CHECK(std::ranges::count(mail.fields, "List-Unsubscribe",
                             [](const auto& field) { return field.first; }) == 1);
    CHECK(make({}, "en", ReportFormat::Link).report.mail.text.find("Nothing is held for you.") !=
          std::string::npos);
}

TEST_CASE("A report tells that links changed lists, in each form", "[report]")
{
    const store::ReportListed entry{ListKind::Allow, "ada@s.example", Proof::any(), std::nullopt};
    const auto link = make({}, "en", ReportFormat::Link, {entry}).report.mail;
    for (const auto* form : {&link.html, &link.text}) {
        INFO(*form);
        CHECK(form->find("your lists were changed") != std::string::npos);
        CHECK(form->find("ada@s.example") == std::string::npos);
    }
    CHECK(make({}, "en", ReportFormat::Link).report.mail.text.find("lists were changed") ==
          std::string::npos);
    const auto many =
        make({}, "en", ReportFormat::Html, std::vector<store::ReportListed>(23, entry)).report.mail;
    for (const auto* form : {&many.html, &many.text}) {
        INFO(*form);
        CHECK(count(*form, "ada@s.example") == 20);
        CHECK(form->find("and 3 more") != std::string::npos);
    }
}

TEST_CASE("A French reader gets French words and dates", "[report]")
{
    auto spam = row(Class::Spam, "Bonjour");
    spam.hits = {
        {"NEWSLETTER", 3.0, "the message was sent to the readers of a list (news.example)"}};
    const auto made = make({spam}, "fr");
    const auto& html = made.report.mail.html;
    INFO(html);
    CHECK(html.find("lang=\"fr\"") != std::string::npos);
    CHECK(html.find("19 janv. 2017") != std::string::npos);
    CHECK(html.find("14:20") != std::string::npos);
    // The sentence is translated, its details are not.
    CHECK(html.find("the message was sent") == std::string::npos);
    CHECK(html.find("(news.example)") != std::string::npos);
}

TEST_CASE("What is no spam is explained by what made it its class", "[report]")
{
    auto newsletter = row(Class::Newsletter, "News");
    newsletter.hits = {{"BAYES_00", 0.0, "hardly any spam"},
                       {"FROM_DIFFERS", 0.3, "two domains differ"},
                       {"NEWSLETTER", 0.0, "the message was sent to the readers of a list"}};
    const auto text = make({newsletter}, "en").report.mail.text;
    INFO(text);
    CHECK(text.find("readers of a list") != std::string::npos);
    CHECK(text.find("two domains differ") == std::string::npos);
}

TEST_CASE("A report names what its links have put on lists", "[report]")
{
    store::ReportAccount account;
    account.addresses = {"user@example.org"};
    account.sent_to = "user@example.org";
    account.settings.report_footer = "Rathaus";
    account.settings.report_help_url = "https://help.example.org/";
    account.settings.report_colour = "#ffee00";
    store::ReportContent content;
    content.rows = {row(Class::Spam, "Hello")};
    content.listed = {{ListKind::Deny, "a@<shop>.example"}};
    const auto key = keys();
    const auto settings = config();
    const test::PrivateFolder folder;
    folder.write("town.png", png);
    std::vector<std::string> problems;
    const Logos logos{folder.path(), problems};
    CHECK(problems.empty());
    account.settings.report_logo = "town.png";
    const auto made = ReportWriter{templates(), key, settings, logos}.write(
        {account, {now - 24h, now}, content, "r.abc@example.org", now});
    INFO(made.mail.html);
    CHECK(made.mail.html.find("You block this sender:") != std::string::npos);
    CHECK(made.mail.html.find("a@&lt;shop&gt;.example") != std::string::npos);
    CHECK(made.mail.text.find("You block this sender: a@<shop>.example") != std::string::npos);
    CHECK(made.mail.html.find("Rathaus") != std::string::npos);
    CHECK(made.mail.html.find("https://help.example.org/") != std::string::npos);
    CHECK(made.mail.html.find("#ffee00") != std::string::npos);
    CHECK(made.mail.html.find("color:#000000") != std::string::npos);
    CHECK(made.mail.html.find("<img src=\"cid:logo@lazaret.invalid\" alt=\"\"") !=
          std::string::npos);
    const auto bytes = compose(made.mail);
    CHECK(bytes.find("Content-Type: multipart/related") != std::string::npos);
    CHECK(bytes.find("Content-Id: <logo@lazaret.invalid>") != std::string::npos);
    CHECK(bytes.find("Content-Type: image/png") != std::string::npos);
}

TEST_CASE("What strangers write stays text", "[report]")
{
    const std::string evil =
        "</td><script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{T_RELEASE}}\r\nBcc: x\x01"
        "\xE2\x80\xAE\xff";
    auto hostile = row(Class::Spam, evil, evil);
    hostile.from_address = "a@xn--80ak6aa92e.example";
    hostile.hits = {{"A", 9.0, evil}};
    const auto made = make({hostile});
    const auto& html = made.report.mail.html;
    INFO(html);
    CHECK(html.find("<script>alert") == std::string::npos);
    CHECK(html.find("<img") == std::string::npos);
    CHECK(html.find("\xE2\x80\xAE") == std::string::npos);
    CHECK(html.find("{{T_RELEASE}}") != std::string::npos);
    CHECK(html.find("xn--80ak6aa92e.example") != std::string::npos);
    CHECK(made.report.mail.text.find("\nBcc:") == std::string::npos);
    CHECK(made.report.mail.text.find('\x01') == std::string::npos);
}

TEST_CASE("A report stays below what mail programs cut", "[report]")
{
    const std::string escaped(10'000, '&');
    std::vector<store::ReportRow> rows;
    for (int at = 0; at < 200; ++at) rows.push_back(row(Class::Spam, escaped, escaped));
    auto made = make(rows);
    CHECK(made.report.mail.html.size() <= ReportWriter::most_html);
    CHECK(made.report.rows > 20);
    CHECK(made.report.rows + made.report.not_shown == 200);
    const auto more = "and " + std::to_string(made.report.not_shown) + " more";
    CHECK(made.report.mail.html.find(more) != std::string::npos);
    CHECK(made.report.mail.text.find(more) != std::string::npos);
}

TEST_CASE("What is certainly spam is counted, also what was not fetched", "[report]")
{
    Made made;
    made.account.addresses = {"user@example.org"};
    made.account.sent_to = "user@example.org";
    made.content.rows = {row(Class::Spam, "Hello"), row(Class::SpamCertain, "Pills")};
    made.content.more = 198;
    made.content.certain = 190;
    const auto key = keys();
    const auto settings = config();
    const Logos logos;
    const auto report = ReportWriter{templates(), key, settings, logos}.write(
        {made.account, made.period, made.content, "r.abc@example.org", now});
    CHECK(report.not_shown == 9);
    CHECK(report.mail.text.find("and 9 more") != std::string::npos);
    CHECK(report.mail.text.find("190 messages that are certainly spam") != std::string::npos);
    CHECK(report.mail.subject == "Quarantine report: 200 messages");
}

TEST_CASE("Empty fields have words", "[report]")
{
    auto bare = row(Class::Spam, "", "");
    bare.from_address.clear();
    bare.hits.clear();
    const auto made = make({bare});
    CHECK(made.report.mail.html.find("(no subject)") != std::string::npos);
    CHECK(made.report.mail.html.find("(no sender)") != std::string::npos);
}

TEST_CASE("What is on legal hold has links that live", "[report]")
{
    auto old = row(Class::Spam, "Hello");
    old.copy.legal_hold = true;
    old.copy.expires = Day{std::chrono::year{2016} / 12 / 20};
    const auto made = make({old});
    const auto& text = made.report.mail.text;
    INFO(text);
    CHECK(text.find("kept until further notice") != std::string::npos);
    CHECK(count(text, "kept until") == 1);
    const auto end = text.find("/look");
    REQUIRE(end != std::string::npos);
    const auto begin = text.rfind('/', end - 1) + 1;
    const auto claim = store::open_claim(keys(), text.substr(begin, end - begin), now + 24h);
    REQUIRE(claim);
    CHECK(*claim == store::Claim{store::CopyClaim{old.copy.reference}});
}

TEST_CASE("What was refused is called what it is", "[report]")
{
    store::ReportAccount account;
    account.addresses = {"user@example.org"};
    account.sent_to = "user@example.org";
    store::ReportContent content;
    content.refusals = {
        {Class::Newsletter, 12}, {Class::Spam, 2}, {Class::SpamCertain, 3}, {Class::Virus, 1}};
    const auto key = keys();
    const auto settings = config();
    const Logos logos;
    const auto made = ReportWriter{templates(), key, settings, logos}.write(
        {account, {now - 24h, now}, content, "r.abc@example.org", now});
    const auto& text = made.mail.text;
    INFO(text);
    CHECK(text.find("1 message with a virus was refused") != std::string::npos);
    CHECK(text.find("3 messages that are certainly spam were refused") != std::string::npos);
    CHECK(text.find("14 other messages were refused") != std::string::npos);
    CHECK(count(text, "certainly spam") == 1);
}
