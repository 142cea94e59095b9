#include "quarantine-store/directory.hpp"
#include "tests/portal/private_portal.hpp"
#include "tests/support/catch.hpp"

using namespace lazaret;
using namespace lazaret::test;
using namespace std::chrono_literals;
using portal::Method;

TEST_CASE("the header link opens the account's copies by a button, for a while", "[portal]")
{
    PrivatePortal site;
    const auto reference = site.hold();
    const store::AccountClaim claim{1, site.account()};
    const auto link = "/a/" + store::seal_claim(site.keys, claim, site.now + 24h);
    CHECK(site.get(link).body.find("Open my quarantine") != std::string::npos);
    CHECK(site.get("/account").status == 403);

    const auto opened = site.post(link);
    CHECK(opened.status == 303);
    CHECK(opened.header("Location") == "/account");
    const auto cookie = opened.header("Set-Cookie");
    CHECK(cookie.starts_with("__Host-lazaret="));
    CHECK(cookie.find("; HttpOnly; SameSite=Lax; Secure") != std::string::npos);
    const auto value = cookie.substr(0, cookie.find(';'));
    const auto page = site.get("/account", "a=b; " + value);
    CHECK(page.status == 200);
    CHECK(page.body.find("number 1") != std::string::npos);

    // Each row leads to its copy.
    const auto start = page.body.find("/m/");
    REQUIRE(start != std::string::npos);
    const auto row = page.body.substr(start, page.body.find('"', start) - start);
    CHECK(site.post(row + "/release").status == 303);
    CHECK(site.copy(reference).summary.state == store::CopyState::Released);

    CHECK(site.get("/account", value + "x").status == 403);
    CHECK(site.get("/account", "__Host-lazaret=" + link.substr(3)).status == 403);
    CHECK(site.post("/account/leave").header("Set-Cookie").find("Max-Age=0") != std::string::npos);
    site.now += 25h;
    CHECK(site.get("/account", value).status == 403);
}

TEST_CASE("another site cannot open a session in somebody's browser", "[portal]")
{
    PrivatePortal site;
    site.hold();
    const auto link =
        "/a/" + store::seal_claim(site.keys, store::AccountClaim{1, site.account()}, site.now + 1h);
    const auto from = [&](const std::string& origin, const std::string& fetch_site) {
        return site.portal
            .answer({.method = Method::Post,
                     .path = link,
                     .client = "192.0.2.1",
                     .origin = origin,
                     .fetch_site = fetch_site})
            .status;
    };
    CHECK(from("https://evil.example", "") == 403);
    CHECK(from("null", "cross-site") == 403);
    CHECK(from("null", "same-origin") == 303);
    CHECK(from("https://quarantine.example.com", "") == 303);
}

TEST_CASE("reports are turned off by POST only, by whatever body", "[portal]")
{
    PrivatePortal site;
    site.hold();
    const auto frequency = [&] {
        auto admin = site.database();
        const auto all =
            store::Directory{admin}.settings_of(Owner::address("bob@example.com")).value();
        for (const auto& one : all)
            if (one.name == "report.frequency") return one.value;
        return std::string{};
    };
    const auto link =
        "/u/" +
        store::seal_claim(site.keys, store::UnsubscribeClaim{1, site.account()}, site.now + 24h);
    CHECK(site.get(link).status == 200);
    CHECK(frequency() == "daily");
    CHECK(site.post(link, {{"List-Unsubscribe", "One-Click"}}).status == 200);
    CHECK(frequency() == "none");
    CHECK(site.post(link).status == 200);
}
