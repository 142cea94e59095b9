#include "tests/portal/private_portal.hpp"
#include "tests/support/catch.hpp"

using namespace lazaret;
using namespace lazaret::test;
using namespace std::chrono_literals;
using portal::Method;
using store::CopyState;

TEST_CASE("nothing happens but by POST", "[portal]")
{
    PrivatePortal site;
    const auto link = "/m/" + site.claim(site.hold());
    const auto end = site.now + 24h;
    const auto account =
        "/a/" + store::seal_claim(site.keys, store::AccountClaim{1, site.account()}, end);
    std::vector<std::string> paths = {
        account, account + "/fresh",
        "/u/" + store::seal_claim(site.keys, store::UnsubscribeClaim{1, site.account()}, end)};
    const auto before = everything(site.config);
    for (const auto* behind : {"", "/release", "/look", "/newsletter", "/allow", "/adjust", "/ask",
                               "/block", "/delete", "/forget", "/fresh", "/preview"})
        paths.push_back(link + behind);
    // The second time the links are too old.
    for (int time = 0; time < 2; ++time, site.now += 25h)
        for (const auto method : {Method::Get, Method::Head, Method::Options, Method::Other})
            for (const auto& path : paths) {
                const auto response =
                    site.portal.answer({.method = method, .path = path, .client = "192.0.2.1"});
                CHECK(response.header("Set-Cookie").empty());
                CHECK(response.status < 500);
                if (method == Method::Options) CHECK(response.status == 204);
                if (method == Method::Other) CHECK(response.status == 405);
            }
    CHECK(everything(site.config) == before);
    CHECK(site.mta.sent.empty());
    CHECK(site.post(link).status == 405);
    CHECK(site.post(link + "/preview").status == 405);
}

TEST_CASE("a link that is not ours does nothing and says so calmly", "[portal]")
{
    PrivatePortal site;
    const auto reference = site.hold();
    const auto claim = site.claim(reference);
    const auto before = everything(site.config);
    for (std::size_t at = 0; at < claim.size(); ++at) {
        auto changed = claim;
        changed[at] = changed[at] == 'a' ? 'b' : 'a';
        const auto response = site.post("/m/" + changed + "/release");
        INFO(changed);
        CHECK((response.status == 403 || response.status == 404));
        CHECK(response.body.find("ada@example.org") == std::string::npos);
    }
    CHECK(site.post("/m/" + claim.substr(0, claim.size() - 1) + "/release").status == 403);
    // A claim of another kind is worth nothing here, nor this one elsewhere.
    const auto account =
        store::seal_claim(site.keys, store::AccountClaim{1, site.account()}, site.now + 24h);
    CHECK(site.post("/m/" + account + "/release").status == 403);
    CHECK(site.post("/a/" + claim).status == 403);
    CHECK(site.post("/u/" + claim).status == 403);
    CHECK(site.post("/u/" + account).status == 403);
    CHECK(everything(site.config) == before);
    // A claim acts on its own copy only.
    const auto other = site.hold();
    CHECK(site.post("/m/" + site.claim(other) + "/delete").status == 303);
    CHECK(site.copy(reference).summary.state == CopyState::Held);
    CHECK(site.copy(other).summary.state == CopyState::Deleted);
}

TEST_CASE("an old link tells what became of the message, and does nothing", "[portal]")
{
    PrivatePortal site;
    const auto reference = site.hold();
    const auto link = "/m/" + site.claim(reference);
    site.now += 25h + 1h;
    const auto page = site.get(link);
    CHECK(page.status == 410);
    CHECK(has(page, "too old"));
    CHECK(has(page, "held"));
    CHECK_FALSE(has(page, "ada@example.org"));
    CHECK(site.post(link + "/release").status == 410);
    CHECK(site.get(link + "/preview").status == 403);
    CHECK(site.copy(reference).summary.state == CopyState::Held);
    CHECK(site.get("/m/" + site.claim(Reference::random())).status == 410);
    // It orders a new report, but not for ever.
    CHECK(has(page, "/fresh\""));
    CHECK(site.post(link + "/fresh").status == 200);
    site.now += 24h * 70;
    CHECK_FALSE(has(site.get(link), "/fresh\""));
    CHECK(site.post(link + "/fresh").status == 410);
}

TEST_CASE("a link takes back what a link made, and nothing else", "[portal]")
{
    PrivatePortal site;
    auto admin = site.database();
    store::Directory directory{admin};
    const auto add = [&](ListKind kind, std::string_view sender) {
        store::NewEntry entry;
        entry.owner = Owner::address("bob@example.com");
        entry.kind = kind;
        entry.sender = parse_sender_pattern(sender).value();
        entry.comment = "by the administrator";
        directory.add_entry(entry, {"test", "test"}).value();
    };
    const auto link = "/m/" + site.claim(site.hold());
    add(ListKind::Deny, "ada@example.org");
    add(ListKind::Deny, "@example.org");
    add(ListKind::Newsletter, "@example.org");
    const auto page = site.get(link);
    CHECK(has(page, "You block this sender"));
    CHECK_FALSE(has(page, "@example.org</bdi></p>\n<form"));
    CHECK_FALSE(has(page, "/forget\""));
    CHECK_FALSE(has(page, "/block\""));
    for (const auto* sender : {"ada@example.org", "@example.org"})
        for (const auto* kind : {"deny", "newsletter"})
            CHECK(site.post(link + "/forget", {{"kind", kind}, {"sender", sender}}).status == 303);
    CHECK(site.entries().size() == 3);

    // Nor does pressing the same make it the link's own.
    CHECK(site.post(link + "/block").status == 303);
    CHECK(site.entries().size() == 3);
    CHECK(site.post(link + "/forget", {{"kind", "deny"}, {"sender", "ada@example.org"}}).status ==
          303);
    for (const auto& listed : site.entries()) {
        CHECK(listed.origin == "lazaretctl");
        CHECK(listed.comment == "by the administrator");
    }
    CHECK(site.entries().size() == 3);

    // What counts no more may be made anew, and is the link's then.
    for (const auto& listed : site.entries())
        directory.enable_entry(listed.entry.id, false, {"test", "test"});
    CHECK(site.post(link + "/block").status == 303);
    CHECK(has(site.get(link), "/forget\""));
    CHECK(site.post(link + "/forget", {{"kind", "deny"}, {"sender", "ada@example.org"}}).status ==
          303);
    CHECK(site.entries().size() == 2);
}
