#include <fmt/format.h>

#include <set>

#include "tests/portal/person.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/private_folder.hpp"

using namespace lazaret;
using namespace lazaret::test;
using namespace std::chrono_literals;
using portal::Method;

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
    CHECK_FALSE(has(everything(site.config), "umbrellas"));
}

TEST_CASE("the database has only hashes of what browsers and mails keep secret", "[portal]")
{
    PrivatePortal site;
    auto bob = bob_with_password(site);
    const auto link = link_for_bob(site);
    const auto token = portal::open_token(site.keys, bob.cookie.substr(15)).value();
    for (const auto& secret : {token, link.substr(3)})
        CHECK_FALSE(has(everything(site.config), secret));
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

TEST_CASE("who tries long learns from no try which addresses there are", "[portal]")
{
    PrivatePortal site;
    bob_with_password(site).post("/account/leave");
    // Each try: what is answered, when to come again, how many passwords were compared for it.
    const auto tries_at = [&](const std::string& address, const std::string& network) {
        std::vector<std::string> all;
        for (int number = 1; number <= 12; ++number) {
            Person one{site, network + std::to_string(number)};
            const auto before = site.passwords.compared();
            const auto answer = one.sign_in(address, "guess number " + std::to_string(number));
            all.push_back(fmt::format("{} {} {}", answer.status, answer.header("Retry-After"),
                                      site.passwords.compared() - before));
            site.now += 6s;
        }
        return all;
    };
    const auto of_bob = tries_at(mailbox, "203.0.113.");
    CHECK(of_bob == tries_at("nobody@example.com", "198.51.100."));
    CHECK(of_bob == tries_at("nobody@elsewhere.example", "192.0.2."));
    const std::set<std::string> kinds{of_bob.begin(), of_bob.end()};
    CHECK(kinds.contains("403  1"));
    CHECK(kinds.contains("429 9 0"));
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
