#include <fmt/format.h>

#include <set>

#include "quarantine-store/sessions.hpp"
#include "quarantine-store/upkeep.hpp"
#include "tests/portal/person.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/private_folder.hpp"

using namespace lazaret;
using namespace lazaret::test;
using namespace std::chrono_literals;
using portal::Method;
using Form = Person::Form;

namespace {

std::string header_link(PrivatePortal& site)
{
    return "/a/" +
           store::seal_claim(site.keys, store::AccountClaim{1, site.account()}, site.now + 24h);
}

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

TEST_CASE("a link by mail leads to a password, and that signs in", "[portal]")
{
    PrivatePortal site;
    site.hold();
    Person bob{site};
    CHECK(bob.get("/account/sign-in").status == 200);
    CHECK(bob.sign_in(mailbox, good).status == 403);
    CHECK(bob.post("/account/link", {{"address", " Bob@Example.COM "}}).status == 200);
    const auto link = mailed_links(site).at(mailbox);
    CHECK(bob.get(link).body.find("method=\"post\" action=\"" + link + '"') != std::string::npos);
    const auto form = bob.post(link);
    CHECK(form.status == 200);
    CHECK(form.body.find("type=\"password\"") != std::string::npos);
    CHECK(form.header("Referrer-Policy") == "same-origin");
    CHECK(form.header("Cache-Control") == "no-store");
    CHECK(bob.cookie.empty());
    const auto set = bob.post(link, {{"password", good}});
    CHECK(set.status == 303);
    CHECK(set.header("Location") == "/account");
    CHECK(bob.is_in());
    CHECK(bob.post("/account/leave").status == 200);
    CHECK_FALSE(bob.is_in());

    CHECK(bob.sign_in(mailbox, good + "!").status == 403);
    CHECK_FALSE(bob.is_in());
    const auto in = bob.sign_in("BOB@example.com", good);
    CHECK(in.status == 303);
    CHECK(bob.is_in());
    Sql sql{site.config.connection};
    CHECK(sql.one("select count(*) from lazaret.password where hash like '$argon2id$%'") == "1");
    CHECK(sql.one("select string_agg(t::text, '') like '%umbrellas%' from lazaret.password t") ==
          "f");
}

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

TEST_CASE("the database has only hashes of what browsers and mails keep secret", "[portal]")
{
    PrivatePortal site;
    auto bob = bob_with_password(site);
    const auto link = link_for_bob(site);
    const auto token = portal::open_token(site.keys, bob.cookie.substr(15)).value();
    Sql sql{site.config.connection};
    for (const auto& secret : {token, link.substr(3)})
        for (const std::string table : {"session", "password_link", "notification", "audit"}) {
            INFO(table);
            CHECK(sql.one("select count(*) from lazaret." + table + " t where t::text like '%" +
                          secret + "%'") == "0");
        }
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

TEST_CASE("a link is used once", "[portal]")
{
    PrivatePortal site;
    site.hold();
    const auto link = link_for_bob(site);
    Person bob{site};
    // What only looks changes nothing: a scanner may open it as often as it likes.
    for (int time = 0; time < 3; ++time) {
        CHECK(bob.get(link).status == 200);
        CHECK(bob.ask(Method::Head, link).status == 200);
        CHECK(bob.post(link).status == 200);
    }
    CHECK(Sql{site.config.connection}.one("select count(*) from lazaret.password") == "0");
    CHECK(bob.post(link, {{"password", "short"}}).status == 400);
    CHECK(bob.post(link, {{"password", good}}).status == 303);
    Person second{site};
    CHECK(second.post(link, {{"password", "another long one"}}).status == 403);
    CHECK(second.get(link).status == 403);
    CHECK(second.cookie.empty());
    CHECK(second.sign_in(mailbox, "another long one").status == 403);
    CHECK(second.sign_in(mailbox, good).status == 303);
}

TEST_CASE("a link ends after half an hour, counted from when it was sent", "[portal]")
{
    PrivatePortal site;
    site.hold();
    Person bob{site};
    bob.post("/account/link", {{"address", mailbox}});
    site.now += 2h;  // the mail server was away
    const auto link = mailed_links(site).at(mailbox);
    site.now += 29min;
    CHECK(bob.get(link).status == 200);
    site.now += 2min;
    CHECK(bob.get(link).status == 403);
    CHECK(bob.post(link, {{"password", good}}).status == 403);
    CHECK(Sql{site.config.connection}.one("select count(*) from lazaret.password") == "0");
    // Nobody waits for one that he asked for in the morning.
    bob.post("/account/link", {{"address", mailbox}});
    site.now += 7h;
    CHECK(mailed_links(site).empty());
}

TEST_CASE("a new link's password ends the sessions and links that there were", "[portal]")
{
    PrivatePortal site;
    auto bob = bob_with_password(site);
    Person by_link{site};
    by_link.post(header_link(site));
    REQUIRE(by_link.is_in());
    const auto first = link_for_bob(site);
    const auto second = link_for_bob(site);
    REQUIRE(first != second);
    Person other{site};
    CHECK(other.post(second, {{"password", "four red umbrellas"}}).status == 303);
    CHECK(other.is_in());
    CHECK_FALSE(bob.is_in());
    CHECK_FALSE(by_link.is_in());
    CHECK(other.get(first).status == 403);
    CHECK(bob.sign_in(mailbox, good).status == 403);
}

TEST_CASE("an address without account, one without password and a wrong one answer alike",
          "[portal]")
{
    PrivatePortal site;
    auto bob = bob_with_password(site);
    {
        const SampleMail sample{50};
        store::make_keeper(site.config, 1)
            ->hold(sample.mail, std::vector{sample_copy("ann@example.com")});
    }
    std::set<std::string> bodies;
    std::set<std::string> headers;
    int number = 0;
    for (const std::string address :
         {"bob@example.com", "ann@example.com", "nobody@example.com", "nobody@elsewhere.example"}) {
        Person one{site, "203.0.113." + std::to_string(++number)};
        const auto before = site.passwords.compared();
        const auto answer = one.sign_in(address, "not the password");
        // As much work for each: there is always a hash to compare with.
        CHECK(site.passwords.compared() == before + 1);
        CHECK(answer.status == 403);
        auto body = answer.body;
        const auto at = body.find(address);
        REQUIRE(at != std::string::npos);
        bodies.insert(body.replace(at, address.size(), "ADDRESS"));
        std::string all;
        for (const auto& [name, value] : answer.headers) all += name + ": " + value + '\n';
        headers.insert(all);
    }
    CHECK(bodies.size() == 1);
    CHECK(headers.size() == 1);
}

TEST_CASE("asking for a link is answered alike, and done alike, for every address", "[portal]")
{
    PrivatePortal site;
    site.hold();
    Sql sql{site.config.connection};
    std::set<std::string> answers;
    int number = 0;
    for (const std::string address :
         {"bob@example.com", "nobody@example.com", "x@elsewhere.example"}) {
        Person one{site, "203.0.113." + std::to_string(++number)};
        const auto answer = one.post("/account/link", {{"address", address}});
        CHECK(answer.status == 200);
        answers.insert(answer.body);
        // The same row is written: which of them exists is asked by another program.
        CHECK(sql.one("select count(*) from lazaret.password_request where address = '" + address +
                      "'") == "1");
    }
    CHECK(answers.size() == 1);
    const auto links = mailed_links(site);
    CHECK(links.size() == 1);
    CHECK(links.contains(mailbox));
    CHECK(sql.one("select count(*) from lazaret.password_request") == "0");
}

TEST_CASE("links are mailed to an address three times a day, then slower", "[portal]")
{
    PrivatePortal site;
    site.hold();
    std::size_t mails = 0;
    for (int time = 0; time < 20; ++time) {
        // From many networks: none of them asks too often.
        Person one{site, "10.0." + std::to_string(time) + ".1"};
        CHECK(one.post("/account/link", {{"address", mailbox}}).status == 200);
        mails += mailed_links(site).size();
    }
    CHECK(mails == 3);
    // One network that asks for many people is told so.
    int told = 0;
    for (int time = 0; time < 20; ++time) {
        Person one{site, "192.0.2." + std::to_string(time)};
        const auto answer =
            one.post("/account/link", {{"address", std::to_string(time) + "@example.com"}});
        if (answer.status == 429) ++told;
    }
    CHECK(told == 10);
}

TEST_CASE("passwords are tried five times, then ever more slowly, wherever they come from",
          "[portal]")
{
    PrivatePortal site;
    auto bob = bob_with_password(site);
    bob.post("/account/leave");
    const auto attack = [&](int number) {
        Person one{site, "10.0." + std::to_string(number) + ".1"};
        return one.sign_in(mailbox, "guess number " + std::to_string(number));
    };
    for (int number = 1; number <= 5; ++number) CHECK(attack(number).status == 403);
    const auto blocked = attack(6);
    CHECK(blocked.status == 429);
    CHECK(blocked.header("Retry-After") == "15");
    CHECK(blocked.body.find("wait 1 minute,") != std::string::npos);
    // Not even the right one, and nothing is compared.
    const auto before = site.passwords.compared();
    CHECK(bob.sign_in(mailbox, good).status == 429);
    CHECK(site.passwords.compared() == before);
    // A restart forgets nothing: it stands in the database. What waits grows.
    std::vector<std::string> waits;
    for (int number = 7; number < 16; ++number) {
        auto waiting = attack(number).header("Retry-After");
        while (!waiting.empty()) {
            waits.push_back(waiting);
            site.now += std::chrono::seconds{std::stoi(waiting)};
            waiting = attack(number).header("Retry-After");
        }
    }
    CHECK(std::vector(waits.begin(), waits.begin() + 6) ==
          std::vector<std::string>{"15", "30", "60", "120", "240", "480"});
    CHECK(waits.back() == "900");
    // The way by mail stays open, and sets him free.
    CHECK(bob.post(link_for_bob(site), {{"password", "four red umbrellas"}}).status == 303);
    bob.post("/account/leave");
    CHECK(bob.sign_in(mailbox, "four red umbrellas").status == 303);
}

TEST_CASE("who signs in begins to count anew; after a day so does everybody", "[portal]")
{
    PrivatePortal site;
    auto bob = bob_with_password(site);
    for (int round = 0; round < 5; ++round) {
        for (int time = 0; time < 4; ++time)
            CHECK(bob.sign_in(mailbox, "not the password").status == 403);
        CHECK(bob.sign_in(mailbox, good).status == 303);
    }
    for (int time = 0; time < 5; ++time) bob.sign_in(mailbox, "not the password");
    CHECK(bob.sign_in(mailbox, good).status == 429);
    site.now += 25h;
    for (int time = 0; time < 4; ++time)
        CHECK(bob.sign_in(mailbox, "not the password").status == 403);
    CHECK(bob.sign_in(mailbox, good).status == 303);
}

TEST_CASE("a network that tries many addresses is held up, and only that network", "[portal]")
{
    PrivatePortal site;
    auto bob = bob_with_password(site);
    bob.post("/account/leave");
    int answered = 0;
    for (int number = 0; number < 60; ++number) {
        // All of one /24, and of one /64.
        const auto text = std::to_string(number);
        Person four{site, "203.0.113." + text};
        Person six{site, "2001:db8:1:2::" + text};
        for (auto* one : {&four, &six})
            if (one->sign_in("user" + text + "@example.com", "password1234").status == 403)
                ++answered;
    }
    CHECK(answered == 60);
    Person neighbour{site, "203.0.113.200"};
    CHECK(neighbour.sign_in(mailbox, good).status == 429);
    Person same_provider{site, "2001:db8:1:3::1"};
    CHECK(same_provider.sign_in(mailbox, good).status == 303);
}

TEST_CASE("a flood of sign-ins is sent away before it takes memory", "[portal]")
{
    PrivatePortal site{PrivatePortal::Options{.checks_at_once = 1}};
    auto bob = bob_with_password(site);
    bob.post("/account/leave");
    {
        const auto turn = site.passwords.take_turn();
        REQUIRE(turn);
        const auto busy = bob.sign_in(mailbox, good);
        CHECK(busy.status == 503);
        CHECK_FALSE(busy.header("Retry-After").empty());
        // Others are served meanwhile.
        Person by_link{site};
        by_link.post(header_link(site));
        CHECK(by_link.is_in());
    }
    // Nothing was counted against him.
    CHECK(Sql{site.config.connection}.one(
              "select count(*) from lazaret.attempt where key like 'sign-in %'") == "0");
    CHECK(bob.sign_in(mailbox, good).status == 303);
}

TEST_CASE("passwords are long, not one's address, and not in the site's list", "[portal]")
{
    const PrivateFolder folder;
    // The sums of "qwertyuiop12", "correct horse battery" and "password1234": first, among and
    // last.
    std::string list = "5AD56F95E58809DF7AFAD232A414BB6A1F7EB7E3:12\r\n";
    for (int number = 0; number < 1000; ++number) list += fmt::format("6{:039X}:3\r\n", number);
    list += "98DECC62ECE399A22ED30D490EF333BE7FDE7385:1\r\n";
    for (int number = 0; number < 999; ++number) list += fmt::format("a{:039x}\n", number);
    list += "E6B6AFBD6D76BB5D2041542D7D2E3FAC5BB05593";
    folder.write("list.txt", list);
    PrivatePortal site{PrivatePortal::Options{.breached = (folder.path() / "list.txt").string()}};
    site.hold();
    const auto link = link_for_bob(site);
    Person bob{site};
    const auto set = [&](const std::string& password) {
        return bob.post(link, {{"password", password}});
    };
    CHECK(set("").status == 400);
    CHECK(set("123456789").body.find("at least 10 characters") != std::string::npos);
    CHECK(set(std::string(201, 'a')).body.find("at most 200 characters") != std::string::npos);
    CHECK(set("Bob@Example.com").status == 400);
    // Nine characters of two bytes each are nine.
    CHECK(set("ééééééééé").status == 400);
    for (const auto* stolen : {"qwertyuiop12", "correct horse battery", "password1234"})
        CHECK(set(stolen).body.find("was stolen elsewhere") != std::string::npos);
    CHECK(bob.cookie.empty());
    CHECK(set("éééééééééé").status == 303);
    // A list that is asked for and not there lets nobody choose, rather than everything.
    PrivatePortal other{PrivatePortal::Options{.breached = (folder.path() / "none.txt").string()}};
    other.hold();
    const auto unsure = Person{other}.post(link_for_bob(other), {{"password", good}});
    CHECK(unsure.status == 500);
    CHECK(Sql{other.config.connection}.one("select count(*) from lazaret.password") == "0");
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
    for (const auto& number : numbers) ann.post("/account/sessions/end", {{"session", number}});
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
    for (const std::string path :
         {"/account/link", "/account/sessions/end", "/account/sessions/end-all"}) {
        const auto answer = bob.get(path);
        CHECK(answer.status == 405);
        CHECK(answer.header("Allow") == "POST, OPTIONS");
    }
    CHECK(bob.post("/account/sessions").status == 405);
    CHECK(bob.is_in());
}

TEST_CASE("what a stranger types comes back harmless", "[portal]")
{
    PrivatePortal site;
    Person one{site};
    const std::vector<std::string> addresses{"\"><script>alert(1)</script>",
                                             "a@b\r\nSet-Cookie: x=y", "' or 1=1 --", "\\\"{},",
                                             std::string(5000, '@')};
    for (const auto& address : addresses) {
        const auto answer = one.sign_in(address, "'; drop table lazaret.password; --");
        CHECK(answer.status == 403);
        CHECK(answer.body.find("<script>") == std::string::npos);
        CHECK(answer.header("Set-Cookie").empty());
        CHECK(one.post("/account/link", {{"address", address}}).status == 200);
    }
    CHECK(mailed_links(site).empty());
}

TEST_CASE("an account whose domain left has no way in by password", "[portal]")
{
    PrivatePortal site;
    auto bob = bob_with_password(site);
    auto admin = site.database();
    const auto mailed_before = link_for_bob(site);
    CHECK(store::Directory{admin}.remove_domain("example.com", {"test", "test"}));
    CHECK_FALSE(bob.is_in());
    CHECK(bob.post(mailed_before, {{"password", good}}).status == 403);
    CHECK_FALSE(bob.is_in());
    CHECK(bob.sign_in(mailbox, good).status == 403);
    bob.post("/account/link", {{"address", mailbox}});
    CHECK(mailed_links(site).empty());
}

TEST_CASE("what is typed wrong in a company's network is counted for a day, not for ever",
          "[portal]")
{
    PrivatePortal site;
    Person colleague{site};
    for (int hour = 0; hour < 60; ++hour) {
        INFO(hour);
        CHECK(colleague.sign_in(fmt::format("p{}@example.com", hour), "mistyped").status == 403);
        site.now += 1h;
    }
}

TEST_CASE("what is no address is nobody's to block", "[portal]")
{
    PrivatePortal site;
    for (int place = 1; place < 12; ++place)
        CHECK(Person{site, fmt::format("192.0.{}.1", place)}.sign_in("bob at home", "x").status ==
              403);
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
    CHECK(store::lock_out(admin, mailbox, false, root) == 1);
    CHECK_FALSE(bob.is_in());
    CHECK(bob.sign_in(mailbox, good).status == 303);
    const auto link = link_for_bob(site);
    CHECK(store::lock_out(admin, mailbox, true, root) == 1);
    CHECK_FALSE(bob.is_in());
    CHECK(bob.sign_in(mailbox, good).status == 403);
    CHECK(bob.get(link).status == 403);
    CHECK_FALSE(store::lock_out(admin, "nobody@example.com", true, root));
}
