#include <set>

#include "portal/route.hpp"
#include "quarantine-store/sessions.hpp"
#include "tests/portal/two_people.hpp"
#include "tests/support/catch.hpp"

using namespace lazaret;
using namespace lazaret::test;
using namespace std::chrono_literals;
using Form = Person::Form;

namespace {

std::vector<std::string> session_numbers(const std::string& page)
{
    std::vector<std::string> all;
    const std::string mark = "name=\"session\" value=\"";
    for (auto at = page.find(mark); at != std::string::npos; at = page.find(mark, at + 1)) {
        const auto begin = at + mark.size();
        all.push_back(page.substr(begin, page.find('"', begin) - begin));
    }
    return all;
}

}  // namespace

TEST_CASE("a session's cookie is bound to the host, hidden from scripts and other sites",
          "[portal]")
{
    PrivatePortal site;
    auto bob = bob_with_password(site);
    bob.post("/account/leave");
    const auto set = bob.sign_in(mailbox, good).header("Set-Cookie");
    CHECK(set.starts_with("__Host-lazaret="));
    CHECK(set.find("; Path=/; Max-Age=604800; HttpOnly; SameSite=Lax; Secure") !=
          std::string::npos);
    CHECK(set.find("Domain") == std::string::npos);
}

TEST_CASE("a cookie from before signing in is not the one after, and is worth nothing", "[portal]")
{
    PrivatePortal site;
    auto bob = bob_with_password(site);
    bob.post("/account/leave");
    // Somebody else put his own session's cookie into Bob's browser.
    Person other{site};
    REQUIRE(other.post(header_link(site)).status == 303);
    const auto planted = other.cookie;
    bob.cookie = planted;
    CHECK(bob.sign_in(mailbox, good).status == 303);
    CHECK(bob.cookie != planted);
    CHECK(bob.is_in());
    CHECK_FALSE(other.is_in());
    // An invented one is not taken over either.
    bob.cookie = "__Host-lazaret=" + portal::seal_token(site.keys, std::string(43, 'a'));
    CHECK_FALSE(bob.is_in());
    const auto invented = bob.cookie;
    CHECK(bob.sign_in(mailbox, good).status == 303);
    CHECK(bob.cookie != invented);
    CHECK_FALSE(Person{site, "192.0.2.1", invented}.is_in());
}

TEST_CASE("a session by a report's link is limited, and ends when it is said to", "[portal]")
{
    PrivatePortal site;
    auto bob = bob_with_password(site);
    Person by_link{site};
    REQUIRE(by_link.post(header_link(site)).status == 303);
    CHECK(by_link.is_in());
    for (const std::string path : {"/account/sessions", "/account/password"}) {
        const auto answer = by_link.get(path);
        CHECK(answer.status == 403);
        CHECK(answer.body.find("/account/sign-in") != std::string::npos);
    }
    for (const std::string path :
         {"/account/sessions/end", "/account/sessions/end-all", "/account/password"})
        CHECK(by_link.post(path, {{"session", "1"}, {"old", good}, {"password", "x1234567890"}})
                  .status == 403);
    CHECK(bob.is_in());
    site.now += 24h + 1s;
    CHECK_FALSE(by_link.is_in());
    CHECK(bob.is_in());
    site.now += 6 * 24h;
    CHECK_FALSE(bob.is_in());
}

TEST_CASE("however many sessions a report's link opens, they are counted as one", "[portal]")
{
    PrivatePortal site{20};
    auto bob = bob_with_password(site);
    site.now += 3min;
    std::vector<std::string> cookies;
    for (int time = 0; time < 10; ++time) {
        Person by_link{site};
        // Another report has another link, to the same.
        REQUIRE(
            by_link
                .post("/a/" + store::seal_claim(site.keys, store::AccountClaim{1, site.account()},
                                                site.now + time * 24h))
                .status == 303);
        cookies.push_back(by_link.cookie);
    }
    int answered = 0;
    for (int round = 0; round < 3; ++round)
        for (const auto& cookie : cookies)
            if (site.get("/account", cookie).status == 200) ++answered;
    CHECK(answered == 10);
    CHECK(site.get(header_link(site)).status == 429);
    // What ended has a count of its own, and whoever knows the password another.
    const auto old = "/a/" + store::seal_claim(site.keys, store::AccountClaim{1, site.account()},
                                               site.now - 48h);
    CHECK(site.get(old).status == 410);
    CHECK(bob.is_in());
    // Those that ended are counted together, but apart: their seal is still good, and whoever keeps
    // one must not keep out who has the newest link.
    site.now += 3min;
    Sql{site.config.connection}.run("delete from lazaret.session where kind = 'link'");
    int asked = 0;
    for (int round = 0; round < 4; ++round)
        for (const auto& cookie : cookies)
            if (site.get("/account", cookie).status == 403) ++asked;
    CHECK(asked == 10 + 20);  // the first time it is not known yet
    CHECK(site.get(header_link(site)).status == 200);
    CHECK(bob.is_in());
}

TEST_CASE("where the site wants it, the report's link leads to signing in", "[portal]")
{
    PrivatePortal site{PrivatePortal::Options{.link_session_life = 0s}};
    site.hold();
    Person bob{site};
    const auto opened = bob.post(header_link(site));
    CHECK(opened.status == 303);
    CHECK(opened.header("Location") == "/account/sign-in");
    CHECK(bob.cookie.empty());
    // Who is in by his password goes on, and keeps what he may do.
    CHECK(bob.post(link_for_bob(site), {{"password", good}}).status == 303);
    CHECK(bob.post(header_link(site)).header("Location") == "/account");
    CHECK(bob.get("/account/sessions").status == 200);
}

TEST_CASE("one sees one's sessions, ends single ones and all of them", "[portal]")
{
    PrivatePortal site;
    auto bob = bob_with_password(site);
    Person phone{site, "198.51.100.7"};
    REQUIRE(phone.sign_in(mailbox, good).status == 303);
    Person by_link{site};
    REQUIRE(by_link.post(header_link(site)).status == 303);
    const auto page = bob.get("/account/sessions").body;
    CHECK(page.find("198.51.100.7") != std::string::npos);
    CHECK(page.find("Firefox, Windows") != std::string::npos);
    CHECK(page.find("This is where you are now.") != std::string::npos);
    const auto numbers = session_numbers(page);
    REQUIRE(numbers.size() == 3);

    // Somebody else's numbers do nothing.
    const SampleMail sample{60};
    store::make_keeper(site.config, 1)
        ->hold(sample.mail, std::vector{sample_copy("ann@example.com")});
    Person ann{site, "198.51.100.8"};
    ann.post("/account/link", {{"address", "ann@example.com"}});
    REQUIRE(ann.post(mailed_links(site).at("ann@example.com"), {{"password", good}}).status == 303);
    for (const auto& number : numbers)
        CHECK(ann.post("/account/sessions/end", {{"session", number}}).status == 404);
    CHECK(Sql{site.config.connection}.one(
              "select count(*) from lazaret.audit where what = 'trespass' and who = "
              "'ann@example.com' and from_where = '198.51.100.8' and subject like 'session:%'") ==
          "3");
    for (const auto* number : {"0", "-1", "x", "", "99999999999999999999"})
        CHECK(bob.post("/account/sessions/end", {{"session", number}}).status == 303);
    CHECK(session_numbers(bob.get("/account/sessions").body).size() == 3);
    CHECK(session_numbers(ann.get("/account/sessions").body).size() == 1);

    // The oldest was seen first, and stands last: Bob's own.
    CHECK(bob.post("/account/sessions/end", {{"session", numbers[0]}}).status == 303);
    CHECK((phone.is_in() ? 1 : 0) + (by_link.is_in() ? 1 : 0) == 1);
    const auto out = bob.post("/account/sessions/end-all");
    CHECK(out.status == 200);
    CHECK(out.header("Set-Cookie").find("Max-Age=0") != std::string::npos);
    for (auto* one : {&bob, &phone, &by_link}) CHECK_FALSE(one->is_in());
    CHECK(ann.is_in());
}

TEST_CASE("signing out ends the session itself, not only its cookie", "[portal]")
{
    PrivatePortal site;
    auto bob = bob_with_password(site);
    const auto kept = bob.cookie;
    CHECK(bob.get("/account/leave").status == 405);
    CHECK(bob.is_in());
    CHECK(bob.post("/account/leave").header("Set-Cookie").find("Max-Age=0") != std::string::npos);
    bob.cookie = kept;
    CHECK_FALSE(bob.is_in());
}

TEST_CASE("a changed password makes a new session, and ends the others", "[portal]")
{
    PrivatePortal site;
    auto bob = bob_with_password(site);
    Person phone{site};
    phone.sign_in(mailbox, good);
    const auto before = bob.cookie;
    CHECK(bob.post("/account/password", {{"old", "wrong"}, {"password", "four red umbrellas"}})
              .status == 403);
    CHECK(bob.post("/account/password", {{"old", good}, {"password", "short"}}).status == 400);
    CHECK(bob.cookie == before);
    CHECK(
        bob.post("/account/password", {{"old", good}, {"password", "four red umbrellas"}}).status ==
        303);
    CHECK(bob.cookie != before);
    CHECK(bob.is_in());
    CHECK_FALSE(phone.is_in());
    CHECK_FALSE(Person{site, "192.0.2.1", before}.is_in());
    CHECK(phone.sign_in(mailbox, good).status == 403);
    CHECK(phone.sign_in(mailbox, "four red umbrellas").status == 303);
    // A session that was left open is no place to try passwords either.
    for (int time = 0; time < 5; ++time)
        bob.post("/account/password", {{"old", "wrong"}, {"password", "five blue umbrellas"}});
    phone.cookie = {};
    CHECK(phone.sign_in(mailbox, "four red umbrellas").status == 429);
}

TEST_CASE("no page of another site signs anybody in or out", "[portal]")
{
    PrivatePortal site;
    auto bob = bob_with_password(site);
    administer(site, mailbox);
    const auto cookie = bob.cookie;
    const auto link = link_for_bob(site);
    struct Row {
        std::string path;
        Form form;
    };
    const std::vector<Row> rows = {
        {"/account/sign-in", {{"address", mailbox}, {"password", good}}},
        {"/account/link", {{"address", mailbox}}},
        {link, {{"password", "four red umbrellas"}}},
        {"/account/password", {{"old", good}, {"password", "four red umbrellas"}}},
        {"/account/sessions/end", {{"session", "1"}}},
        {"/account/sessions/end-all", {}},
        {"/account/leave", {}},
        {"/account/lists/remove", {{"entry", "1"}}},
        {"/account/lists/enable", {{"entry", "1"}}},
        {"/account/lists/disable", {{"entry", "1"}}},
        {"/account/lists/add", {{"kind", "allow"}, {"sender", "evil.example"}}},
        {"/account/lists/import", {{"table", "evil.example"}}},
        {"/account/act", {{"deed", "delete"}, {"all", "1"}}},
        {"/account/tenant/act", {{"account", "tenant.1"}, {"deed", "delete"}, {"all", "1"}}},
        {"/account/tenant/lists/add",
         {{"account", "tenant.1"},
          {"owner", "tenant:1"},
          {"kind", "allow"},
          {"sender", "evil.example"}}},
        {"/account/tenant/lists/remove", {{"account", "tenant.1"}, {"entry", "1"}}},
        {"/account/tenant/settings",
         {{"account", "tenant.1"}, {"owner", "tenant:1"}, {"hold_at", "99"}}},
        {"/account/report", {}},
        {"/account/settings", {{"language", "pl"}}},
        {"/account/delivered/vote", {{"message", digest_number(1).hex()}, {"says", "spam"}}},
        {header_link(site), {}},
    };
    for (const auto& [path, form] : rows)
        for (const auto& [origin, fetch_site] : std::vector<std::pair<std::string, std::string>>{
                 {"https://evil.example", ""},
                 {"", "cross-site"},
                 {"null", "same-site"},
                 {"null", ""},
                 {"http://quarantine.example.com", ""}}) {
            INFO(path << " from " << origin << ' ' << fetch_site);
            Person forged{site, "192.0.2.1", cookie, origin, fetch_site};
            CHECK(forged.post(path, form).status == 403);
            CHECK(forged.cookie == cookie);
            CHECK(bob.is_in());
        }
    CHECK(mailed_links(site).empty());
    CHECK(site.entries().empty());
    CHECK(Sql{site.config.connection}.one("select count(*) from lazaret.held_copy where state = "
                                          "'held'") == "1");
}

TEST_CASE("doors that only act are not opened by looking", "[portal]")
{
    PrivatePortal site;
    auto bob = bob_with_password(site);
    const auto copy = site.hold().text();
    bob.post("/account/lists/add", {{"kind", "deny"}, {"sender", "eve@example.org"}});
    // What would be done by a form: to a message, an entry, a session.
    const auto form =
        "?deed=delete&answer=accepted&says=spam&address=" + mailbox + "&c1=" + copy +
        "&copy=" + copy + "&entry=" + std::to_string(site.entries().at(0).entry.id) +
        "&session=" + Sql{site.config.connection}.one("select session_id from lazaret.session") +
        "&password=four+red+umbrellas&language=fr&owner=tenant:1";
    // All others do one of the two.
    const std::set<std::string> show_and_act = {"/account/sign-in",
                                                "/account/password",
                                                "/account/factor",
                                                "/account/settings",
                                                "/account/tenant/settings",
                                                "/account/requests",
                                                "/account/newsletters/unsubscribe"};
    const auto before = everything(site.config);
    for (const auto& path : portal::plain_paths()) {
        INFO(path);
        const auto acts = takes_post(portal::route_of(path));
        for (const auto& asked : {path, path + form}) {
            const auto answer = site.get(asked, bob.cookie);
            CHECK(answer.status < 500);
            if (acts && !show_and_act.contains(path)) {
                CHECK(answer.status == 405);
                CHECK(answer.header("Allow") == "POST, OPTIONS");
            }
        }
        if (!acts) CHECK(bob.post(path).status == 405);
    }
    CHECK(everything(site.config) == before);
    CHECK(mailed_links(site).empty());
    CHECK(bob.is_in());
}

TEST_CASE("what is over is tidied away, and an account has no endless number of sessions",
          "[portal]")
{
    PrivatePortal site;
    auto bob = bob_with_password(site);
    link_for_bob(site);
    for (int time = 0; time < 60; ++time) Person{site}.post(header_link(site));
    Sql sql{site.config.connection};
    CHECK(sql.one("select count(*) from lazaret.session where kind = 'link'") == "50");
    CHECK(bob.is_in());
    auto admin = site.database();
    sql.run(
        "insert into lazaret.attempt (key, failures, last, until) "
        "values ('sign-in x', 3, now(), now())");
    site.now += 25h;
    sql.run("select lazaret.tidy_sign_ins(now() + interval '25 hours')");
    CHECK(sql.one("select count(*) from lazaret.session") == "1");
    CHECK(sql.one("select count(*) from lazaret.password_link") == "0");
    CHECK(sql.one("select count(*) from lazaret.attempt") == "0");
    CHECK(bob.is_in());
}

TEST_CASE("an administrator ends somebody's sessions, and his password", "[portal]")
{
    PrivatePortal site;
    auto bob = bob_with_password(site);
    auto admin = site.database();
    const store::Actor root{"root", "lazaretctl"};
    CHECK(store::lock_out(admin, *parse_address(mailbox), false, root).value().sessions == 1);
    CHECK_FALSE(bob.is_in());
    CHECK(bob.sign_in(mailbox, good).status == 303);
    const auto link = link_for_bob(site);
    CHECK(store::lock_out(admin, *parse_address(mailbox), true, root).value().sessions == 1);
    CHECK_FALSE(bob.is_in());
    CHECK(bob.sign_in(mailbox, good).status == 403);
    CHECK(bob.get(link).status == 403);
    CHECK_FALSE(store::lock_out(admin, *parse_address("nobody@example.com"), true, root));
}
