#include "tests/portal/tenants.hpp"

// What administrators see and do with the mail of a whole tenant, and that nobody else does.
using namespace lazaret;
using namespace lazaret::test;
using namespace std::chrono_literals;

TEST_CASE("an administrator sees what is held in all of his tenant, and in no other", "[portal]")
{
    Tenants both;
    CHECK(both.get(all_of_it).status == 404);
    administer(both.site, ann);
    const auto page = both.get(all_of_it);
    REQUIRE(page.status == 200);
    CHECK(has(page.body, "Quarantine of main"));
    CHECK(has(page.body, "For bob@example.com"));
    CHECK_FALSE(has(page.body, carl));
    // A message is opened with a reason only.
    CHECK(has(page.body, "/account/others?address=bob%40example.com&amp;copy=" + both.bobs.text()));
    // His own he has in his own quarantine.
    CHECK(has(page.body, "It is your own"));
    CHECK_FALSE(has(page.body, "All of the site"));
    administer(both.site, ann, "*");
    const auto site = both.get(all_of_it).body;
    CHECK(has(site, "Quarantine of all tenants"));
    CHECK(has(site, "For bob@example.com"));
    CHECK(has(site, "For carl@example.net"));
    const auto other = both.get("/account/tenant?account=tenant.2").body;
    CHECK(has(other, "For carl@example.net"));
    CHECK_FALSE(has(other, "For bob@example.com"));
}

TEST_CASE("the quarantine of a tenant is searched by recipient, words, class and state", "[portal]")
{
    Tenants both;
    administer(both.site, ann);
    const auto dangerous = both.hold_in(1, "dora@example.com", 711, Class::Dangerous);
    const auto kept = both.hold_in(1, "dora@example.com", 712, Class::SpamCertain, true);
    struct Row {
        const char* says;
        std::string query;
        std::vector<std::string> found;
        std::vector<std::string> not_found;
    };
    const Row rows[] = {
        {"a whole address",
         "recipient=dora@example.com",
         {dangerous.text(), kept.text()},
         {both.bobs.text()}},
        {"a part of one", "recipient=ORA%40", {dangerous.text()}, {both.bobs.text()}},
        {"a pattern is none", "recipient=%25", {}, {both.bobs.text(), dangerous.text()}},
        {"words of a subject",
         "text=number+711",
         {dangerous.text()},
         {both.bobs.text(), kept.text()}},
        {"a class", "class=dangerous", {dangerous.text()}, {both.bobs.text(), kept.text()}},
        {"what is not held", "state=deleted", {}, {both.bobs.text(), dangerous.text()}},
        {"what there is not here", "state=refused", {both.bobs.text(), kept.text()}, {}},
        {"another's tenant by its domain", "recipient=example.net", {}, {both.carls.text()}},
    };
    for (const auto& row : rows) {
        const auto page = both.get(std::string{all_of_it} + "?" + row.query);
        INFO(row.says << '\n' << page.body);
        CHECK(page.status == 200);
        for (const auto& one : row.found) CHECK(has(page.body, one));
        for (const auto& one : row.not_found) CHECK_FALSE(has(page.body, one));
    }
}

TEST_CASE("the quarantine of a tenant is turned over while mail arrives", "[portal]")
{
    Tenants both;
    administer(both.site, ann);
    for (int at = 0; at < 60; ++at) both.hold_in(1, "dora@example.com", 2000 + at);
    const auto turn = [](const portal::Response& page) {
        const std::string mark = "rel=\"next\" href=\"";
        const auto at = page.body.find(mark);
        REQUIRE(at != std::string::npos);
        auto link = page.body.substr(at + mark.size(),
                                     page.body.find('"', at + mark.size()) - at - mark.size());
        for (auto found = link.find("&amp;"); found != std::string::npos;
             found = link.find("&amp;"))
            link.replace(found, 5, "&");
        return link;
    };
    const auto next = turn(both.get("/account/tenant?recipient=dora"));
    CHECK(has(next, "/account/tenant?account=tenant.1&"));
    const auto before = both.get(next);
    both.hold_in(1, "dora@example.com", 2100);
    const auto after = both.get(next);
    REQUIRE(before.status == 200);
    const auto rows = [](const std::string& page) {
        const auto from = page.find("<ul class=\"copies\">");
        return page.substr(from, page.find("</ul>", from) - from);
    };
    CHECK(rows(before.body) == rows(after.body));
}

TEST_CASE("an administrator's searches are written down, and whom they name sees it", "[portal]")
{
    Tenants both;
    auto bob = bob_with_password(both.site);
    administer(both.site, ann);
    CHECK(both.get(all_of_it).status == 200);
    CHECK(both.get(all_of_it).status == 200);
    CHECK(audit(both.site, "search") == "ann@example.com tenant:1 ");
    CHECK_FALSE(has(bob.get("/account/delegates").body, "ann@example.com looked"));
    CHECK(both.get("/account/tenant?recipient=bob@example.com&text=secret&class=spam").status ==
          200);
    const auto account = std::to_string(both.site.account());
    CHECK(audit(both.site, "search") ==
          "ann@example.com tenant:1 , ann@example.com account:" + account +
              " recipient=bob@example.com, class=spam, text=secret");
    const auto seen = bob.get("/account/delegates").body;
    CHECK(has(seen, "ann@example.com looked on"));
    CHECK(has(seen, "senders and subjects"));
    // The words that he looked for are not told.
    CHECK_FALSE(has(seen, "secret"));
    // Of another tenant's there is nothing to be seen, or told.
    CHECK(both.get("/account/tenant?recipient=carl@example.net").status == 200);
    CHECK(Sql{both.site.config.connection}.one("select count(*) from lazaret.audit where what = "
                                               "'search' and tenant_id = 2") == "0");
}

TEST_CASE("what is chosen of a tenant is released and deleted by the table of rights", "[portal]")
{
    Tenants both;
    administer(both.site, ann);
    const auto dangerous = both.hold_in(1, "dora@example.com", 721, Class::Dangerous);
    const auto virus = both.hold_in(1, "dora@example.com", 722, Class::Virus);
    const auto confirm =
        both.get("/account/tenant/confirm?account=tenant.1&deed=release&c1=" + dangerous.text() +
                 "&c2=" + virus.text());
    REQUIRE(confirm.status == 200);
    CHECK(has(confirm.body, "1 message will be sent to whom it is for."));
    CHECK(has(confirm.body, "1 message stays as it is"));
    CHECK(has(confirm.body, "action=\"/account/tenant/act\""));
    CHECK(both.state(dangerous) == store::CopyState::Held);
    CHECK(both.act("tenant.1", "release", dangerous) == 303);
    CHECK(both.state(dangerous) == store::CopyState::Released);
    CHECK(both.site.copy(dangerous).changed_by == ann);
    CHECK(both.act("tenant.1", "release", virus) == 303);
    CHECK(both.state(virus) == store::CopyState::Held);
    CHECK(both.act("tenant.1", "delete", virus) == 303);
    CHECK(both.state(virus) == store::CopyState::Deleted);
    CHECK(has(audit(both.site, "delete"), "ann@example.com " + virus.text()));
    // Lists are each person's own.
    CHECK(both.act("tenant.1", "allow", both.bobs) == 303);
    CHECK(both.act("tenant.1", "block", both.bobs) == 303);
    CHECK(both.site.entries().empty());
    CHECK(both.state(both.bobs) == store::CopyState::Held);
    // All that match.
    both.site.now += 1min;
    REQUIRE(
        both.ann_herself
            .post("/account/tenant/act",
                  {{"account", "tenant.1"}, {"deed", "delete"}, {"all", "1"}, {"recipient", "bob"}})
            .status == 303);
    CHECK(both.state(both.bobs) == store::CopyState::Deleted);
    CHECK(both.state(both.carls) == store::CopyState::Held);
}

TEST_CASE("an administrator does not release to himself what is dangerous", "[portal]")
{
    Tenants both;
    administer(both.site, ann, "*");
    const auto dangerous = both.hold_in(1, ann, 731, Class::Dangerous);
    CHECK(both.act("tenant.1", "release", dangerous) == 303);
    CHECK(both.act("tenant.0", "release", dangerous) == 303);
    both.site.now += 1min;
    CHECK(both.ann_herself
              .post("/account/tenant/act",
                    {{"account", "tenant.0"}, {"deed", "release"}, {"all", "1"}})
              .status == 303);
    CHECK(both.state(dangerous) == store::CopyState::Held);
    CHECK(both.state(both.carls) != store::CopyState::Held);
}

TEST_CASE("whoever is no administrator of it finds no page of a tenant, and changes nothing",
          "[portal]")
{
    Tenants both;
    auto bob = bob_with_password(both.site);
    auto delegate = with_password(both.site, "dora@example.com");
    REQUIRE(bob.post("/account/delegates/add", {{"address", "dora@example.com"}}).status == 303);
    REQUIRE(delegate.post("/account/visit", {{"address", mailbox}}).status == 303);
    auto limited = Person{both.site, "192.0.2.7"};
    administer(both.site, ann, "@example.net");
    {
        auto admin = both.site.database();
        const auto account = store::Directory{admin}.account_of(parse_address(ann).value()).value();
        limited.post("/a/" + store::seal_claim(both.site.keys, store::AccountClaim{1, account},
                                               both.site.now + 24h));
        REQUIRE(limited.is_in());
    }
    auto stranger = Person{both.site, "192.0.2.8"};
    struct Row {
        const char* who;
        Person& person;
        int status;
    };
    const Row rows[] = {
        {"a person", bob, 404},
        {"a delegate in his visit", delegate, 404},
        {"an administrator of another tenant", both.ann_herself, 404},
        {"an administrator by his report's link", limited, 403},
        {"nobody", stranger, 403},
    };
    const auto entry = Sql{both.site.config.connection}.one(
        "insert into lazaret.list_entry (tenant_id, owner, kind, sender, proof) values "
        "(1, 'tenant:1', 'deny', '@enemy.example', 'none') returning entry_id");
    const auto standing = [&] {
        return Sql{both.site.config.connection}.one(
            "select (select string_agg(e::text, ' ' order by entry_id) from lazaret.list_entry e) "
            "|| coalesce((select string_agg(s::text, ' ') from lazaret.setting s), '-')");
    };
    const auto before = standing();
    for (const auto& row : rows) {
        INFO(row.who);
        for (const auto* path : {"", "/confirm", "/lists", "/statistics", "/statistics/weeks",
                                 "/statistics/months", "/settings"}) {
            const auto page = both.site.get(
                std::string{"/account/tenant"} + path + "?account=tenant.1&deed=delete&all=1",
                row.person.cookie);
            INFO(path << '\n' << page.body);
            CHECK(page.status == row.status);
            CHECK_FALSE(has(page.body, "velace"));
            CHECK_FALSE(has(page.body, "enemy.example"));
        }
        const auto denied = [&](const std::string& path, Person::Form form) {
            form["account"] = "tenant.1";
            INFO(path);
            CHECK(row.person.post("/account/tenant" + path, form).status == row.status);
        };
        denied("/act", {{"deed", "delete"}, {"c1", both.bobs.text()}});
        denied("/act", {{"deed", "release"}, {"all", "1"}});
        denied("/lists/add",
               {{"owner", "tenant:1"}, {"kind", "allow"}, {"sender", "mine.example"}});
        denied("/lists/add",
               {{"owner", "domain:example.com"}, {"kind", "deny"}, {"sender", "mine.example"}});
        denied("/settings", {{"owner", "tenant:1"}, {"hold_at", "99"}});
        denied("/settings", {{"owner", "domain:example.com"}, {"action.spam", "deliver"}});
        for (const auto* change : {"/lists/remove", "/lists/disable", "/lists/enable"})
            denied(change, {{"entry", entry}});
        CHECK(both.state(both.bobs) == store::CopyState::Held);
        CHECK(standing() == before);
    }
    CHECK(both.site.mta.sent.empty());
    // Who is in fully and named it, the audit names.
    const auto tries = audit(both.site, "trespass");
    for (const auto* who : {"bob@example.com", "dora@example.com", "ann@example.com"})
        CHECK(has(tries, std::string{who} + " tenant:1 account:"));
}

TEST_CASE("copies of another tenant are named in vain, and the audit says so", "[portal]")
{
    Tenants both;
    administer(both.site, ann);
    for (const auto* deed : {"release", "delete"})
        CHECK(both.act("tenant.1", deed, both.carls) == 404);
    CHECK(both.get("/account/tenant/confirm?account=tenant.1&deed=delete&c1=" + both.carls.text())
              .status == 404);
    CHECK(both.state(both.carls) == store::CopyState::Held);
    CHECK(has(audit(both.site, "trespass"), "ann@example.com " + both.carls.text()));
    // Nonsense is nobody's.
    for (const auto* realm : {"tenant.", "tenant.-1", "tenant.99999999999", "1.1", "tenant.1x", ""})
        CHECK(both.act(realm, "delete", both.bobs) == 404);
    CHECK(both.ann_herself.post("/account/tenant/act", {{"deed", "delete"}, {"all", "1"}}).status ==
          404);
    CHECK(both.state(both.bobs) == store::CopyState::Held);
}

TEST_CASE("no page of another site acts in a tenant", "[portal]")
{
    Tenants both;
    administer(both.site, ann);
    both.ann_herself.origin = "https://evil.example";
    both.ann_herself.fetch_site = "cross-site";
    CHECK(both.act("tenant.1", "delete", both.bobs) == 403);
    CHECK(both.state(both.bobs) == store::CopyState::Held);
}

TEST_CASE("a message of the tenant's quarantine is opened with a reason, and that is shown",
          "[portal]")
{
    Tenants both;
    administer(both.site, ann);
    const auto asks = both.get("/account/others?address=bob@example.com&copy=" + both.bobs.text());
    CHECK(has(asks.body, "value=\"bob@example.com\""));
    CHECK(has(asks.body, "name=\"copy\" value=\"" + both.bobs.text() + '"'));
    const auto open = [&](const Reference& copy, const std::string& reason) {
        return both.ann_herself.post(
            "/account/visit", {{"address", mailbox}, {"reason", reason}, {"copy", copy.text()}});
    };
    CHECK(open(both.bobs, "").status == 422);
    const auto opened = open(both.bobs, "He called");
    REQUIRE(opened.status == 303);
    CHECK(both.ann_herself.get(opened.header("Location")).status == 200);
    CHECK(audit(both.site, "look") == "ann@example.com " + both.bobs.text() + " He called");
    // Of another's than the host's nothing opens.
    CHECK(both.ann_herself.get(open(both.carls, "He called").header("Location")).status == 403);
}
