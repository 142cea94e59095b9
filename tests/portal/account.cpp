#include "quarantine-store/directory.hpp"
#include "quarantine-store/notifications.hpp"
#include "tests/portal/private_portal.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/private_folder.hpp"

using namespace lazaret;
using namespace lazaret::test;
using namespace std::chrono_literals;
using portal::Method;

TEST_CASE("the header link opens the account's copies by a button, for a while", "[portal]")
{
    PrivatePortal site;
    const auto reference = site.hold();
    const store::AccountClaim claim{1, site.account()};
    const auto link = "/a/" + store::seal_claim(site.keys, claim, site.now + 24h);
    CHECK(site.get(link).body.find("Open my quarantine") != std::string::npos);
    CHECK(site.get("/account").status == 403);

    const auto opened = site.post(link);
    CHECK(opened.status == 303);
    CHECK(opened.header("Location") == "/account");
    const auto cookie = opened.header("Set-Cookie");
    CHECK(cookie.starts_with("__Host-lazaret="));
    CHECK(cookie.find("; HttpOnly; SameSite=Lax; Secure") != std::string::npos);
    const auto value = cookie.substr(0, cookie.find(';'));
    const auto page = site.get("/account", "a=b; " + value);
    CHECK(page.status == 200);
    CHECK(page.body.find("number 1") != std::string::npos);

    // Each row leads to its copy.
    const auto start = page.body.find("/m/");
    REQUIRE(start != std::string::npos);
    const auto row = page.body.substr(start, page.body.find('"', start) - start);
    CHECK(site.post(row + "/release").status == 303);
    CHECK(site.copy(reference).summary.state == store::CopyState::Released);

    CHECK(site.get("/account", value + "x").status == 403);
    CHECK(site.get("/account", "__Host-lazaret=" + link.substr(3)).status == 403);
    CHECK(site.post("/account/leave").header("Set-Cookie").find("Max-Age=0") != std::string::npos);
    site.now += 25h;
    CHECK(site.get("/account", value).status == 403);
}

TEST_CASE("an old header link offers a new report by mail, and nothing else", "[portal]")
{
    PrivatePortal site;
    site.hold();
    const auto link =
        "/a/" + store::seal_claim(site.keys, store::AccountClaim{1, site.account()}, site.now + 1h);
    site.now += 3h;
    const auto page = site.get(link);
    CHECK(page.status == 410);
    CHECK(page.body.find(link + "/fresh") != std::string::npos);
    CHECK(site.post(link).header("Set-Cookie").empty());
    auto admin = site.database();
    store::Notifications notifications{admin};
    CHECK(notifications.status(10, true).empty());
    CHECK(site.get(link + "/fresh").status == 410);
    CHECK(notifications.status(10, true).empty());
    CHECK(site.post(link + "/fresh").status == 200);
    CHECK(site.post(link + "/fresh").status == 200);
    const auto wanted = notifications.status(10, true);
    REQUIRE(wanted.size() == 1);
    CHECK(wanted[0].mailbox == "bob@example.com");
}

TEST_CASE("who orders a report is told when none comes", "[portal]")
{
    PrivatePortal site;
    const auto copy = "/m/" + site.claim(site.hold()) + "/fresh";
    const auto account =
        "/a/" +
        store::seal_claim(site.keys, store::AccountClaim{1, site.account()}, site.now + 24h) +
        "/fresh";
    const auto cookie = site.session();
    Sql sql{site.config.connection};
    const auto send_all = [&] { sql.run("update lazaret.notification set state = 'sent'"); };
    for (int time = 0; time < 9; ++time) {
        CHECK(site.post(copy).status == 200);
        send_all();
    }
    // The tenth, however often it is asked for while it waits.
    CHECK(site.post(account).status == 200);
    CHECK(site.post_in(cookie, "/account/report", {}).status == 200);
    CHECK(site.post(copy).body.find("on its way") != std::string::npos);
    send_all();
    for (const auto& answer :
         {site.post(copy), site.post(account), site.post_in(cookie, "/account/report", {})}) {
        CHECK(answer.status == 429);
        CHECK(answer.body.find("No more reports for now") != std::string::npos);
    }
    CHECK(sql.one("select count(*) from lazaret.notification") == "10");
    site.now += 25h;
    CHECK(site.post(copy).status == 200);
}

TEST_CASE("the account's page takes back its own list entries, and no others", "[portal]")
{
    PrivatePortal site;
    CHECK(site.post("/m/" + site.claim(site.hold()) + "/block").status == 303);
    auto admin = site.database();
    store::NewEntry foreign;
    foreign.owner = Owner::address("ann@example.com");
    foreign.sender = parse_sender_pattern("x@example.net").value();
    store::Directory{admin}.add_entry(foreign, {"test", "test"}).value();
    foreign.owner = Owner::address("bob@example.com");
    foreign.sender = parse_sender_pattern("@example.net").value();
    store::Directory{admin}.add_entry(foreign, {"test", "test"}).value();

    const auto link =
        "/a/" + store::seal_claim(site.keys, store::AccountClaim{1, site.account()}, site.now + 1h);
    const auto cookie = site.post(link).header("Set-Cookie");
    const auto value = cookie.substr(0, cookie.find(';'));
    const auto page = site.get("/account/lists", value);
    CHECK(page.body.find("Blocked senders") != std::string::npos);
    const auto forget = [&](const std::string& number, const std::string& cookies) {
        return site.portal
            .answer({.method = Method::Post,
                     .path = "/account/lists/remove",
                     .form = {{"entry", number}},
                     .client = "192.0.2.1",
                     .cookies = cookies})
            .status;
    };
    const auto entries = site.entries();
    REQUIRE(entries.size() == 3);
    for (const auto& listed : entries) CHECK(forget(std::to_string(listed.entry.id), "") == 403);
    CHECK(site.entries().size() == 3);
    const auto mine = Owner::account(site.account());
    for (const auto& listed : entries)
        CHECK(forget(std::to_string(listed.entry.id), value) ==
              (listed.entry.owner == mine ? 303 : 404));
    CHECK(forget("", value) == 303);
    // Those of others stay, and so does what an administrator made.
    const auto left = site.entries();
    REQUIRE(left.size() == 2);
    for (const auto& listed : left) CHECK(listed.origin == "lazaretctl");
    CHECK(site.get("/account/lists", value).body.find("/account/lists/remove") ==
          std::string::npos);
    CHECK(site.get("/account/lists/remove", value).status == 405);
}

TEST_CASE("pages have the look of their reader's tenant", "[portal]")
{
    PrivatePortal site;
    auto admin = site.database();
    store::Directory directory{admin};
    const auto set = [&](const std::string& name, const std::string& value) {
        CHECK_FALSE(directory.set(Owner::domain("example.com"), name, value, {"test", "test"}));
    };
    set("report.name", "Post of <Example>");
    set("report.colour", "#ffee00");
    set("report.help_url", "https://help.example.com/");
    set("report.footer", "Open until five.");
    set("report.logo", "town.png");
    const PrivateFolder folder;
    folder.write("town.png", "\x89PNG\r\n\x1a\n...");
    site.logos = Logos{folder.path(), site.problems};
    const auto page = site.get("/m/" + site.claim(site.hold()));
    CHECK(page.body.find("Post of &lt;Example&gt;") != std::string::npos);
    CHECK(page.body.find("/style-ffee00.css") != std::string::npos);
    CHECK(page.body.find("https://help.example.com/") != std::string::npos);
    CHECK(page.body.find("Open until five.") != std::string::npos);
    CHECK(page.body.find("<img src=\"/logo/town.png\" alt=\"\">") != std::string::npos);
    const auto logo = site.get("/logo/town.png");
    CHECK(logo.status == 200);
    CHECK(logo.type == "image/png");
    CHECK(logo.header("Content-Security-Policy").find("default-src 'none'") == 0);
    CHECK(logo.header("Cache-Control") == "public, max-age=3600");
    CHECK(site.get("/logo/none.png").status == 404);
    const auto style = site.get("/style-ffee00.css");
    CHECK(style.status == 200);
    CHECK(style.body.find("background: #ffee00; color: #000000") != std::string::npos);
    CHECK(site.get("/m/x").body.find("/style-1d4e89.css") != std::string::npos);
}

TEST_CASE("another site cannot open a session in somebody's browser", "[portal]")
{
    PrivatePortal site;
    site.hold();
    const auto link =
        "/a/" + store::seal_claim(site.keys, store::AccountClaim{1, site.account()}, site.now + 1h);
    const auto from = [&](const std::string& origin, const std::string& fetch_site) {
        return site.portal
            .answer({.method = Method::Post,
                     .path = link,
                     .client = "192.0.2.1",
                     .origin = origin,
                     .fetch_site = fetch_site})
            .status;
    };
    CHECK(from("https://evil.example", "") == 403);
    CHECK(from("null", "cross-site") == 403);
    CHECK(from("null", "same-origin") == 303);
    CHECK(from("https://quarantine.example.com", "") == 303);
}

TEST_CASE("reports are turned off by POST only, by whatever body", "[portal]")
{
    PrivatePortal site;
    site.hold();
    const auto frequency = [&] {
        auto admin = site.database();
        const auto all =
            store::Directory{admin}.settings_of(Owner::address("bob@example.com")).value();
        for (const auto& one : all)
            if (one.name == "report.frequency") return one.value;
        return std::string{};
    };
    const auto link =
        "/u/" +
        store::seal_claim(site.keys, store::UnsubscribeClaim{1, site.account()}, site.now + 24h);
    CHECK(site.get(link).status == 200);
    CHECK(frequency() == "daily");
    CHECK(site.post(link, {{"List-Unsubscribe", "One-Click"}}).status == 200);
    CHECK(frequency() == "none");
    CHECK(site.post(link).status == 200);

    // The address is asked after the account, and an administrator's command sets it there.
    auto admin = site.database();
    store::Directory directory{admin};
    const auto bob = Owner::address("bob@example.com");
    for (const auto* name : {"report.frequency", "language"})
        CHECK_FALSE(directory.set(bob, name, name == std::string{"language"} ? "fr" : "daily",
                                  {"test", "test"}));
    CHECK(frequency() == "daily");
    CHECK(site.post(link).status == 200);
    CHECK(frequency() == "none");
    CHECK(directory.chosen(bob).language == "fr");
    // Said once, in the same transaction: it waits for the next held mail.
    site.hold();
    Sql sql{site.config.connection};
    CHECK(sql.one("select count(*) from lazaret.notification where kind = 'reports-off'") == "1");
    const auto stranger =
        "/u/" +
        store::seal_claim(site.keys, store::UnsubscribeClaim{2, site.account()}, site.now + 24h);
    CHECK(site.post(stranger).status == 403);
}
