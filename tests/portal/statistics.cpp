#include "quarantine-store/notebook.hpp"
#include "quarantine-store/upkeep.hpp"
#include "tests/portal/person.hpp"
#include "tests/support/catch.hpp"

using namespace lazaret;
using namespace lazaret::test;
using namespace std::chrono_literals;

TEST_CASE("months and weeks are there after what is old was summed up", "[portal]")
{
    PrivatePortal site;
    site.hold();
    Sql sql{site.config.connection};
    const auto add = [&](int days_ago, int messages) {
        sql.run(
            "insert into lazaret.counter (tenant_id, mailbox, day, class, action, messages) "
            "values (1, 'bob@example.com', current_date - " +
            std::to_string(days_ago) + ", 'clean', 'deliver', " + std::to_string(messages) + ")");
    };
    add(70, 7);
    add(150, 1000);
    add(151, 500);
    add(500, 3);
    sql.run("select lazaret.tidy(current_date)");
    CHECK(sql.one("select coalesce(sum(messages), 0) from lazaret.counter where mailbox = ''") ==
          "3");
    const auto cookie = site.session();
    CHECK(site.get("/account/statistics/weeks", cookie).body.find("<td>7</td>") !=
          std::string::npos);
    const auto months = site.get("/account/statistics/months", cookie).body;
    CHECK(months.find("<td>1,507</td>") != std::string::npos);
}

TEST_CASE("a person sees what became of his mail, and of nobody else's", "[portal]")
{
    PrivatePortal site;
    site.hold();
    const store::AccountClaim claim{1, site.account()};
    const auto opened =
        site.post("/a/" + store::seal_claim(site.keys, claim, site.now + 1h)).header("Set-Cookie");
    const auto cookie = opened.substr(0, opened.find(';'));
    const auto empty = site.get("/account/statistics", cookie);
    CHECK(empty.status == 200);
    CHECK(empty.body.find("No mail was counted") != std::string::npos);

    Sql sql{site.config.connection};
    sql.run(
        "insert into lazaret.counter (tenant_id, mailbox, day, class, action, messages) values "
        "(1, 'bob@example.com', current_date, 'clean', 'deliver', 41), "
        "(1, 'bob@example.com', current_date, 'spam', 'hold', 3), "
        "(1, 'ann@example.com', current_date, 'clean', 'deliver', 1000)");
    for (const auto* path :
         {"/account/statistics", "/account/statistics/weeks", "/account/statistics/months"}) {
        const auto page = site.get(path, cookie).body;
        INFO(page);
        CHECK(page.find("<td>44</td><td>41</td><td>3</td><td>0</td>") != std::string::npos);
        CHECK(page.find("<rect class=\"held\"") != std::string::npos);
        CHECK(page.find("1000") == std::string::npos);
    }
    CHECK(site.get("/account/statistics").status == 403);
}

TEST_CASE("who wrote most often is counted once a day, for each account", "[portal]")
{
    PrivatePortal site;
    site.hold();
    const auto note = [&](const std::string& mailbox, const std::string& from, Class verdict,
                          Action action, int messages) {
        std::vector<store::Passage> all;
        for (int at = 0; at < messages; ++at) {
            store::Passage one;
            one.when = std::chrono::floor<std::chrono::days>(site.now) - 36h;
            one.tenant = 1;
            one.mailbox = mailbox;
            one.sender = "bounces@example.org";
            one.verdict = verdict;
            one.action = action;
            if (!from.empty()) one.delivered = {digest_number(at), from, "a subject"};
            all.push_back(one);
        }
        const auto notebook = store::make_notebook(as_role(site.config, "lazaret_milter"), true);
        for (const auto& one : all) notebook->note(one);
    };
    note("bob@example.com", "Ada <ada@example.org>", Class::Clean, Action::Deliver, 3);
    note("bob@example.com", "Weekly <news@example.org>", Class::Newsletter, Action::Tag, 2);
    note("bob@example.com", "Held <held@example.org>", Class::Spam, Action::Hold, 5);
    note("bob@example.com", "", Class::Clean, Action::Deliver, 1);
    note("ann@example.com", "Secret <secret@example.org>", Class::Clean, Action::Deliver, 9);
    auto admin = site.database();
    store::UpkeepReport report;
    store::Upkeep{admin}.count_senders(report);
    CHECK(report.days_counted == 28);
    store::Upkeep{admin}.count_senders(report);
    CHECK(report.days_counted == 28);
    // By a report's link nobody sees who writes to him.
    CHECK(site.get("/account/statistics", site.session()).body.find("ada@example.org") ==
          std::string::npos);
    const auto page = site.get("/account/statistics", bob_with_password(site).cookie).body;
    INFO(page);
    const auto ada = page.find("Ada &lt;ada@example.org&gt;</bdi></th><td>3</td>");
    const auto bounces = page.find("bounces@example.org</bdi></th><td>1</td>");
    const auto weekly = page.find("Weekly &lt;news@example.org&gt;</bdi></th><td>2</td>");
    CHECK(ada < bounces);
    CHECK(bounces < weekly);
    CHECK(weekly != std::string::npos);
    CHECK(page.find("secret@example.org") == std::string::npos);
    CHECK(page.find("held@example.org") == std::string::npos);
}
