#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "portal/second_step/code_check.hpp"
#include "portal/second_step/one_time_code.hpp"
#include "quarantine-store/sessions.hpp"
#include "tests/portal/factor_form.hpp"
#include "tests/portal/person.hpp"
#include "tests/support/catch.hpp"

using namespace lazaret;
using namespace lazaret::test;
using namespace std::chrono_literals;

namespace {

std::vector<std::string> codes_on(const portal::Response& response)
{
    std::vector<std::string> all;
    const std::string mark = "<li><code>";
    for (auto at = response.body.find(mark); at != std::string::npos;
         at = response.body.find(mark, at + 1))
        all.push_back(response.body.substr(at + mark.size(), 19));
    return all;
}

/// Bob with an app on his telephone.
struct BobWithApp {
    PrivatePortal& site;
    Person bob;
    std::string secret{};
    std::vector<std::string> recovery{};

    explicit BobWithApp(PrivatePortal& its) : site{its}, bob{bob_with_password(its)}
    {
        const auto offer = bob.post("/account/factor", {{"password", good}});
        REQUIRE(offer.status == 200);
        const auto begin = offer.body.find("<code>") + 6;
        secret = raw_of_base32(offer.body.substr(begin, offer.body.find("</code>", begin) - begin));
        REQUIRE(secret.size() == 20);
        const auto done =
            bob.post("/account/factor", {{"offer", hidden(offer, "offer")}, {"code", code()}});
        REQUIRE(done.status == 200);
        recovery = codes_on(done);
        REQUIRE(recovery.size() == 10);
        site.now += 30s;
    }
    [[nodiscard]] std::string code(std::int64_t later = 0) const
    {
        return portal::code_of(secret, portal::step_at(site.now) + later);
    }
    /// The first step; the secret of it, empty when there was none.
    std::string password(Person& person) { return hidden(person.sign_in(mailbox, good), "step"); }
    portal::Response give(Person& person, const std::string& step, const std::string& code)
    {
        return person.post("/account/code", {{"step", step}, {"code", code}});
    }
};

}  // namespace

TEST_CASE("a code of an app is asked for besides the password, and lets in", "[portal]")
{
    PrivatePortal site;
    BobWithApp app{site};
    CHECK(app.bob.is_in());
    CHECK(has(app.bob.get("/account/factor"), "You have 10 recovery codes left."));
    Person phone{site};
    const auto first = phone.sign_in(mailbox, good);
    CHECK(first.status == 200);
    CHECK(first.header("Set-Cookie").empty());
    CHECK(first.header("Cache-Control") == "no-store");
    CHECK(has(first, "autocomplete=\"one-time-code\""));
    CHECK_FALSE(phone.is_in());
    const auto step = hidden(first, "step");
    CHECK(app.give(phone, step, "").status == 403);
    CHECK(app.give(phone, step, app.code(-5)).status == 403);
    CHECK_FALSE(phone.is_in());
    const auto in = app.give(phone, step, app.code().insert(3, " "));
    CHECK(in.status == 303);
    CHECK(phone.is_in());
    CHECK(phone.get("/account/sessions").status == 200);
    // What was proved first is used up with it.
    site.now += 30s;
    Person again{site};
    CHECK(app.give(again, step, app.code()).status == 403);
    CHECK_FALSE(again.is_in());
}

TEST_CASE("a code counts once, and no older one after it (replay)", "[portal]")
{
    PrivatePortal site;
    BobWithApp app{site};
    site.now += 5min;
    Person phone{site};
    Person thief{site, "198.51.100.9"};
    const auto code = app.code();
    const auto before = app.code(-1);
    CHECK(app.give(phone, app.password(phone), code).status == 303);
    const auto step = app.password(thief);
    CHECK(app.give(thief, step, code).status == 403);
    CHECK(app.give(thief, step, before).status == 403);
    CHECK_FALSE(thief.is_in());
    // Clocks may differ by a step, and not by two.
    CHECK(app.give(thief, step, app.code(2)).status == 403);
    CHECK(app.give(thief, step, app.code(1)).status == 303);
}

TEST_CASE("the code that set the second step up is used up with it", "[portal]")
{
    PrivatePortal site;
    auto bob = bob_with_password(site);
    const auto offer = bob.post("/account/factor", {{"password", good}});
    const auto begin = offer.body.find("<code>") + 6;
    const auto secret =
        raw_of_base32(offer.body.substr(begin, offer.body.find("</code>", begin) - begin));
    const auto code = portal::code_of(secret, portal::step_at(site.now));
    REQUIRE(
        bob.post("/account/factor", {{"offer", hidden(offer, "offer")}, {"code", code}}).status ==
        200);
    Person phone{site};
    const auto step = hidden(phone.sign_in(mailbox, good), "step");
    CHECK(phone.post("/account/code", {{"step", step}, {"code", code}}).status == 403);
}

TEST_CASE("codes are tried five times, then ever more slowly, wherever they come from", "[portal]")
{
    PrivatePortal site;
    BobWithApp app{site};
    for (int number = 0; number < 5; ++number) {
        Person one{site, fmt::format("203.0.{}.1", number)};
        CHECK(app.give(one, app.password(one), "000000").status == 403);
    }
    Person phone{site};
    const auto step = app.password(phone);
    // The right one does not get past the delay either, nor does another first step.
    CHECK(app.give(phone, step, app.code()).status == 429);
    CHECK(app.give(phone, app.password(phone), app.recovery[0]).status == 429);
    CHECK_FALSE(phone.is_in());
    site.now += 16s;
    CHECK(app.give(phone, step, "000000").status == 403);
    site.now += 16s;
    CHECK(app.give(phone, step, app.code()).status == 429);
    site.now += 15s;
    CHECK(app.give(phone, step, app.code()).status == 303);
}

TEST_CASE("the second step is worth nothing without the first", "[portal]")
{
    PrivatePortal site;
    BobWithApp app{site};
    Person thief{site};
    for (const auto& step : {std::string{}, std::string(43, 'a'), std::string{"' or 1=1 --"}}) {
        CHECK(app.give(thief, step, app.code()).status == 403);
        CHECK(app.give(thief, step, app.recovery[0]).status == 403);
    }
    // Nothing of his was counted by that.
    CHECK(Sql{site.config.connection}.one(
              "select count(*) from lazaret.attempt where key like 'code %'") == "0");
    const auto wrong = thief.sign_in(mailbox, "not the password");
    CHECK(wrong.status == 403);
    CHECK(hidden(wrong, "step").empty());
    const auto step = app.password(thief);
    site.now += 11min;
    CHECK(app.give(thief, step, app.code()).status == 403);
    CHECK_FALSE(thief.is_in());
}

TEST_CASE("neither a link for a password nor one of a report gets past the second step", "[portal]")
{
    PrivatePortal site;
    BobWithApp app{site};
    Person thief{site, "198.51.100.9"};
    const auto set = thief.post(link_for_bob(site), {{"password", "another long one"}});
    CHECK(set.status == 200);
    CHECK(set.header("Set-Cookie").empty());
    CHECK_FALSE(thief.is_in());
    CHECK(app.give(thief, hidden(set, "step"), "123456").status == 403);
    // The report's opens what it always did: a limited session.
    thief.post("/a/" + store::seal_claim(site.keys, store::AccountClaim{1, site.account()},
                                         site.now + 24h));
    CHECK(thief.is_in());
    for (const std::string path : {"/account/factor", "/account/sessions", "/account/password"})
        CHECK(thief.get(path).status == 403);
    CHECK(thief.post("/account/factor", {{"password", "another long one"}}).status == 403);
    CHECK(thief
              .post("/account/factor/remove",
                    {{"password", "another long one"}, {"code", app.code()}})
              .status == 403);
    CHECK(Sql{site.config.connection}.one("select count(*) from lazaret.second_factor") == "1");
    // Nor does the role of the portal, but with a code.
    store::Database role{as_role(site.config, "lazaret_portal"), [&] { return site.now; }};
    const auto known = store::Passwords{role}.find(mailbox).value();
    CHECK_FALSE(store::Sessions{role}.begin_full(1, site.account(), mailbox, known.hash, {},
                                                 site.now + 1h));
    CHECK_FALSE(
        store::Sessions{role}.begin_connected(1, site.account(), mailbox, {}, site.now + 1h));
}

TEST_CASE("a changed password ends a sign-in that waits for its code", "[portal]")
{
    PrivatePortal site;
    BobWithApp app{site};
    Person thief{site, "198.51.100.9"};
    const auto step = app.password(thief);
    REQUIRE_FALSE(step.empty());
    Person bob{site};
    const auto set = bob.post(link_for_bob(site), {{"password", "another long one"}});
    CHECK(app.give(thief, step, app.code()).status == 403);
    CHECK_FALSE(thief.is_in());
    // The code was not used up by that.
    CHECK(app.give(bob, hidden(set, "step"), app.code()).status == 303);
}

TEST_CASE("a cookie from before both steps is not the one after (fixation)", "[portal]")
{
    PrivatePortal site;
    BobWithApp app{site};
    Person other{site};
    other.post("/a/" + store::seal_claim(site.keys, store::AccountClaim{1, site.account()},
                                         site.now + 24h));
    REQUIRE(other.is_in());
    Person bob{site};
    bob.cookie = other.cookie;
    const auto step = app.password(bob);
    CHECK(bob.cookie == other.cookie);
    CHECK(app.give(bob, step, app.code()).status == 303);
    CHECK(bob.cookie != other.cookie);
    CHECK_FALSE(other.is_in());
    // No other site finishes a sign-in in somebody's browser.
    Person forged{site, "192.0.2.1", {}, "https://evil.example", "cross-site"};
    for (const std::string path : {"/account/code", "/account/factor", "/account/factor/remove"})
        CHECK(forged.post(path, {{"step", app.password(bob)}, {"code", app.code(1)}}).status ==
              403);
    CHECK(forged.cookie.empty());
}

TEST_CASE("recovery codes let in once each, and the database has only hashes", "[portal]")
{
    PrivatePortal site;
    BobWithApp app{site};
    Person phone{site};
    std::string small = app.recovery[3];
    std::transform(small.begin(), small.end(), small.begin(), [](char one) {
        return one == '-' ? ' ' : static_cast<char>(std::tolower(one));
    });
    CHECK(app.give(phone, app.password(phone), small).status == 303);
    CHECK(has(phone.get("/account/factor"), "You have 9 recovery codes left."));
    Person again{site};
    CHECK(app.give(again, app.password(again), app.recovery[3]).status == 403);
    CHECK(app.give(again, app.password(again), "AAAA-BBBB-CCCC-DDDD").status == 403);
    CHECK(app.give(again, app.password(again), app.recovery[4]).status == 303);
    Sql sql{site.config.connection};
    CHECK(sql.one("select count(*) from lazaret.recovery_code") == "8");
    CHECK(sql.one("select count(*) from lazaret.audit where what = 'recovery code used'") == "2");
    for (const std::string table : {"recovery_code", "second_factor", "audit", "code_wanted"})
        for (const auto& secret :
             {app.recovery[5], app.recovery[5].substr(0, 4) + app.recovery[5].substr(5, 4)}) {
            INFO(table);
            CHECK(sql.one("select count(*) from lazaret." + table + " t where t::text like '%" +
                          secret + "%'") == "0");
        }
}

TEST_CASE("the secret of the app is sealed in the database, for its account alone", "[portal]")
{
    PrivatePortal site;
    BobWithApp app{site};
    Sql sql{site.config.connection};
    const auto sealed = sql.one("select secret from lazaret.second_factor");
    CHECK(sealed.starts_with("k1."));
    CHECK(sealed.find(portal::base32(app.secret)) == std::string::npos);
    const auto used = [&](const SealKeys& keys, AccountId account) {
        return portal::checked_code(keys, 1, account, sealed, app.code(), site.now);
    };
    const auto account = site.account();
    CHECK(used(site.keys, account));
    CHECK_FALSE(used(site.keys, account + 1));
    const std::string other = "k1 " + std::string(43, 'A') + "=\n";
    CHECK_FALSE(used(SealKeys::parse(other, "test"), account));
    // A newer key seals it anew when it is used.
    const auto rotated = SealKeys::parse(
        "k2 " + std::string(43, 'A') + "=\nk1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",
        "test");
    const auto anew = used(rotated, account);
    REQUIRE(anew);
    CHECK(anew->new_secret.starts_with("k2."));
    CHECK(portal::checked_code(rotated, 1, account, anew->new_secret, app.code(), site.now));
}

TEST_CASE("setting up asks for the password, and for a code that fits", "[portal]")
{
    PrivatePortal site;
    auto bob = bob_with_password(site);
    Person phone{site};
    REQUIRE(phone.sign_in(mailbox, good).status == 303);
    CHECK(has(bob.get("/account/factor"), "type=\"password\""));
    CHECK(bob.post("/account/factor", {{"password", "not the password"}}).status == 403);
    CHECK(bob.post("/account/factor", {{"password", ""}}).status == 403);
    const auto offer = bob.post("/account/factor", {{"password", good}});
    CHECK(has(offer, "<svg"));
    CHECK(has(offer, "href=\"otpauth://totp/quarantine.example.com:"));
    CHECK_FALSE(has(offer, "#\""));
    const auto sealed = hidden(offer, "offer");
    CHECK(sealed.find(good) == std::string::npos);
    CHECK(bob.post("/account/factor", {{"offer", sealed}, {"code", "000000"}}).status == 403);
    // An offer is for the session that it was made for, and for a quarter of an hour.
    CHECK(phone.post("/account/factor", {{"offer", sealed}, {"code", "000000"}}).status == 403);
    CHECK_FALSE(
        has(phone.post("/account/factor", {{"offer", sealed}, {"code", "000000"}}), "<svg"));
    site.now += 16min;
    CHECK_FALSE(has(bob.post("/account/factor", {{"offer", sealed}, {"code", "000000"}}), "<svg"));
    CHECK(Sql{site.config.connection}.one("select count(*) from lazaret.second_factor") == "0");
    // Wrong passwords there count as tries to sign in.
    for (int time = 0; time < 5; ++time)
        bob.post("/account/factor", {{"password", "not the password"}});
    Person other{site};
    CHECK(other.sign_in(mailbox, good).status == 429);
}

TEST_CASE("setting up ends the sessions that had no second step", "[portal]")
{
    PrivatePortal site;
    auto bob = bob_with_password(site);
    Person phone{site};
    REQUIRE(phone.sign_in(mailbox, good).status == 303);
    bob.post("/account/leave");
    REQUIRE(bob.sign_in(mailbox, good).status == 303);
    const auto offer = bob.post("/account/factor", {{"password", good}});
    const auto begin = offer.body.find("<code>") + 6;
    const auto secret =
        raw_of_base32(offer.body.substr(begin, offer.body.find("</code>", begin) - begin));
    const auto code = portal::code_of(secret, portal::step_at(site.now));
    const Person::Form form{{"offer", hidden(offer, "offer")}, {"code", code}};
    CHECK(codes_on(bob.post("/account/factor", form)).size() == 10);
    CHECK(bob.is_in());
    CHECK_FALSE(phone.is_in());
    // Sent twice, it shows how it stands, and no codes.
    CHECK(codes_on(bob.post("/account/factor", form)).empty());
}

TEST_CASE("removing the second step takes the password and a code", "[portal]")
{
    PrivatePortal site;
    BobWithApp app{site};
    const auto remove = [&](const std::string& password, const std::string& code) {
        return app.bob.post("/account/factor/remove", {{"password", password}, {"code", code}});
    };
    CHECK(app.bob.get("/account/factor/remove").status == 405);
    CHECK(remove("not the password", app.code()).status == 403);
    CHECK(remove(good, "000000").status == 403);
    CHECK(remove(good, "").status == 403);
    CHECK(Sql{site.config.connection}.one("select count(*) from lazaret.second_factor") == "1");
    CHECK(remove(good, app.code()).status == 200);
    Sql sql{site.config.connection};
    CHECK(sql.one("select count(*) from lazaret.second_factor") == "0");
    CHECK(sql.one("select count(*) from lazaret.recovery_code") == "0");
    Person phone{site};
    CHECK(phone.sign_in(mailbox, good).status == 303);
}

TEST_CASE("an administrator who resets a password removes the second step", "[portal]")
{
    PrivatePortal site;
    BobWithApp app{site};
    Person phone{site};
    const auto step = app.password(phone);
    auto admin = site.database();
    const store::Actor root{"root", "lazaretctl"};
    CHECK(store::lock_out(admin, *parse_address(mailbox), false, root).value().sessions == 1);
    // A sign-in in the middle ends with the sessions; the factor stays.
    CHECK(app.give(phone, step, app.code()).status == 403);
    CHECK_FALSE(app.password(phone).empty());
    CHECK(store::lock_out(admin, *parse_address(mailbox), true, root).value().sessions == 0);
    CHECK(Sql{site.config.connection}.one("select count(*) from lazaret.second_factor") == "0");
    CHECK(phone.post(link_for_bob(site), {{"password", good}}).status == 303);
    CHECK(phone.is_in());
}
