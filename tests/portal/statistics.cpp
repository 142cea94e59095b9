#include "tests/portal/private_portal.hpp"
#include "tests/support/catch.hpp"

using namespace lazaret;
using namespace lazaret::test;
using namespace std::chrono_literals;

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
