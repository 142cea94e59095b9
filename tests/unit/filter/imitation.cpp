#include "milter/filter/imitation.hpp"

#include "base/words/words.hpp"
#include "milter/filter/message/message.hpp"
#include "quarantine-store/link/claim.hpp"
#include "tests/support/catch.hpp"

using namespace lazaret;
using namespace lazaret::filter;

namespace {

SealKeys keys()
{
    return SealKeys::parse("k1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "test");
}

std::string claim(const store::Claim& what)
{
    return store::seal_claim(keys(), what, Moment{std::chrono::hours{500'000}});
}

const std::string copy = claim(store::CopyClaim{Reference::random()});
const std::string account = claim(store::AccountClaim{3, 1'000'000});

const std::string off = claim(store::UnsubscribeClaim{3, 1'000'000});

const ReportMarks ours{
    "quarantine@example.org", "Quarantine", "quarantine.example.org",
    [](std::string_view claim) { return store::open_expired_claim(keys(), claim).has_value(); }};

// What the hit says of it; empty when it is no imitation.
std::string why(const Message& message, std::vector<std::string> report_senders = {})
{
    const Envelope envelope;
    Mail mail{envelope, "", message};
    mail.report_senders = std::move(report_senders);
    const auto hit = imitation_of(mail, ours);
    if (!hit) return {};
    const auto bracket = hit->why.rfind(" (");
    CHECK(hit->name ==
          (hit->why.find("links") == std::string::npos ? "REPORT_NAME" : "REPORT_IMITATION"));
    return hit->why.substr(bracket + 2, hit->why.size() - bracket - 3);
}

Message letter(const std::string& from, const std::string& subject, const std::string& body,
               const std::string& type = "text/plain")
{
    static std::vector<std::string> kept;  // Message points into the bytes
    kept.push_back("From: " + from + "\r\nSubject: " + subject + "\r\nContent-Type: " + type +
                   "; charset=utf-8\r\n\r\n" + body + "\r\n");
    return read_message(kept.back());
}

}  // namespace

TEST_CASE("the links of reports are known by their form", "[imitation]")
{
    struct Row {
        const char* says;
        std::string path;
        bool is_report;
    };
    const auto row = GENERATE(values<Row>({
        {"a press", "/m/" + copy + "/release", true},
        {"the copy", "/m/" + copy, true},
        {"behind a prefix", "/mail/quarantine/m/" + copy + "/look", true},
        {"the account", "/a/" + account, true},
        {"reports off", "/u/" + account + "?x", true},
        {"another kind of claim", "/m/" + account, false},
        {"cut", "/m/" + copy.substr(0, copy.size() - 1), false},
        {"longer", "/m/" + copy + "A", false},
        {"no key", "/m/" + copy.substr(2), false},
        {"words", "/m/release", false},
        {"a common path", "/a/b/c.html", false},
        {"a share link", "/m/0123456789abcdef0123456789abcdef01234567.jpg", false},
        {"nothing", "", false},
        {"slashes", "//////", false},
    }));
    DYNAMIC_SECTION(row.says) { CHECK(report_claim(row.path).empty() != row.is_report); }
}

TEST_CASE("an imitation has a report's links to elsewhere, or its name and subject", "[imitation]")
{
    struct Row {
        const char* says;
        std::string from;
        std::string subject;
        std::string body;
        std::string why;
    };
    const auto other = "https://quarantine.example.org.evil.test/m/" + copy + "/release";
    const auto own = "https://quarantine.example.org/m/" + copy + "/release";
    const auto own_account = "https://quarantine.example.org/a/" + account;
    const auto foreign = "https://quarantine.example.org/m/k1." + std::string(38, 'A');
    const auto row = GENERATE_COPY(values<Row>({
        {"links elsewhere", "IT <it@evil.test>", "Mail for you", "Press " + other,
         "quarantine.example.org.evil.test"},
        {"our own, forwarded by a colleague", "Bob <bob@example.org>",
         "Fwd: Quarantine report: 3 messages", "Please press " + own, ""},
        {"our own, answered from outside", "Bob <bob@mail.test>",
         "Re: Quarantine report: 3 messages", "> " + own, ""},
        {"our address and subject", "quarantine@example.org", "Quarantine report: 3 messages",
         "Press https://evil.test/", "quarantine@example.org"},
        {"our name and subject", "Quarantine <x@evil.test>", "Quarantine report: 3 messages",
         "Press https://evil.test/", "Quarantine <x@evil.test>"},
        {"in another language", "Quarantine <x@evil.test>",
         "=?utf-8?q?Quarant=C3=A4nebericht=3A_3_Nachrichten?=", "x", "Quarantine <x@evil.test>"},
        {"with more blanks and capitals", "quarantine <x@evil.test>", "QUARANTINE  Report\t: 3",
         "x", "quarantine <x@evil.test>"},
        {"with a plain blank in French", "Quarantine <x@evil.test>", "Rapport de quarantaine : 3",
         "x", "Quarantine <x@evil.test>"},
        {"with other blanks and one that nobody sees", "Quarantine <x@evil.test>",
         "=?utf-8?q?QUARANT=C3=84NE=E2=80=8BBERICHT=E2=80=AF=3A_3?=", "x",
         "Quarantine <x@evil.test>"},
        {"our own, redirected", "Quarantine <quarantine@example.org>",
         "Quarantine report: 3 messages", "Press " + own + " or " + own_account, ""},
        {"our host, and claims that we did not make", "Quarantine <quarantine@example.org>",
         "Quarantine report: 3 messages", "Press " + own + " or " + foreign,
         "Quarantine <quarantine@example.org>"},
        {"our host, and one elsewhere", "Quarantine <quarantine@example.org>",
         "Quarantine report: 3 messages", "Press " + own + " or " + other,
         "quarantine.example.org.evil.test"},
        {"the account elsewhere", "IT <it@evil.test>", "Mail for you",
         "https://evil.test/a/" + account, "evil.test"},
        {"reports off elsewhere", "IT <it@evil.test>", "Mail for you", "https://evil.test/u/" + off,
         "evil.test"},
        {"a signature as long as a claim's", "Orders <orders@shop.test>", "Your order",
         "https://shop.test/u/123456.q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA or "
         "https://shop.test/m/123456.q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEj",
         ""},
        {"another token of that length", "Orders <orders@shop.test>", "Your order",
         "https://shop.test/a/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4",
         ""},
        {"our name alone", "Quarantine <x@evil.test>", "Hello", "x", ""},
        {"our address alone", "quarantine@example.org", "Maintenance on Sunday", "x", ""},
        {"the subject alone", "Health office <news@health.test>",
         "Quarantine report: travel in May", "https://health.test/m/2026", ""},
        {"ordinary mail", "Ana <ana@mail.test>", "Photos",
         "https://mail.test/a/0123456789abcdef.jpg", ""},
    }));
    DYNAMIC_SECTION(row.says) { CHECK(why(letter(row.from, row.subject, row.body)) == row.why); }
}

TEST_CASE("a forged link is found behind our name in HTML", "[imitation]")
{
    const auto html = "<a href='https://evil.test/q/m/" + copy +
                      "/release'>https://quarantine.example.org/release</a>";
    CHECK(why(letter("a@evil.test", "Hi", html, "text/html")) == "evil.test");
}

TEST_CASE("a forged link is found however it is written, and behind one without a host",
          "[imitation]")
{
    for (const auto& url : std::vector<std::string>{
             "https:\\\\evil.test\\m\\" + copy, "//evil.test/m/" + copy,
             "https:/evil.test/m/" + copy, "ht\ntps://evil.test/%6D/" + copy,
             "https://bank.example:" + std::string(2'000, 'a') + "@evil.test/m/" + copy,
             "https:" + std::string(2'000, '/') + "evil.test/m/" + copy,
             "https://evi\xEF\xBD\x8C.test/m/" + copy}) {
        const auto html = "<a href='" + url + "'>Release</a>";
        INFO(html);
        CHECK(why(letter("a@evil.test", "Hi", html, "text/html")) == "evil.test");
        CHECK(why(letter("a@evil.test", "Hi", "<a href='/m/" + copy + "/x'>x</a>" + html,
                         "text/html")) == "evil.test");
    }
    const std::string base = "<base href=https://evil.test/m/>";
    CHECK(why(letter("a@evil.test", "Hi", base + "<a href='" + copy + "'>x</a>", "text/html")) ==
          "evil.test");
    CHECK(why(letter("a@evil.test", "Hi", "<a href='https://%5E/m/" + copy + "'>x</a>",
                     "text/html")) == "?");
    const auto none = "<a href='/m/" + copy + "/x'>x</a>";
    CHECK(why(letter("Quarantine <x@evil.test>", "Quarantine report: 3 messages", none,
                     "text/html")) == "Quarantine <x@evil.test>");
    CHECK(why(letter("a@evil.test", "Hi", none, "text/html")).empty());
}

TEST_CASE("a recipient's own reports may come from elsewhere", "[imitation]")
{
    const auto forged = letter("Post <it@town.example>", "Quarantine report: 3 messages", "x");
    CHECK(why(forged).empty());
    CHECK(why(forged, {"it@town.example"}) == "Post <it@town.example>");
    CHECK(why(forged, {"other@town.example", "Post <x@town.example>"}) == "Post <it@town.example>");

    Policy policy;
    policy.domains.set("town.example", 2);
    ChosenSettings chosen;
    chosen.report_from = "it@town.example";
    policy.settings.set(Owner::tenant(2).text(), chosen);
    Envelope envelope;
    for (const auto* to : {"a@town.example", "b@town.example", "c@elsewhere.example"})
        envelope.recipients.push_back({to, to, parse_address(to).value()});
    CHECK(report_senders(envelope, policy) == std::vector<std::string>{"it@town.example"});
}

TEST_CASE("the subject of a report is known in every language", "[imitation]")
{
    for (const auto& language : all_languages()) {
        const Words words{language.code, "UTC"};
        const auto subject = words.plural("Quarantine report: {count} message",
                                          "Quarantine report: {count} messages", 7);
        INFO(subject);
        Message message;
        message.subject = subject;
        message.from = "Quarantine <x@evil.test>";
        CHECK_FALSE(why(message).empty());
    }
}

TEST_CASE("the marks of our reports come from the settings", "[imitation]")
{
    ReportConfig config;
    config.from = "Post <Quarantine@Example.org>";
    config.portal_url = "https://[2001:DB8::1]:8443/quarantine";
    auto marks = report_marks(config);
    CHECK(marks.from == parse_address("Quarantine@example.org").value().key());
    CHECK(marks.from_name == "Post");
    CHECK(marks.portal_host == "[2001:db8::1]");
    config.portal_url = "https://Quarantine.example.org:8443";
    CHECK(report_marks(config).portal_host == "quarantine.example.org");
    config.from = "nobody";
    CHECK(report_marks(config).from.empty());
}
