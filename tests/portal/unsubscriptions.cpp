#include "tests/portal/newsletter_site.hpp"
#include "tests/support/catch.hpp"

using namespace lazaret;
using namespace lazaret::test;

TEST_CASE("an unsubscription is asked for by POST, and says how it ended", "[newsletters]")
{
    PrivatePortal site;
    const auto cookie = bob_with_password(site).cookie;
    // Loopback is never asked: the answer is that there was none.
    const auto one =
        hold_newsletter(site, 1, "example.org", Class::Newsletter, "https://127.0.0.1:9/u");
    CHECK(has(site.get(newsletters_page, cookie), "Unsubscribe for me"));
    const auto asks = site.get(newsletters_page + "/unsubscribe?copy=" + one.text(), cookie);
    CHECK(asks.status == 200);
    CHECK(has(asks, "127.0.0.1"));
    CHECK(count(site, "select count(*) from lazaret.unsubscription") == 0);
    const auto press = [&] {
        return site.post_in(cookie, newsletters_page + "/unsubscribe",
                            {{"account", account_of(site)}, {"copy", one.text()}});
    };
    CHECK(press().status == 303);
    CHECK(count(site,
                "select count(*) from lazaret.unsubscription where status is null and "
                "trouble = 'the address leads to a place that is not asked'") == 1);
    CHECK(count(site, "select count(*) from lazaret.audit where what like 'unsubscribe%'") == 2);
    CHECK(has(site.get(newsletters_page, cookie), "there was no answer"));
    for (int time = 1; time < store::most_unsubscriptions; ++time) CHECK(press().status == 303);
    CHECK(press().status == 429);
    CHECK(count(site, "select count(*) from lazaret.unsubscription") ==
          store::most_unsubscriptions);
}

TEST_CASE("who presses while a sender is being asked asks him no second time", "[newsletters]")
{
    PrivatePortal site;
    const auto cookie = bob_with_password(site).cookie;
    const auto one =
        hold_newsletter(site, 1, "example.org", Class::Newsletter, "https://127.0.0.1:9/u");
    store::Database portal{as_role(site.config, "lazaret_portal"), [&] { return site.now; }};
    auto admin = site.database();
    const auto copy = store::Quarantine{admin}.find(one).value();
    REQUIRE(store::begin_unsubscription(portal, copy, site.account(), "127.0.0.1", {"b", "test"}));
    const auto press = [&] {
        return site.post_in(cookie, newsletters_page + "/unsubscribe",
                            {{"account", account_of(site)}, {"copy", one.text()}});
    };
    CHECK(press().status == 303);
    CHECK(count(site, "select count(*) from lazaret.unsubscription") == 1);
    // Whoever asked has ended meanwhile.
    site.now += std::chrono::minutes{2};
    CHECK(press().status == 303);
    CHECK(count(site, "select count(*) from lazaret.unsubscription") == 2);
}

TEST_CASE("who waited until a newsletter was none any more is told that it is gone",
          "[newsletters]")
{
    PrivatePortal site;
    const auto one =
        hold_newsletter(site, 1, "example.org", Class::Newsletter, "https://127.0.0.1:9/u");
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
    const auto one =
        hold_newsletter(site, 1, "example.org", Class::Newsletter, "https://127.0.0.1:9/u");
    const auto limited = site.session();
    const auto asks = site.get(newsletters_page + "/unsubscribe?copy=" + one.text(), limited);
    CHECK(asks.status == 403);
    CHECK(has(asks, "/account/sign-in"));
    CHECK_FALSE(has(asks, "127.0.0.1"));
    const auto pressed = site.post_in(limited, newsletters_page + "/unsubscribe",
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
    const auto one =
        hold_newsletter(site, 1, "example.org", Class::Newsletter, "https://127.0.0.1:9/u");
    const auto press = [&] {
        return site.post_in(cookie, newsletters_page + "/unsubscribe",
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

TEST_CASE("nobody is asked for what is no newsletter, or has no address", "[newsletters]")
{
    PrivatePortal site;
    const auto cookie = bob_with_password(site).cookie;
    const std::string address = "https://127.0.0.1:9/u";
    const auto none = hold_newsletter(site, 1);
    const auto spam = hold_newsletter(site, 2, "example.org", Class::Spam, address);
    const auto dangerous = hold_newsletter(site, 3, "example.org", Class::Dangerous, address);
    const auto plain =
        hold_newsletter(site, 4, "example.org", Class::Newsletter, "http://127.0.0.1:9/u");
    const auto anothers =
        hold_newsletter(site, 5, "example.org", Class::Newsletter, address, "ann@example.com");
    for (const auto& one : {none, spam, dangerous, plain, anothers, Reference::random()}) {
        CHECK(site.get(newsletters_page + "/unsubscribe?copy=" + one.text(), cookie).status == 404);
        CHECK(site.post_in(cookie, newsletters_page + "/unsubscribe",
                           {{"account", account_of(site)}, {"copy", one.text()}})
                  .status == 404);
    }
    CHECK(count(site, "select count(*) from lazaret.unsubscription") == 0);
}
