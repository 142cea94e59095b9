#include "quarantine-store/release.hpp"
#include "tests/portal/newsletter_site.hpp"
#include "tests/support/catch.hpp"

using namespace lazaret;
using namespace lazaret::test;

TEST_CASE("accepting a newsletter sends what is held of it, and no forgery", "[newsletters]")
{
    PrivatePortal site;
    const auto one = hold_newsletter(site, 1);
    const auto other = hold_newsletter(site, 2);
    const auto forged = hold_newsletter(site, 3, "");
    const auto spam = hold_newsletter(site, 4, "example.org", Class::Spam);
    SECTION("by the page")
    {
        CHECK(site.post_in(site.session(), newsletters_page + "/accept",
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
    CHECK(has(site.get(newsletters_page, site.session()), "Accepted: it is delivered."));
}

TEST_CASE("whose lists are full is told so, and nothing is sent", "[newsletters]")
{
    PrivatePortal site;
    const auto one = hold_newsletter(site, 1);
    site.fill_lists("deny");
    const auto session = site.session();
    for (const std::string press : {"accept", "block"}) {
        const auto answer = site.post_in(session, newsletters_page + "/" + press,
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
    const auto one = hold_newsletter(site, 1);
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
    const auto next = hold_newsletter(site, 2);
    CHECK(site.post("/m/" + site.claim(next) + "/" + press).status == 303);
    CHECK(becomes_released(site, next));
}

TEST_CASE("what is accepted for one address is accepted no longer", "[newsletters]")
{
    PrivatePortal site;
    hold_newsletter(site, 1);
    const auto cookie = bob_with_password(site).cookie;
    auto admin = site.database();
    store::Directory directory{admin};
    store::NewEntry entry{.owner = Owner::address("bob@example.com"),
                          .only_address = true,
                          .kind = ListKind::Newsletter,
                          .sender = parse_sender_pattern("example.org").value(),
                          .origin = std::string{store::made_in_account}};
    const auto made = directory.add_entry(entry, {"test", "test"}).value();
    site.post_in(cookie, newsletters_page + "/stop",
                 {{"account", account_of(site)}, {"entry", std::to_string(made.entry.id)}});
    CHECK(site.entries().empty());
}

TEST_CASE("a report's link removes no entry of a domain that its owner made", "[newsletters]")
{
    PrivatePortal site;
    const auto one = hold_newsletter(site, 1);
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
            site.post_in(cookie, newsletters_page + "/stop",
                         {{"account", account_of(site)}, {"entry", std::to_string(made.entry.id)}});
        CHECK(answer.status == (row.goes ? 303 : 403));
        CHECK(has(answer, "/account/sign-in") == !row.goes);
    }
    SECTION("where its sender is blocked")
    {
        CHECK(site.post_in(cookie, newsletters_page + "/block",
                           {{"account", account_of(site)}, {"copy", one.text()}})
                  .status == 303);
        CHECK(has(site.get(newsletters_page, cookie), "Blocked."));
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
        hold_newsletter(site, 1, is_proved ? "example.org" : "");
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
        const auto page = site.get(newsletters_page, site.session());
        CHECK(has(page, row.state));
        CHECK(has(page, newsletters_page + "/accept") == row.can_accept);
    }
}

TEST_CASE("an accepted newsletter of which nothing came is blocked with its sender",
          "[newsletters]")
{
    PrivatePortal site;
    hold_newsletter(site, 1, "example.org", Class::Spam);
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
    CHECK(has(site.get(newsletters_page, site.session()), "Accepted: it is delivered."));
    add(Owner::site(), ListKind::Deny, ".org");
    CHECK(has(site.get(newsletters_page, site.session()), "Blocked."));
}

TEST_CASE("a newsletter is accepted no longer, or blocked", "[newsletters]")
{
    PrivatePortal site;
    const auto one = hold_newsletter(site, 1);
    const auto cookie = site.session();
    const auto account = account_of(site);
    site.post_in(cookie, newsletters_page + "/accept",
                 {{"account", account}, {"copy", one.text()}});
    const auto entries = entries_of(site, ListKind::Newsletter);
    REQUIRE(entries.size() == 1);
    const auto number = std::to_string(entries[0].entry.id);
    SECTION("no longer")
    {
        site.post_in(cookie, newsletters_page + "/stop", {{"account", account}, {"entry", number}});
        CHECK(entries_of(site, ListKind::Newsletter).empty());
        CHECK(has(site.get(newsletters_page, cookie), "Held until you accept it."));
    }
    SECTION("blocked")
    {
        site.post_in(cookie, newsletters_page + "/block",
                     {{"account", account}, {"copy", one.text()}});
        CHECK(entries_of(site, ListKind::Newsletter).empty());
        CHECK(entries_of(site, ListKind::Deny).size() == 1);
        CHECK(has(site.get(newsletters_page, cookie), "Blocked."));
    }
    SECTION("nothing for a form of another account")
    {
        site.post_in(cookie, newsletters_page + "/stop", {{"account", "4711"}, {"entry", number}});
        CHECK(entries_of(site, ListKind::Newsletter).size() == 1);
    }
}

TEST_CASE("a newsletter that was released before it is accepted is wanted as one", "[newsletters]")
{
    PrivatePortal site;
    const auto one = hold_newsletter(site, 1);
    site.post("/m/" + site.claim(one) + "/release");
    REQUIRE(becomes_released(site, one));
    const auto said = [&] {
        return Sql{site.config.connection}.one("select says || ' ' || origin from lazaret.vote");
    };
    REQUIRE(said() == "ham release");
    SECTION("by the page")
    {
        site.post_in(site.session(), newsletters_page + "/accept",
                     {{"account", account_of(site)}, {"copy", one.text()}});
    }
    SECTION("by the link of a report") { site.post("/m/" + site.claim(one) + "/newsletter"); }
    CHECK(said() == "newsletter newsletter");
    CHECK(site.mta.sent.size() == 1);
}
