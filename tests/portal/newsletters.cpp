#include "quarantine-store/newsletters.hpp"

#include <thread>

#include "quarantine-store/notebook.hpp"
#include "quarantine-store/release.hpp"
#include "tests/portal/person.hpp"
#include "tests/support/catch.hpp"

using namespace lazaret;
using namespace lazaret::test;

namespace {

const std::string path = "/account/newsletters";

bool has(const portal::Response& response, std::string_view text)
{
    return response.body.find(text) != std::string::npos;
}

// A newsletter of one list, from one address; what its author proved, and whether one click is
// recorded.
Reference hold(PrivatePortal& site, int number, const std::string& proved = "example.org",
               Class verdict = Class::Newsletter, const std::string& one_click = {})
{
    const SampleMail sample{number};
    auto copy = sample_copy("bob@example.com");
    copy.verdict = verdict;
    copy.explanation.proved = Explanation::Proved{};
    if (!proved.empty()) copy.explanation.proved->from = {Proof::dkim(proved)};
    copy.explanation.one_click = one_click;
    return store::make_keeper(site.config, 1)->hold(sample.mail, std::vector{copy}).at(0);
}

store::CopyState state_of(PrivatePortal& site, const Reference& reference)
{
    auto database = site.database();
    return store::Quarantine{database}.find(reference)->summary.state;
}

std::vector<store::ListedEntry> entries_of(PrivatePortal& site, ListKind kind)
{
    auto database = site.database();
    return store::Directory{database}.entries(Owner::account(site.account()), kind);
}

long count(PrivatePortal& site, const std::string& statement)
{
    return std::stol(Sql{site.config.connection}.rows(statement).at(0).at(0));
}

bool becomes_released(PrivatePortal& site, const Reference& reference)
{
    for (int tries = 0; tries < 100; ++tries) {
        if (state_of(site, reference) == store::CopyState::Released) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds{50});
    }
    return false;
}

std::string account_of(PrivatePortal& site) { return "1." + std::to_string(site.account()); }

}  // namespace

TEST_CASE("a newsletter is one thing, however many messages it sent", "[newsletters]")
{
    PrivatePortal site;
    hold(site, 1);
    hold(site, 2);
    hold(site, 3, "");  // the same names, and nobody proved anything: another one
    hold(site, 4, "example.org", Class::Spam);
    auto database = site.database();
    const auto all = store::newsletters_of(database, 1, site.account(), site.now);
    REQUIRE(all.size() == 2);
    CHECK(all[0].proved.empty());
    CHECK(all[0].held == 1);
    CHECK(all[1].proved == "example.org");
    CHECK(all[1].held == 2);
    CHECK(all[1].list_id == "news.example.org");
    const auto page = site.get(path, site.session());
    CHECK(page.status == 200);
    CHECK(has(page, "2 messages since"));
    CHECK(has(page, "example.org proved that it is from there"));
    CHECK(has(page, "nobody proved that it is from there"));
    CHECK_FALSE(has(page, "Unsubscribe for me"));
}

namespace {

/// Notes that a setting let newsletters through, as a milter does.
void deliver(const PrivatePortal& site, Moment when, const std::string& list_id,
             const std::string& proved, int messages = 1, bool passages = true)
{
    const auto notebook = store::make_notebook(as_role(site.config, "lazaret_milter"), passages);
    for (int number = 0; number < messages; ++number) {
        store::Passage one;
        one.when = when + std::chrono::minutes{number};
        one.tenant = 1;
        one.mailbox = "bob@example.com";
        one.verdict = Class::Newsletter;
        one.explanation.proved = Explanation::Proved{};
        if (!proved.empty()) one.explanation.proved->from = {Proof::dkim(proved)};
        one.newsletter = {"Ada Weekly <ada@example.org>", "ada@example.org", list_id};
        notebook->note(std::move(one));
    }
}

}  // namespace

TEST_CASE("newsletters that a setting lets through are counted with those that were held",
          "[newsletters]")
{
    using std::chrono::days;
    PrivatePortal site;
    hold(site, 7);
    deliver(site, site.now - days{70}, "news.example.org", "example.org", 3);
    deliver(site, site.now - days{2}, "news.example.org", "example.org", 2, false);
    deliver(site, site.now - days{20}, "news.example.org", "");  // a forger's, or one without proof
    deliver(site, site.now - days{3}, "other.example.org", "example.org", 4);
    const auto bob = bob_with_password(site).cookie;
    const auto token = portal::open_token(site.keys, bob.substr(bob.find('=') + 1));
    REQUIRE(token);
    store::Database database{as_role(site.config, "lazaret_portal"), [&] { return site.now; }};
    const auto all = store::newsletters_of(database, 1, site.account(), *token, site.now);
    REQUIRE(all.size() == 3);
    CHECK(all[0].held == 1);
    CHECK(all[0].delivered == 5);
    CHECK(all[0].first == site.now - days{70});
    CHECK(all[1].delivered == 4);
    CHECK(all[1].from == "Ada Weekly <ada@example.org>");
    CHECK(all[1].last == site.now - days{3} + std::chrono::minutes{3});
    CHECK(all[2].delivered == 1);
    CHECK(all[2].proved.empty());
    CHECK_FALSE(all[2].newest);

    const auto page = site.get(path, bob);
    CHECK(has(page, "6 messages since"));
    CHECK(has(page, "Delivered by your setting: 5."));
    CHECK(has(page, "Delivered by your setting: 4."));
    // What was delivered is for its owner, and not for whoever was forwarded a report.
    CHECK_FALSE(has(site.get(path, site.session()), "Delivered by your setting"));
    CHECK(store::newsletters_of(database, 1, site.account() + 1, *token, site.now).empty());
    CHECK_THROWS_AS(Sql{as_role(site.config, "lazaret_portal").connection}.run(
                        "select * from lazaret.newsletter_counter"),
                    SqlFailed);
}

TEST_CASE("of newsletters that were let through the counts stay bounded", "[newsletters]")
{
    PrivatePortal site;
    const auto tidy = [&](const std::string& today) {
        return count(site, "select lazaret.tidy_newsletters('" + today + "')");
    };
    Sql{site.config.connection}.run(
        "insert into lazaret.newsletter_counter select 1, 'bob@example.com', month, n, '', '', '', "
        "'', n, now(), now() from generate_series(1, 210) n, "
        "unnest(array['2026-03-01', '2026-04-01', '2025-02-01']::date[]) month");
    CHECK(tidy("2026-04-20") == 210);  // of fourteen months ago
    CHECK(tidy("2026-04-02") == 10);   // of the month that is over
    CHECK(tidy("2026-04-03") == 0);
    CHECK(count(site,
                "select min(messages) from lazaret.newsletter_counter "
                "where month = '2026-03-01'") == 11);
    CHECK(count(site, "select count(*) from lazaret.newsletter_counter") == 410);
}

TEST_CASE("accepting a newsletter sends what is held of it, and no forgery", "[newsletters]")
{
    PrivatePortal site;
    const auto one = hold(site, 1);
    const auto other = hold(site, 2);
    const auto forged = hold(site, 3, "");
    const auto spam = hold(site, 4, "example.org", Class::Spam);
    SECTION("by the page")
    {
        CHECK(site.post_in(site.session(), path + "/accept",
                           {{"account", account_of(site)}, {"copy", one.text()}})
                  .status == 303);
    }
    SECTION("by the link of a report")
    {
        CHECK(site.post("/m/" + site.claim(one) + "/newsletter").status == 303);
    }
    CHECK(becomes_released(site, other));
    CHECK(becomes_released(site, one));
    CHECK(state_of(site, forged) == store::CopyState::Held);
    CHECK(count(site,
                "select count(*) from lazaret.vote where says = 'newsletter' and origin = "
                "'newsletter'") == 2);
    CHECK(state_of(site, spam) == store::CopyState::Held);
    const auto entries = entries_of(site, ListKind::Newsletter);
    REQUIRE(entries.size() == 1);
    CHECK(entries[0].entry.list_id == "news.example.org");
    CHECK(entries[0].entry.proof == Proof::dkim("example.org"));
    CHECK(has(site.get(path, site.session()), "Accepted: it is delivered."));
}

TEST_CASE("whose lists are full is told so, and nothing is sent", "[newsletters]")
{
    PrivatePortal site;
    const auto one = hold(site, 1);
    Sql{site.config.connection}.run(
        "insert into lazaret.list_entry (tenant_id, owner, kind, sender, proof, origin) select 1, "
        "'account:" +
        std::to_string(site.account()) +
        "', 'deny', '@d' || n || '.example', 'none', 'account' from generate_series(1, 2000) as n");
    const auto session = site.session();
    for (const std::string press : {"accept", "block"}) {
        const auto answer = site.post_in(session, path + "/" + press,
                                         {{"account", account_of(site)}, {"copy", one.text()}});
        CHECK(answer.status == 409);
        CHECK(has(answer, "Your lists are full."));
    }
    for (const std::string press : {"newsletter", "block"}) {
        const auto answer = site.post("/m/" + site.claim(one) + "/" + press);
        CHECK(answer.status == 409);
        CHECK(has(answer, "Your lists are full."));
    }
    CHECK(state_of(site, one) == store::CopyState::Held);
    CHECK(entries_of(site, ListKind::Newsletter).empty());
}

TEST_CASE("the second press of a button does as the first, on full lists too", "[newsletters]")
{
    PrivatePortal site;
    const auto one = hold(site, 1);
    const auto fill_to = [&](int entries) {
        Sql{site.config.connection}.run(
            "insert into lazaret.list_entry (tenant_id, owner, kind, sender, proof, origin) "
            "select 1, 'account:" +
            std::to_string(site.account()) +
            "', 'warn', '@d' || n || '.example', 'none', 'account' from generate_series(1, " +
            std::to_string(entries) + ") as n");
    };
    fill_to(1999);
    const std::string press = GENERATE("newsletter", "block");
    CHECK(site.post("/m/" + site.claim(one) + "/" + press).status == 303);
    CHECK(site.post("/m/" + site.claim(one) + "/" + press).status == 303);
    CHECK(site.entries().size() == 2000);
    if (press == "block") return;
    // And what came meanwhile is sent.
    const auto next = hold(site, 2);
    CHECK(site.post("/m/" + site.claim(next) + "/" + press).status == 303);
    CHECK(becomes_released(site, next));
}

TEST_CASE("a newsletter stands on its page as it is decided", "[newsletters]")
{
    PrivatePortal site;
    hold(site, 1);
    const auto cookie = site.session();
    auto admin = site.database();
    store::Directory directory{admin};
    struct Row {
        const char* says;
        ListKind kind;
        const char* owner;
        bool only_address;
        std::optional<Moment> expires;
        const char* state;
        std::vector<std::string> buttons;
        const char* line;
    };
    const auto row = GENERATE(values<Row>({
        {"blocked", ListKind::Deny, "bob@example.com", false, {}, "Blocked.", {}, ""},
        {"blocked for one address",
         ListKind::Deny,
         "bob@example.com",
         true,
         {},
         "Blocked.",
         {},
         ""},
        {"blocked until last year",
         ListKind::Deny,
         "bob@example.com",
         false,
         Moment{std::chrono::sys_days{std::chrono::year{2020} / 1 / 1}},
         "Held until you accept it.",
         {"accept", "block"},
         ""},
        {"accepted for one address",
         ListKind::Newsletter,
         "bob@example.com",
         true,
         {},
         "Accepted: it is delivered.",
         {"stop", "accept", "block"},
         ""},
        {"blocked for the domain",
         ListKind::Deny,
         "@example.com",
         false,
         {},
         "Blocked.",
         {"block"},
         "An administrator blocked its sender."},
        {"accepted for the tenant",
         ListKind::Newsletter,
         "tenant:1",
         false,
         {},
         "Accepted: it is delivered.",
         {"accept", "block"},
         "An administrator accepted it for you."},
        {"blocked for all",
         ListKind::Deny,
         "*",
         false,
         {},
         "Blocked.",
         {"block"},
         "An administrator blocked its sender."},
        {"of another domain",
         ListKind::Deny,
         "@example.net",
         false,
         {},
         "Held until you accept it.",
         {"accept", "block"},
         ""},
    }));
    DYNAMIC_SECTION(row.says)
    {
        directory.add_domain("example.net", "", {"test", "test"});
        store::NewEntry entry{.owner = store::parse_owner(row.owner).value(),
                              .only_address = row.only_address,
                              .kind = row.kind,
                              .sender = parse_sender_pattern("example.org").value(),
                              .expires = row.expires};
        if (entry.owner.level == Level::Address) entry.origin = store::made_in_account;
        directory.add_entry(entry, {"test", "test"}).value();
        const auto page = site.get(path, cookie);
        CHECK(has(page, row.state));
        for (const std::string button : {"accept", "block", "stop"}) {
            INFO(button);
            CHECK(has(page, path + "/" + button) ==
                  (std::ranges::find(row.buttons, button) != row.buttons.end()));
        }
        for (const std::string line :
             {"An administrator blocked its sender.", "An administrator accepted it for you."})
            CHECK(has(page, line) == (line == row.line));
    }
}

TEST_CASE("what is accepted for one address is accepted no longer", "[newsletters]")
{
    PrivatePortal site;
    hold(site, 1);
    const auto cookie = bob_with_password(site).cookie;
    auto admin = site.database();
    store::Directory directory{admin};
    store::NewEntry entry{.owner = Owner::address("bob@example.com"),
                          .only_address = true,
                          .kind = ListKind::Newsletter,
                          .sender = parse_sender_pattern("example.org").value(),
                          .origin = std::string{store::made_in_account}};
    const auto made = directory.add_entry(entry, {"test", "test"}).value();
    site.post_in(cookie, path + "/stop",
                 {{"account", account_of(site)}, {"entry", std::to_string(made.entry.id)}});
    CHECK(site.entries().empty());
}

TEST_CASE("a report's link removes no entry of a domain that its owner made", "[newsletters]")
{
    PrivatePortal site;
    const auto one = hold(site, 1);
    const auto cookie = site.session();
    auto admin = site.database();
    struct Row {
        const char* sender;
        std::string_view origin;
        bool goes;
    };
    const auto row = GENERATE(values<Row>({
        {"@example.org", store::made_in_account, false},
        {"@example.org", store::made_by_link, true},
        {"ada@example.org", store::made_in_account, true},
    }));
    CAPTURE(row.sender, row.origin);
    const auto made = store::Directory{admin}
                          .add_entry({.owner = Owner::address("bob@example.com"),
                                      .kind = ListKind::Newsletter,
                                      .sender = parse_sender_pattern(row.sender).value(),
                                      .origin = std::string{row.origin}},
                                     {"test", "test"})
                          .value();
    SECTION("where it is accepted no longer")
    {
        const auto answer =
            site.post_in(cookie, path + "/stop",
                         {{"account", account_of(site)}, {"entry", std::to_string(made.entry.id)}});
        CHECK(answer.status == (row.goes ? 303 : 403));
        CHECK(has(answer, "/account/sign-in") == !row.goes);
    }
    SECTION("where its sender is blocked")
    {
        CHECK(site.post_in(cookie, path + "/block",
                           {{"account", account_of(site)}, {"copy", one.text()}})
                  .status == 303);
        CHECK(has(site.get(path, cookie), "Blocked."));
    }
    CHECK(entries_of(site, ListKind::Newsletter).empty() == row.goes);
}

TEST_CASE("a newsletter whose sender is denied is blocked, whoever accepts it", "[newsletters]")
{
    struct Entry {
        const char* owner;
        ListKind kind;
        std::optional<Proof> proof{};
        bool only_address = false;
    };
    struct Row {
        const char* says;
        std::vector<Entry> entries;
        const char* state;
        bool can_accept;
    };
    const auto* const bob = "bob@example.com";
    using enum ListKind;
    // What the filter says of each: see ask_lists() and classify().
    const auto row = GENERATE_COPY(values<Row>({
        {"site denies, account accepts", {{"*", Deny}, {bob, Newsletter}}, "Blocked.", false},
        {"site denies, domain accepts",
         {{"*", Deny}, {"@example.com", Newsletter}},
         "Blocked.",
         false},
        {"domain denies, account allows",
         {{"@example.com", Deny}, {bob, Allow}},
         "Held until you accept it.",
         true},
        {"domain denies, account allows and accepts",
         {{"@example.com", Deny}, {bob, Allow}, {bob, Newsletter}},
         "Accepted: it is delivered.",
         true},
        {"site denies, tenant allows",
         {{"*", Deny}, {"tenant:1", Allow}},
         "Held until you accept it.",
         true},
        {"site allows, tenant denies", {{"*", Allow}, {"tenant:1", Deny}}, "Blocked.", false},
        {"one level denies and allows", {{bob, Allow}, {bob, Deny}}, "Blocked.", false},
        {"the address allows, its account denies",
         {{bob, Allow, {}, true}, {bob, Deny}},
         "Held until you accept it.",
         true},
        {"what allows asks for proof that there is none of",
         {{"*", Deny, Proof::none()}, {bob, Allow, Proof::any()}},
         "Blocked.",
         false},
    }));
    DYNAMIC_SECTION(row.says)
    {
        PrivatePortal site;
        const bool is_proved = std::string_view{row.says}.find("none of") == std::string::npos;
        hold(site, 1, is_proved ? "example.org" : "");
        auto admin = site.database();
        for (const auto& one : row.entries)
            store::Directory{admin}
                .add_entry({.owner = store::parse_owner(one.owner).value(),
                            .only_address = one.only_address,
                            .kind = one.kind,
                            .sender = parse_sender_pattern("example.org").value(),
                            .proof = one.proof},
                           {"test", "test"})
                .value();
        const auto page = site.get(path, site.session());
        CHECK(has(page, row.state));
        CHECK(has(page, path + "/accept") == row.can_accept);
    }
}

TEST_CASE("an accepted newsletter of which nothing came is blocked with its sender",
          "[newsletters]")
{
    PrivatePortal site;
    hold(site, 1, "example.org", Class::Spam);
    auto admin = site.database();
    store::Directory directory{admin};
    const auto add = [&](Owner owner, ListKind kind, const char* sender) {
        directory
            .add_entry({.owner = std::move(owner),
                        .kind = kind,
                        .sender = parse_sender_pattern(sender).value()},
                       {"test", "test"})
            .value();
    };
    const std::string accepted = GENERATE("ada@example.org", "@example.org", ".example.org");
    CAPTURE(accepted);
    add(Owner::address("bob@example.com"), ListKind::Newsletter, accepted.c_str());
    add(Owner::site(), ListKind::Deny, "eve@example.org");
    CHECK(has(site.get(path, site.session()), "Accepted: it is delivered."));
    add(Owner::site(), ListKind::Deny, ".org");
    CHECK(has(site.get(path, site.session()), "Blocked."));
}

TEST_CASE("a newsletter is accepted no longer, or blocked", "[newsletters]")
{
    PrivatePortal site;
    const auto one = hold(site, 1);
    const auto cookie = site.session();
    const auto account = account_of(site);
    site.post_in(cookie, path + "/accept", {{"account", account}, {"copy", one.text()}});
    const auto entries = entries_of(site, ListKind::Newsletter);
    REQUIRE(entries.size() == 1);
    const auto number = std::to_string(entries[0].entry.id);
    SECTION("no longer")
    {
        site.post_in(cookie, path + "/stop", {{"account", account}, {"entry", number}});
        CHECK(entries_of(site, ListKind::Newsletter).empty());
        CHECK(has(site.get(path, cookie), "Held until you accept it."));
    }
    SECTION("blocked")
    {
        site.post_in(cookie, path + "/block", {{"account", account}, {"copy", one.text()}});
        CHECK(entries_of(site, ListKind::Newsletter).empty());
        CHECK(entries_of(site, ListKind::Deny).size() == 1);
        CHECK(has(site.get(path, cookie), "Blocked."));
    }
    SECTION("nothing for a form of another account")
    {
        site.post_in(cookie, path + "/stop", {{"account", "4711"}, {"entry", number}});
        CHECK(entries_of(site, ListKind::Newsletter).size() == 1);
    }
}

TEST_CASE("an unsubscription is asked for by POST, and says how it ended", "[newsletters]")
{
    PrivatePortal site;
    const auto cookie = bob_with_password(site).cookie;
    // Loopback is never asked: the answer is that there was none.
    const auto one = hold(site, 1, "example.org", Class::Newsletter, "https://127.0.0.1:9/u");
    CHECK(has(site.get(path, cookie), "Unsubscribe for me"));
    const auto asks = site.get(path + "/unsubscribe?copy=" + one.text(), cookie);
    CHECK(asks.status == 200);
    CHECK(has(asks, "127.0.0.1"));
    CHECK(count(site, "select count(*) from lazaret.unsubscription") == 0);
    const auto press = [&] {
        return site.post_in(cookie, path + "/unsubscribe",
                            {{"account", account_of(site)}, {"copy", one.text()}});
    };
    CHECK(press().status == 303);
    CHECK(count(site,
                "select count(*) from lazaret.unsubscription where status is null and "
                "trouble = 'the address leads to a place that is not asked'") == 1);
    CHECK(count(site, "select count(*) from lazaret.audit where what like 'unsubscribe%'") == 2);
    CHECK(has(site.get(path, cookie), "there was no answer"));
    for (int time = 1; time < store::most_unsubscriptions; ++time) CHECK(press().status == 303);
    CHECK(press().status == 429);
    CHECK(count(site, "select count(*) from lazaret.unsubscription") ==
          store::most_unsubscriptions);
}

TEST_CASE("who waited until a newsletter was none any more is told that it is gone",
          "[newsletters]")
{
    PrivatePortal site;
    const auto one = hold(site, 1, "example.org", Class::Newsletter, "https://127.0.0.1:9/u");
    auto database = site.database();
    const auto copy = store::Quarantine{database}.find(one).value();
    store::Database portal{as_role(site.config, "lazaret_portal"), [&] { return site.now; }};
    const auto ask = [&](AccountId account) {
        return store::begin_unsubscription(portal, copy, account, "127.0.0.1", {"bob", "test"});
    };
    CHECK(ask(site.account() + 1).error() == store::NotAsked::Gone);
    Sql{site.config.connection}.run("update lazaret.held_copy set class = 'spam'");
    CHECK(ask(site.account()).error() == store::NotAsked::Gone);
    CHECK(count(site, "select count(*) from lazaret.unsubscription") == 0);
    Sql{site.config.connection}.run("update lazaret.held_copy set class = 'newsletter'");
    for (int time = 0; time < store::most_unsubscriptions; ++time) CHECK(ask(site.account()));
    CHECK(ask(site.account()).error() == store::NotAsked::TooOften);
}

TEST_CASE("a report's link ends no subscription", "[newsletters]")
{
    PrivatePortal site;
    const auto one = hold(site, 1, "example.org", Class::Newsletter, "https://127.0.0.1:9/u");
    const auto limited = site.session();
    const auto asks = site.get(path + "/unsubscribe?copy=" + one.text(), limited);
    CHECK(asks.status == 403);
    CHECK(has(asks, "/account/sign-in"));
    CHECK_FALSE(has(asks, "127.0.0.1"));
    const auto pressed = site.post_in(limited, path + "/unsubscribe",
                                      {{"account", account_of(site)}, {"copy", one.text()}});
    CHECK(pressed.status == 403);
    CHECK(has(pressed, one.text()));  // kept, to be sent again once he is in
    CHECK(count(site, "select count(*) from lazaret.unsubscription") == 0);
    CHECK(count(site, "select count(*) from lazaret.audit where what like 'unsubscribe%'") == 0);
    CHECK(site.one_click_turns.take());
}

TEST_CASE("whoever finds all turns taken asks nobody, and is not counted", "[newsletters]")
{
    PrivatePortal site;
    const auto cookie = bob_with_password(site).cookie;
    const auto one = hold(site, 1, "example.org", Class::Newsletter, "https://127.0.0.1:9/u");
    const auto press = [&] {
        return site.post_in(cookie, path + "/unsubscribe",
                            {{"account", account_of(site)}, {"copy", one.text()}});
    };
    auto first = site.one_click_turns.take();
    auto second = site.one_click_turns.take();
    REQUIRE((first && second));
    CHECK(press().status == 503);
    CHECK(count(site, "select count(*) from lazaret.unsubscription") == 0);
    CHECK(count(site, "select count(*) from lazaret.audit where what like 'unsubscribe%'") == 0);
    second.reset();
    for (int time = 0; time < 3; ++time) CHECK(press().status == 303);  // each gives its turn back
    CHECK(site.one_click_turns.take());
}

TEST_CASE("a newsletter that was released before it is accepted is wanted as one", "[newsletters]")
{
    PrivatePortal site;
    const auto one = hold(site, 1);
    site.post("/m/" + site.claim(one) + "/release");
    REQUIRE(becomes_released(site, one));
    const auto said = [&] {
        return Sql{site.config.connection}.one("select says || ' ' || origin from lazaret.vote");
    };
    REQUIRE(said() == "ham release");
    SECTION("by the page")
    {
        site.post_in(site.session(), path + "/accept",
                     {{"account", account_of(site)}, {"copy", one.text()}});
    }
    SECTION("by the link of a report") { site.post("/m/" + site.claim(one) + "/newsletter"); }
    CHECK(said() == "newsletter newsletter");
    CHECK(site.mta.sent.size() == 1);
}

TEST_CASE("nobody is asked for what is no newsletter, or has no address", "[newsletters]")
{
    PrivatePortal site;
    const auto cookie = bob_with_password(site).cookie;
    const std::string address = "https://127.0.0.1:9/u";
    const auto none = hold(site, 1);
    const auto spam = hold(site, 2, "example.org", Class::Spam, address);
    const auto dangerous = hold(site, 3, "example.org", Class::Dangerous, address);
    const auto plain = hold(site, 4, "example.org", Class::Newsletter, "http://127.0.0.1:9/u");
    for (const auto& one : {none, spam, dangerous, plain, Reference::random()}) {
        CHECK(site.get(path + "/unsubscribe?copy=" + one.text(), cookie).status == 404);
        CHECK(site.post_in(cookie, path + "/unsubscribe",
                           {{"account", account_of(site)}, {"copy", one.text()}})
                  .status == 404);
    }
    CHECK(count(site, "select count(*) from lazaret.unsubscription") == 0);
}
