#include "quarantine-store/newsletters.hpp"

#include <algorithm>

#include "quarantine-store/notebook.hpp"
#include "tests/portal/newsletter_site.hpp"
#include "tests/support/catch.hpp"

using namespace lazaret;
using namespace lazaret::test;

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

TEST_CASE("a newsletter is one thing, however many messages it sent", "[newsletters]")
{
    PrivatePortal site;
    hold_newsletter(site, 1);
    hold_newsletter(site, 2);
    hold_newsletter(site, 3, "");  // the same names, and nobody proved anything: another one
    hold_newsletter(site, 4, "example.org", Class::Spam);
    auto database = site.database();
    const auto all = store::newsletters_of(database, 1, site.account(), site.now);
    REQUIRE(all.size() == 2);
    CHECK(all[0].proved.empty());
    CHECK(all[0].held == 1);
    CHECK(all[1].proved == "example.org");
    CHECK(all[1].held == 2);
    CHECK(all[1].list_id == "news.example.org");
    const auto page = site.get(newsletters_page, site.session());
    CHECK(page.status == 200);
    CHECK(has(page, "2 messages since"));
    CHECK(has(page, "example.org proved that it is from there"));
    CHECK(has(page, "nobody proved that it is from there"));
    CHECK_FALSE(has(page, "Unsubscribe for me"));
}

TEST_CASE("newsletters that a setting lets through are counted with those that were held",
          "[newsletters]")
{
    using std::chrono::days;
    PrivatePortal site;
    hold_newsletter(site, 7);
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

    const auto page = site.get(newsletters_page, bob);
    CHECK(has(page, "6 messages since"));
    CHECK(has(page, "Delivered by your setting: 5."));
    CHECK(has(page, "Delivered by your setting: 4."));
    // What was delivered is for its owner, and not for whoever was forwarded a report.
    CHECK_FALSE(has(site.get(newsletters_page, site.session()), "Delivered by your setting"));
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

TEST_CASE("a newsletter stands on its page as it is decided", "[newsletters]")
{
    PrivatePortal site;
    hold_newsletter(site, 1);
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
        const auto page = site.get(newsletters_page, cookie);
        CHECK(has(page, row.state));
        for (const std::string button : {"accept", "block", "stop"}) {
            INFO(button);
            CHECK(has(page, newsletters_page + "/" + button) ==
                  (std::ranges::find(row.buttons, button) != row.buttons.end()));
        }
        for (const std::string line :
             {"An administrator blocked its sender.", "An administrator accepted it for you."})
            CHECK(has(page, line) == (line == row.line));
    }
}
