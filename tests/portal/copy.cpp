#include <algorithm>
#include <barrier>
#include <thread>

#include "base/words/words.hpp"
#include "quarantine-store/release.hpp"
#include "quarantine-store/requests.hpp"
#include "tests/portal/private_portal.hpp"
#include "tests/support/catch.hpp"

using namespace lazaret;
using namespace lazaret::test;
using namespace std::chrono_literals;
using portal::Method;
using store::CopyState;

namespace {

bool has(const portal::Response& response, std::string_view text)
{
    return response.body.find(text) != std::string::npos;
}

// The whole of what people's presses change.
std::string everything(const DatabaseConfig& config)
{
    Sql sql{config.connection};
    std::string all;
    for (const auto* table : {"held_copy", "list_entry", "setting", "request", "audit"})
        for (const auto& row :
             sql.rows(std::string{"select t::text from lazaret."} + table + " t order by 1"))
            all += row.at(0) + '\n';
    return all;
}

}  // namespace

TEST_CASE("the page of a held copy says what it is and what can be done", "[portal]")
{
    PrivatePortal site;
    REQUIRE(site.problems.empty());
    const auto page = site.get("/m/" + site.claim(site.hold()));
    CHECK(page.status == 200);
    CHECK(has(page, "number 1 &quot;quoted&quot;"));
    CHECK(has(page, "ada@example.org"));
    CHECK(has(page, "it looks like spam that people reported"));
    CHECK(has(page, "invoice.zip"));
    CHECK(has(page, "/release\""));
    CHECK(has(page, "<iframe sandbox"));
    CHECK_FALSE(has(page, "/ask\""));
    CHECK_FALSE(has(page, "<script"));
    CHECK(page.header("Cache-Control") == "no-store");
    CHECK(page.header("Referrer-Policy") == "same-origin");
    CHECK(page.header("Content-Security-Policy").find("default-src 'none'") == 0);
    CHECK(page.header("X-Frame-Options") == "DENY");
}

TEST_CASE("a release is sent once, however often and by however many it is pressed", "[portal]")
{
    PrivatePortal site;
    const auto reference = site.hold();
    const auto link = "/m/" + site.claim(reference);
    std::barrier start{2};
    const auto press = [&] {
        start.arrive_and_wait();
        for (int time = 0; time < 5; ++time) CHECK(site.post(link + "/release").status == 303);
    };
    {
        std::jthread one{press};
        std::jthread other{press};
    }
    CHECK(site.mta.sent == std::vector<std::string>{"bob@example.com"});
    const auto page = site.get(link);
    CHECK(has(page, "Sent again to you at "));
    CHECK_FALSE(has(page, "/release\""));
    CHECK(site.copy(reference).summary.state == CopyState::Released);
}

TEST_CASE("nothing happens but by POST", "[portal]")
{
    PrivatePortal site;
    const auto link = "/m/" + site.claim(site.hold());
    const auto end = site.now + 24h;
    const std::vector<std::string> others = {
        "/a/" + store::seal_claim(site.keys, store::AccountClaim{1, site.account()}, end),
        "/u/" + store::seal_claim(site.keys, store::UnsubscribeClaim{1, site.account()}, end)};
    const auto before = everything(site.config);
    auto paths = others;
    for (const auto* behind : {"", "/release", "/look", "/newsletter", "/allow", "/adjust", "/ask",
                               "/block", "/delete", "/forget", "/fresh", "/preview"})
        paths.push_back(link + behind);
    for (const auto method : {Method::Get, Method::Head, Method::Options, Method::Other})
        for (const auto& path : paths) {
            const auto response =
                site.portal.answer({.method = method, .path = path, .client = "192.0.2.1"});
            CHECK(response.header("Set-Cookie").empty());
            CHECK(response.status < 500);
            if (method == Method::Options) CHECK(response.status == 204);
            if (method == Method::Other) CHECK(response.status == 405);
        }
    CHECK(everything(site.config) == before);
    CHECK(site.mta.sent.empty());
    CHECK(site.post(link).status == 405);
    CHECK(site.post(link + "/preview").status == 405);
}

TEST_CASE("a link that is not ours does nothing and says so calmly", "[portal]")
{
    PrivatePortal site;
    const auto reference = site.hold();
    const auto claim = site.claim(reference);
    const auto before = everything(site.config);
    for (std::size_t at = 0; at < claim.size(); ++at) {
        auto changed = claim;
        changed[at] = changed[at] == 'a' ? 'b' : 'a';
        const auto response = site.post("/m/" + changed + "/release");
        INFO(changed);
        CHECK((response.status == 403 || response.status == 404));
        CHECK(response.body.find("ada@example.org") == std::string::npos);
    }
    CHECK(site.post("/m/" + claim.substr(0, claim.size() - 1) + "/release").status == 403);
    // A claim of another kind is worth nothing here, nor this one elsewhere.
    const auto account =
        store::seal_claim(site.keys, store::AccountClaim{1, site.account()}, site.now + 24h);
    CHECK(site.post("/m/" + account + "/release").status == 403);
    CHECK(site.post("/a/" + claim).status == 403);
    CHECK(site.post("/u/" + claim).status == 403);
    CHECK(site.post("/u/" + account).status == 403);
    CHECK(everything(site.config) == before);
    // A claim acts on its own copy only.
    const auto other = site.hold();
    CHECK(site.post("/m/" + site.claim(other) + "/delete").status == 303);
    CHECK(site.copy(reference).summary.state == CopyState::Held);
    CHECK(site.copy(other).summary.state == CopyState::Deleted);
}

TEST_CASE("an old link tells what became of the message, and does nothing", "[portal]")
{
    PrivatePortal site;
    const auto reference = site.hold();
    const auto link = "/m/" + site.claim(reference);
    site.now += 25h + 1h;
    const auto page = site.get(link);
    CHECK(page.status == 410);
    CHECK(has(page, "too old"));
    CHECK(has(page, "held"));
    CHECK_FALSE(has(page, "ada@example.org"));
    CHECK(site.post(link + "/release").status == 410);
    CHECK(site.get(link + "/preview").status == 403);
    CHECK(site.copy(reference).summary.state == CopyState::Held);
    CHECK(site.get("/m/" + site.claim(Reference::random())).status == 410);
    // It orders a new report, but not for ever.
    CHECK(has(page, "/fresh\""));
    CHECK(site.post(link + "/fresh").status == 200);
    site.now += 24h * 70;
    CHECK_FALSE(has(site.get(link), "/fresh\""));
    CHECK(site.post(link + "/fresh").status == 410);
}

TEST_CASE("allowing makes one entry for exactly this sender, and can be undone", "[portal]")
{
    PrivatePortal site;
    const auto link = "/m/" + site.claim(site.hold());
    CHECK(site.post(link + "/allow").status == 303);
    CHECK(site.post(link + "/allow").status == 303);
    const auto entries = site.entries();
    REQUIRE(entries.size() == 1);
    CHECK(entries[0].entry.kind == ListKind::Allow);
    CHECK(entries[0].entry.sender.text == "ada@example.org");
    CHECK(entries[0].entry.proof == Proof::any());
    CHECK(entries[0].entry.owner.level == Level::Account);
    CHECK(entries[0].origin == "report");
    CHECK(site.mta.sent.size() == 1);
    CHECK(has(site.get(link), "You always allow this sender"));
    CHECK(site.post(link + "/forget", {{"kind", "deny"}, {"sender", "ada@example.org"}}).status ==
          303);
    CHECK(site.entries().size() == 1);
    CHECK(site.post(link + "/forget", {{"kind", "allow"}, {"sender", "ada@example.org"}}).status ==
          303);
    CHECK(site.entries().empty());
}

TEST_CASE("allowing asks for the proof that the sender of the copy had", "[portal]")
{
    PrivatePortal site;
    struct Row {
        const char* says;
        Explanation::Proved proved;
        const char* mail_from;
        const char* proof;
    };
    const auto row = GENERATE(values<Row>({
        {"the best of From",
         {{Proof::dmarc("example.org"), Proof::dkim("example.org")}, {Proof::spf("b.example")}},
         "x@b.example",
         "dmarc=example.org"},
        {"a signature", {{Proof::dkim("example.org")}, {}}, "x@b.example", "dkim=example.org"},
        {"SPF of the same address",
         {{}, {Proof::spf("example.org")}},
         "Ada@example.org",
         "spf=example.org"},
    }));
    DYNAMIC_SECTION(row.says)
    {
        SampleMail sample{1};
        sample.mail.sender = row.mail_from;
        const auto link = "/m/" + site.claim(site.hold(sample.mail, row.proved));
        CHECK(has(site.get(link), "always allow this sender"));
        CHECK(site.post(link + "/allow").status == 303);
        REQUIRE(site.entries().size() == 1);
        CHECK(site.entries()[0].entry.proof.text() == row.proof);
        CHECK_FALSE(site.entries()[0].entry.expires.has_value());
    }
}

TEST_CASE("who proves nothing is allowed narrowly, and the page says so before and after",
          "[portal]")
{
    PrivatePortal site;
    SampleMail sample{1};
    sample.mail.sender = "x@bounce.example";
    sample.mail.client_ip = "203.0.113.77";
    // The proof of MAIL FROM says nothing about From.
    const Explanation::Proved proved{{}, {Proof::spf("bounce.example")}};
    const auto link = "/m/" + site.claim(site.hold(sample.mail, proved));
    const Words english{"en", "UTC"};
    const auto last_day = english.date(site.now + usual_unproven_life);

    const auto before = site.get(link);
    CHECK(has(before, "allow this sender for 90 days"));
    CHECK(has(before,
              "Nothing proves that this message is from its sender: anybody can write "
              "this address."));
    CHECK(has(before, "only from the network 203.0.113.0/24, and only until " + last_day));
    CHECK_FALSE(has(before, "always allow"));
    CHECK_FALSE(has(before, "provably"));
    CHECK(site.entries().empty());

    CHECK(site.post(link + "/allow", {{"which", "steady"}}).status == 303);
    CHECK(site.post(link + "/allow").status == 303);
    const auto entries = site.entries();
    REQUIRE(entries.size() == 1);
    CHECK(entries[0].entry.sender.text == "ada@example.org");
    CHECK(entries[0].entry.proof == Proof::network("203.0.113.0/24"));
    CHECK(entries[0].entry.expires == site.now + usual_unproven_life);

    const auto after = site.get(link);
    CHECK(has(after, "You allow this sender until " + last_day +
                         ", and only from the network 203.0.113.0/24, because nothing proves"));
    CHECK_FALSE(has(after, "/allow\""));
    CHECK(has(after, "/forget\""));

    // The same from another network takes its place.
    sample.mail.digest = digest_number(2);
    sample.mail.client_ip = "198.51.100.1";
    const auto moved = "/m/" + site.claim(site.hold(sample.mail, proved));
    CHECK(has(site.get(moved), "only from the network 198.51.100.0/24"));
    CHECK(site.post(moved + "/allow").status == 303);
    REQUIRE(site.entries().size() == 1);
    CHECK(site.entries()[0].entry.proof == Proof::network("198.51.100.0/24"));

    // What has ended is not shown as if it counted, and can be made anew.
    Sql{site.config.connection}.run(
        "update lazaret.list_entry set expires = now() - interval '1h'");
    const auto ended = site.get(moved);
    CHECK_FALSE(has(ended, "/forget\""));
    CHECK(has(ended, "/allow\""));
}

TEST_CASE("a forged message does not cost a sender the proof that his entry asks for", "[portal]")
{
    PrivatePortal site;
    const SampleMail first{1};
    const SampleMail forged{2};
    const Explanation::Proved good{{Proof::dmarc("example.org")}, {}};
    const auto link = "/m/" + site.claim(site.hold(first.mail, good));
    CHECK(site.post(link + "/allow").status == 303);
    const auto other = "/m/" + site.claim(site.hold(forged.mail, Explanation::Proved{}));
    CHECK_FALSE(has(site.get(other), "/allow\""));
    CHECK(site.post(other + "/allow").status == 303);
    REQUIRE(site.entries().size() == 1);
    CHECK(site.entries()[0].entry.proof == Proof::dmarc("example.org"));
    CHECK_FALSE(site.entries()[0].entry.expires.has_value());
}

TEST_CASE("a link takes back what a link made, and nothing else", "[portal]")
{
    PrivatePortal site;
    auto admin = site.database();
    store::Directory directory{admin};
    const auto add = [&](ListKind kind, std::string_view sender) {
        store::NewEntry entry;
        entry.owner = Owner::address("bob@example.com");
        entry.kind = kind;
        entry.sender = parse_sender_pattern(sender).value();
        entry.comment = "by the administrator";
        directory.add_entry(entry, {"test", "test"}).value();
    };
    const auto link = "/m/" + site.claim(site.hold());
    add(ListKind::Deny, "ada@example.org");
    add(ListKind::Deny, "@example.org");
    add(ListKind::Newsletter, "@example.org");
    const auto page = site.get(link);
    CHECK(has(page, "You block this sender"));
    CHECK_FALSE(has(page, "@example.org</bdi></p>\n<form"));
    CHECK_FALSE(has(page, "/forget\""));
    CHECK_FALSE(has(page, "/block\""));
    for (const auto* sender : {"ada@example.org", "@example.org"})
        for (const auto* kind : {"deny", "newsletter"})
            CHECK(site.post(link + "/forget", {{"kind", kind}, {"sender", sender}}).status == 303);
    CHECK(site.entries().size() == 3);

    // Nor does pressing the same make it the link's own.
    CHECK(site.post(link + "/block").status == 303);
    CHECK(site.entries().size() == 3);
    CHECK(site.post(link + "/forget", {{"kind", "deny"}, {"sender", "ada@example.org"}}).status ==
          303);
    for (const auto& listed : site.entries()) {
        CHECK(listed.origin == "lazaretctl");
        CHECK(listed.comment == "by the administrator");
    }
    CHECK(site.entries().size() == 3);

    // What counts no more may be made anew, and is the link's then.
    for (const auto& listed : site.entries())
        directory.enable_entry(listed.entry.id, false, {"test", "test"});
    CHECK(site.post(link + "/block").status == 303);
    CHECK(has(site.get(link), "/forget\""));
    CHECK(site.post(link + "/forget", {{"kind", "deny"}, {"sender", "ada@example.org"}}).status ==
          303);
    CHECK(site.entries().size() == 2);
}

TEST_CASE("what was refused at SMTP is an administrator's alone", "[portal]")
{
    PrivatePortal site;
    const SampleMail sample{1};
    auto kept = sample_copy("bob@example.com");
    kept.verdict = Class::SpamCertain;
    kept.kept_after_refusal = true;
    const auto reference =
        store::make_keeper(site.config, 1)->hold(sample.mail, std::vector{kept}).at(0);
    const auto link = "/m/" + site.claim(reference);
    CHECK_FALSE(has(site.get(link), "/release\""));
    for (const auto* press : {"/release", "/delete", "/adjust", "/allow"})
        CHECK(site.post(link + press).status == 403);
    CHECK(site.mta.sent.empty());
    CHECK(site.entries().empty());
    auto admin = site.database();
    store::Release release{admin, site.mta, site.keys};
    const store::Actor owner{"bob@example.com", "test", Role::Recipient};
    CHECK(release.release(reference, owner).error() == store::DeedFault::NotAllowed);
    CHECK(site.copy(reference).summary.state == CopyState::Held);
    CHECK(store::Quarantine{admin}.export_copy(reference, {"test", "test"}));
}

TEST_CASE("of an address made for one mail its family can be allowed, and nothing else", "[portal]")
{
    PrivatePortal site;
    SampleMail sample{77};
    sample.mail.from_address = "news+8f3a@example.org";
    const auto link = "/m/" + site.claim(site.hold(sample.mail));
    const auto page = site.get(link);
    CHECK(has(page, "news+@example.org"));
    CHECK(site.post(link + "/allow", {{"which", "@example.net"}}).status == 303);
    CHECK(site.entries().at(0).entry.sender.text == "news+8f3a@example.org");
    CHECK(site.post(link + "/allow", {{"which", "steady"}}).status == 303);
    CHECK(site.entries().size() == 2);
    const auto entries = site.entries();
    CHECK(std::any_of(entries.begin(), entries.end(), [](const auto& listed) {
        return listed.entry.sender.text == "news+@example.org";
    }));
}

TEST_CASE("blocking, accepting a newsletter and deleting", "[portal]")
{
    PrivatePortal site;
    const auto news = site.hold(Class::Newsletter);
    const auto link = "/m/" + site.claim(news);
    CHECK(site.post(link + "/newsletter").status == 303);
    auto entries = site.entries();
    REQUIRE(entries.size() == 1);
    CHECK(entries[0].entry.list_id == "news.example.org");
    CHECK(site.copy(news).summary.state == CopyState::Released);

    const auto spam = site.hold();
    CHECK(site.post("/m/" + site.claim(spam) + "/newsletter").status == 403);
    CHECK(site.post("/m/" + site.claim(spam) + "/block").status == 303);
    CHECK(site.entries().size() == 2);
    CHECK(site.post("/m/" + site.claim(spam) + "/delete").status == 303);
    CHECK(site.post("/m/" + site.claim(spam) + "/delete").status == 303);
    CHECK(site.post("/m/" + site.claim(spam) + "/release").status == 303);
    CHECK(site.copy(spam).summary.state == CopyState::Deleted);
    CHECK(has(site.get("/m/" + site.claim(spam)), "Deleted at "));
}

TEST_CASE("a dangerous copy is asked for, and shown as text", "[portal]")
{
    PrivatePortal site;
    const auto reference = site.hold(Class::Dangerous);
    const auto link = "/m/" + site.claim(reference);
    CHECK(site.post(link + "/release").status == 403);
    CHECK(site.post(link + "/allow").status == 403);
    CHECK(site.get(link + "/preview").status == 404);
    const auto page = site.get(link + "/look");
    CHECK(has(page, "<pre"));
    CHECK_FALSE(has(page, "<iframe"));
    CHECK(site.post(link + "/ask", {{"comment", "I know \xFF him"}}).status == 303);
    CHECK(site.post(link + "/ask").status == 303);
    auto admin = site.database();
    const auto requests = store::Requests{admin}.of_copy(reference);
    REQUIRE(requests.size() == 1);
    CHECK(requests[0].kind == store::RequestKind::Release);
    CHECK(requests[0].comment == "I know \uFFFD him");
    CHECK(has(site.get(link), "You asked for this message"));
    CHECK(site.mta.sent.empty());
}

TEST_CASE("a virus is neither shown nor released", "[portal]")
{
    PrivatePortal site;
    const auto link = "/m/" + site.claim(site.hold(Class::Virus));
    const auto page = site.get(link);
    CHECK_FALSE(has(page, "<iframe"));
    CHECK_FALSE(has(page, "<pre"));
    CHECK(site.post(link + "/release").status == 403);
    CHECK(site.post(link + "/ask").status == 403);
}

TEST_CASE("a mail server that is away or refuses shows on the page", "[portal]")
{
    PrivatePortal site;
    const auto reference = site.hold();
    const auto link = "/m/" + site.claim(reference);
    site.mta.refusal = 550;
    CHECK(site.post(link + "/release").status == 303);
    CHECK(has(site.get(link), "did not take this message"));
    site.mta.refusal = 0;
    site.mta.away = true;
    CHECK(site.post(link + "/release").status == 303);
    CHECK(has(site.get(link), "is being sent to you"));
    site.mta.away = false;
    CHECK(site.post(link + "/release").status == 303);
    CHECK(has(site.get(link), "Sent again to you"));
}

TEST_CASE("a mail server that is slow holds up no page", "[portal]")
{
    PrivatePortal site;
    std::vector<Reference> all;
    for (int number = 0; number < 12; ++number) all.push_back(site.hold());
    site.mta.slow = true;
    for (const auto& reference : all) {
        const auto link = "/m/" + site.claim(reference);
        CHECK(site.post(link + "/release").status == 303);
        const auto page = site.get(link);
        CHECK(page.status == 200);
        CHECK(has(page, "is being sent to you"));
    }
    CHECK(site.mta.sent.empty());
    // Pressed again, it is still sent once.
    CHECK(site.post("/m/" + site.claim(all.back()) + "/release").status == 303);
    site.mta.hurry();
    const auto is_over = [&] {
        return std::all_of(all.begin(), all.end(), [&](const auto& reference) {
            return site.copy(reference).summary.state == CopyState::Released;
        });
    };
    for (int time = 0; time < 300 && !is_over(); ++time) std::this_thread::sleep_for(50ms);
    CHECK(is_over());
    CHECK(site.mta.sent.size() == all.size());
}

TEST_CASE("what a portal leaves unsent is found by the sweeper", "[portal]")
{
    PrivatePortal site;
    const auto reference = site.hold();
    auto admin = site.database();
    const store::Actor owner{"bob@example.com", "test", Role::Recipient};
    const auto begun = store::begin_release(admin, reference, owner);
    REQUIRE(begun);
    CHECK(begun->copy.state == CopyState::Releasing);
    CHECK(site.mta.sent.empty());
    store::Release release{admin, site.mta, site.keys};
    CHECK(release.sweep().released == 1);
    CHECK_FALSE(release.take_up(reference));
    CHECK(site.mta.sent.size() == 1);
}

TEST_CASE("hostile texts stay texts", "[portal]")
{
    PrivatePortal site;
    SampleMail sample{1};
    const std::string evil =
        "\"><script>alert(1)</script><img src=x onerror=x> {{TITLE}} "
        "{{#X}} \u202Egnp.exe\r\nSet-Cookie: a=b";
    auto& mail = sample.mail;
    mail.from = evil;
    mail.subject = evil;
    mail.sender = evil;
    mail.helo = evil;
    mail.list_id = evil;
    mail.queue_id = evil;
    mail.client_ip = evil;
    mail.hits = {{evil, 1.0, evil}};
    mail.preview.parts = {{evil, evil, 1, evil}};
    mail.preview.link_hosts = {evil};
    mail.preview.sanitiser = 0;
    mail.preview.text = evil + "</pre>";
    const auto page = site.get("/m/" + site.claim(site.hold(mail)));
    CHECK(page.status == 200);
    CHECK_FALSE(has(page, "<script"));
    CHECK_FALSE(has(page, "<img"));
    CHECK_FALSE(has(page, "\u202E"));
    CHECK(has(page, "&lt;script&gt;"));
    CHECK(has(page, "{{TITLE}}"));
    CHECK(page.header("Set-Cookie").empty());
}

TEST_CASE("the frame has the recorded HTML and may do nothing", "[portal]")
{
    PrivatePortal site;
    SampleMail sample{1};
    sample.mail.preview.html = "<p>a text</p><img src=\"cid:two@example.org\" alt=\"two\">";
    const auto frame = site.get("/m/" + site.claim(site.hold(sample.mail)) + "/preview");
    CHECK(frame.status == 200);
    CHECK(has(frame, "<p>a text</p><img src=\"data:image/gif;base64,R0lGODlh\" alt=\"two\">"));
    const auto policy = frame.header("Content-Security-Policy");
    CHECK(policy.find("default-src 'none'") == 0);
    CHECK(policy.ends_with("sandbox"));
    CHECK(frame.header("X-Frame-Options") == "SAMEORIGIN");

    // What an older sanitiser made is shown as text.
    SampleMail old{2};
    old.mail.preview.sanitiser = sanitiser_version - 1;
    old.mail.preview.html = "<p>old</p>";
    const auto link = "/m/" + site.claim(site.hold(old.mail));
    CHECK(site.get(link + "/preview").status == 404);
    CHECK_FALSE(has(site.get(link), "<iframe"));
}

TEST_CASE("blank text is said to be none", "[portal]")
{
    PrivatePortal site;
    SampleMail sample{1};
    sample.mail.preview.sanitiser = 0;
    sample.mail.preview.text = " \r\n";
    CHECK(has(site.get("/m/" + site.claim(site.hold(sample.mail))), "There is no text in it."));
}

TEST_CASE("without a database people are asked to wait, and the portal comes back", "[portal]")
{
    PrivatePortal site;
    const auto link = "/m/" + site.claim(site.hold());
    CHECK(site.get(link).status == 200);
    {
        ServerStop stop;
        const auto page = site.get(link);
        CHECK(page.status == 503);
        CHECK_FALSE(page.header("Retry-After").empty());
        CHECK_FALSE(page.header("Content-Security-Policy").empty());
        CHECK(site.post(link + "/release").status == 503);
    }
    CHECK(site.get(link).status == 200);
    CHECK(site.mta.sent.empty());
}

TEST_CASE("a flood is answered 429, and does not touch others", "[portal]")
{
    PrivatePortal site{3};
    const auto link = "/m/" + site.claim(site.hold());
    for (int time = 0; time < 3; ++time) CHECK(site.get(link).status == 200);
    const auto page = site.get(link);
    CHECK(page.status == 429);
    CHECK(page.header("Retry-After") == "60");
    CHECK(site.portal.answer({.path = link, .client = "192.0.2.2"}).status == 429);
    // Everybody else behind the same address has a link of his own.
    for (int person = 0; person < 9; ++person)
        CHECK(site.get("/m/" + site.claim(site.hold())).status == 200);
    // Who has none is counted by his address.
    for (int time = 0; time < 3; ++time)
        CHECK(site.get("/m/k1.invented" + std::to_string(time)).status == 403);
    CHECK(site.get("/m/k1.invented").status == 429);
    CHECK(site.get("/").status == 429);
    CHECK(site.portal.answer({.path = "/", .client = "192.0.2.2"}).status == 404);
    // What a page brings along is counted with it.
    CHECK(site.get("/style-1d4e89.css").status == 200);
    site.now += 2min;
    CHECK(site.get(link).status == 200);
}

TEST_CASE("the page speaks the language of the account", "[portal]")
{
    PrivatePortal site;
    const auto link = "/m/" + site.claim(site.hold());
    auto admin = site.database();
    CHECK_FALSE(store::Directory{admin}.set(Owner::address("bob@example.com"), "language", "fr",
                                            {"test", "test"}));
    CHECK(has(site.get(link), "<html lang=\"fr\" dir=\"ltr\">"));
    const auto stranger = site.portal.answer(
        {.path = "/m/x", .client = "192.0.2.1", .languages = "sv, de-CH;q=0.8, en;q=0.5"});
    CHECK(has(stranger, "<html lang=\"de\""));
}

TEST_CASE("a time without end does not take the page away", "[portal]")
{
    PrivatePortal site;
    const auto link = "/m/" + site.claim(site.hold());
    Sql sql{site.config.connection};
    sql.run("alter table lazaret.held_copy drop constraint held_copy_finite_times");
    for (const std::string time : {"infinity", "-infinity"}) {
        sql.run("update lazaret.held_copy set received = '" + time + "'");
        CHECK(site.get(link).status == 200);
    }
}
