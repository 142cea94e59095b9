#include "portal/second_step/one_time_code.hpp"
#include "quarantine-store/second_factors.hpp"
#include "quarantine-store/second_step_demands.hpp"
#include "quarantine-store/sessions.hpp"
#include "tests/portal/factor_form.hpp"
#include "tests/portal/two_people.hpp"

// A second step that a site demands of whoever has his password here.
using namespace lazaret;
using namespace lazaret::test;
using namespace std::chrono_literals;

namespace {

// What the page has an app read.
std::string secret_on(const portal::Response& response)
{
    const std::string mark = "?secret=";
    const auto at = response.body.find(mark);
    REQUIRE(at != std::string::npos);
    const auto begin = at + mark.size();
    return raw_of_base32(response.body.substr(begin, response.body.find('&', begin) - begin));
}

/// Bob, who has a password and no second step, where one is demanded.
struct Demanded {
    PrivatePortal site{};
    Person bob = bob_with_password(site);

    explicit Demanded(const std::optional<Owner>& owner = Owner::domain("example.com"))
    {
        if (owner) demand(*owner);
    }
    std::int64_t demand(const Owner& owner)
    {
        auto admin = site.database();
        return store::SecondStepDemands{admin}.demand(owner, root).value();
    }
    bool no_longer(const Owner& owner)
    {
        auto admin = site.database();
        return store::SecondStepDemands{admin}.free(owner, root);
    }
    std::vector<store::WithoutStep> without()
    {
        auto admin = site.database();
        return store::SecondStepDemands{admin}.without();
    }
    portal::Response answer(const portal::Response& page, const std::string& code)
    {
        return bob.post(
            "/account/code/new",
            {{"step", hidden(page, "step")}, {"offer", hidden(page, "offer")}, {"code", code}});
    }
    std::string code_for(const portal::Response& page, std::int64_t later = 0)
    {
        return portal::code_of(secret_on(page), portal::step_at(site.now) + later);
    }
    /// Bob sets one up, and is in.
    std::string set_up()
    {
        const auto page = bob.sign_in(mailbox, good);
        REQUIRE(answer(page, code_for(page)).status == 200);
        REQUIRE(bob.is_in());
        site.now += 30s;
        return secret_on(page);
    }
    std::string sessions()
    {
        return Sql{site.config.connection}.one(
            "select count(*) from lazaret.session where kind = 'full'");
    }
};

}  // namespace

TEST_CASE("who signs in where a second step is demanded sets it up before anything opens",
          "[portal]")
{
    const auto owner = GENERATE(Owner::site(), Owner::tenant(1), Owner::domain("example.com"));
    Demanded here{owner};
    CHECK_FALSE(here.bob.is_in());
    here.bob.cookie.clear();
    const auto page = here.bob.sign_in(mailbox, good);
    CHECK(page.status == 200);
    CHECK(page.header("Set-Cookie").empty());
    CHECK(page.header("Cache-Control") == "no-store");
    CHECK(has(page.body, "Everybody here signs in with a second step"));
    CHECK(here.sessions() == "0");
    for (const auto* path : {"/account", "/account/factor", "/account/settings"})
        CHECK(here.bob.get(path).status == 403);
    CHECK(here.answer(page, "").status == 403);
    CHECK(here.answer(page, here.code_for(page, -5)).status == 403);
    CHECK(here.sessions() == "0");
    const auto done = here.answer(page, here.code_for(page).insert(3, " "));
    CHECK(done.status == 200);
    CHECK(has(done.body, "recovery-codes"));
    CHECK(here.bob.is_in());
    CHECK(here.bob.get("/account/settings").status == 200);
    CHECK(audit(here.site, "second factor set up").starts_with(mailbox));
    // From now on it is asked for, and what confirmed it is used up.
    here.site.now += 30s;
    Person phone{here.site};
    const auto next = phone.sign_in(mailbox, good);
    CHECK_FALSE(has(next.body, "?secret="));
    CHECK(has(next.body, "autocomplete=\"one-time-code\""));
    CHECK(phone
              .post("/account/code",
                    {{"step", hidden(next, "step")}, {"code", here.code_for(page, -1)}})
              .status == 403);
    CHECK(
        phone.post("/account/code", {{"step", hidden(next, "step")}, {"code", here.code_for(page)}})
            .status == 303);
    CHECK(phone.is_in());
}

TEST_CASE("a set-up that is demanded is worth nothing without its password, or twice", "[portal]")
{
    Demanded here;
    const auto page = here.bob.sign_in(mailbox, good);
    const auto code = here.code_for(page);
    const auto post = [&](Person::Form form) {
        Person other{here.site, "192.0.2.77"};
        const auto status = other.post("/account/code/new", std::move(form)).status;
        CHECK_FALSE(other.is_in());
        return status;
    };
    CHECK(post({{"offer", hidden(page, "offer")}, {"code", code}}) == 403);
    CHECK(
        post({{"step", std::string(43, 'A')}, {"offer", hidden(page, "offer")}, {"code", code}}) ==
        403);
    // An offer belongs to its step: another's secret is none.
    const auto second = here.bob.sign_in(mailbox, good);
    const auto crossed = here.bob.post(
        "/account/code/new",
        {{"step", hidden(second, "step")}, {"offer", hidden(page, "offer")}, {"code", code}});
    CHECK(has(crossed.body, "?secret="));
    CHECK(secret_on(crossed) != secret_on(page));
    CHECK(here.sessions() == "0");
    // The form for codes does not take it, nor does a page of another site.
    CHECK(here.bob.post("/account/code", {{"step", hidden(page, "step")}, {"code", code}}).status ==
          403);
    here.bob.fetch_site = "cross-site";
    CHECK(here.answer(page, code).status >= 400);
    here.bob.fetch_site.clear();
    CHECK(here.bob.get("/account/code/new").status == 405);
    CHECK(here.sessions() == "0");
    CHECK(here.answer(page, code).status == 200);
    CHECK(here.answer(page, code).status == 403);
    CHECK(here.answer(second, here.code_for(second)).status == 403);
    CHECK(here.sessions() == "1");
}

TEST_CASE("a set-up that is demanded waits ten minutes, and ends with the password", "[portal]")
{
    Demanded here;
    const auto late = here.bob.sign_in(mailbox, good);
    here.site.now += 11min;
    CHECK(here.answer(late, here.code_for(late)).status == 403);
    const auto page = here.bob.sign_in(mailbox, good);
    Sql{here.site.config.connection}.run("update lazaret.password set hash = '$argon2id$another'");
    CHECK(here.answer(page, here.code_for(page)).status == 403);
    CHECK(here.sessions() == "0");
}

TEST_CASE("a password that was chosen by a link does not open what demands a second step",
          "[portal]")
{
    Demanded here;
    const auto page = here.bob.post(link_for_bob(here.site), {{"password", "five blue umbrellas"}});
    CHECK(page.status == 200);
    CHECK(has(page.body, "?secret="));
    CHECK(here.sessions() == "0");
    CHECK(here.answer(page, here.code_for(page)).status == 200);
    CHECK(here.bob.is_in());
}

TEST_CASE("nobody switches off a second step that is demanded, but his administrator", "[portal]")
{
    Demanded here;
    const auto secret = here.set_up();
    const auto page = here.bob.get("/account/factor").body;
    CHECK(has(page, "Your administrator demands it"));
    CHECK_FALSE(has(page, "/account/factor/remove"));
    const auto code = [&] { return portal::code_of(secret, portal::step_at(here.site.now)); };
    CHECK(here.bob.post("/account/factor/remove", {{"password", good}, {"code", code()}}).status ==
          403);
    // Nor does the portal's role, with the hash and a code that would count.
    store::Database portal{as_role(here.site.config, "lazaret_portal"),
                           [&] { return here.site.now; }};
    const auto hash = Sql{here.site.config.connection}.one("select hash from lazaret.password");
    const auto token =
        portal::open_token(here.site.keys, here.bob.cookie.substr(here.bob.cookie.find('=') + 1));
    CHECK_FALSE(store::SecondFactors{portal}.remove(
        token.value(), hash, {.step = portal::step_at(here.site.now)}, "test"));
    CHECK_FALSE(store::Sessions{portal}.begin_full(1, here.site.account(), mailbox, hash, {},
                                                   here.site.now + 1h));
    CHECK(Sql{here.site.config.connection}.one("select count(*) from lazaret.second_factor") ==
          "1");
    CHECK(here.no_longer(Owner::domain("example.com")));
    CHECK_FALSE(here.no_longer(Owner::domain("example.com")));
    CHECK(has(here.bob.get("/account/factor").body, "/account/factor/remove"));
    here.site.now += 30s;
    CHECK(here.bob.post("/account/factor/remove", {{"password", good}, {"code", code()}}).status ==
          200);
    here.bob.cookie.clear();
    CHECK(here.bob.sign_in(mailbox, good).status == 303);
}

TEST_CASE("to demand a second step ends the full sessions of those who have none", "[portal]")
{
    Demanded here{std::nullopt};
    auto ann_herself = with_password(here.site, ann);
    here.site.hold();
    Person by_report{here.site};
    by_report.post(header_link(here.site));
    REQUIRE(by_report.is_in());
    REQUIRE(here.bob.is_in());
    CHECK(here.demand(Owner::tenant(1)) == 2);
    CHECK_FALSE(here.bob.is_in());
    CHECK_FALSE(ann_herself.is_in());
    // A report's link opens what it did: no more.
    CHECK(by_report.is_in());
    CHECK(by_report.get("/account/settings").status == 403);
    here.set_up();
    CHECK(here.demand(Owner::site()) == 0);
    CHECK(here.bob.is_in());
}

TEST_CASE("administrators see who has no second step", "[portal]")
{
    Demanded here{std::nullopt};
    auto others = with_password(here.site, ann);
    here.demand(Owner::domain("example.com"));
    const auto names = [&] {
        std::string all;
        for (const auto& one : here.without()) all += one.address + (one.is_demanded ? "! " : " ");
        return all;
    };
    CHECK(names() == "ann@example.com! bob@example.com! ");
    here.set_up();
    CHECK(names() == "ann@example.com! ");
    here.no_longer(Owner::domain("example.com"));
    CHECK(names() == "ann@example.com ");
    auto admin = here.site.database();
    store::SecondStepDemands demands{admin};
    CHECK_FALSE(demands.demand(Owner::domain("not-ours.example"), root));
    CHECK_FALSE(demands.demand(Owner::tenant(99), root));
    CHECK(demands.all().empty());
    CHECK(audit(here.site, "second step demanded") == "root domain:example.com ");
    // Nor is it the portal's to demand, to free of it or to read.
    Sql portal{as_role(here.site.config, "lazaret_portal").connection};
    for (const auto* statement :
         {"select * from lazaret.second_step_demand", "select * from lazaret.without_step()",
          "delete from lazaret.second_step_demand",
          "select lazaret.free_step('domain:example.com', '', '')",
          "select lazaret.demand_step(0, 'site', '', '')"}) {
        INFO(statement);
        CHECK_THROWS_AS(portal.run(statement), SqlFailed);
    }
}
