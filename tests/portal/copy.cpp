#include "quarantine-store/release.hpp"
#include "quarantine-store/requests.hpp"
#include "tests/portal/private_portal.hpp"
#include "tests/support/catch.hpp"

using namespace lazaret;
using namespace lazaret::test;
using namespace std::chrono_literals;
using store::CopyState;

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
