#include "tests/portal/private_portal.hpp"
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
