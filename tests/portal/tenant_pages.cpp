#include <functional>

#include "tests/portal/two_people.hpp"

// What administrators see and do over a whole tenant, or the site, and that nobody else does.
using namespace lazaret;
using namespace lazaret::test;
using namespace std::chrono_literals;

namespace {

constexpr auto all_of_it = "/account/tenant";
const std::string carl = "carl@example.net";

// Two tenants. Bob and Ann are of the first, Carl of the other; for each something is held.
struct Tenants {
    PrivatePortal site{};
    Reference bobs = site.hold();
    Person ann_herself = with_password(site, ann);
    Reference carls = hold_for_carl();

    Reference hold_for_carl()
    {
        {
            auto admin = site.database();
            store::Directory{admin}.add_domain("example.net", "other", root);
        }
        return hold_in(2, carl, 701);
    }
    Reference hold_in(TenantId tenant, const std::string& address, int number,
                      Class verdict = Class::Spam, bool kept = false)
    {
        SampleMail letter{number};
        auto copy = sample_copy(address);
        copy.tenant = tenant;
        copy.verdict = verdict;
        copy.kept_after_refusal = kept;
        return store::make_keeper(site.config, 1)->hold(letter.mail, std::vector{copy}).at(0);
    }
    portal::Response get(const std::string& path) { return site.get(path, ann_herself.cookie); }
    store::CopyState state(const Reference& copy) { return site.copy(copy).summary.state; }
    // @return the status.
    int act(const std::string& realm, const std::string& deed, const Reference& copy)
    {
        return ann_herself
            .post("/account/tenant/act", {{"account", realm}, {"deed", deed}, {"c1", copy.text()}})
            .status;
    }
};

}  // namespace

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

TEST_CASE("an administrator keeps the lists of his tenant and its domains", "[portal]")
{
    Tenants both;
    administer(both.site, ann);
    const auto add = [&](const std::string& owner, const std::string& kind,
                         const std::string& sender, const std::string& until = {}) {
        return both.ann_herself
            .post("/account/tenant/lists/add", {{"account", "tenant.1"},
                                                {"owner", owner},
                                                {"kind", kind},
                                                {"sender", sender},
                                                {"until", until},
                                                {"comment", "a <comment>"}})
            .status;
    };
    CHECK(add("tenant:1", "allow", "friend.example") == 303);
    CHECK(add("domain:example.com", "deny", "enemy@enemy.example", "2099-12-31") == 303);
    CHECK(add("tenant:1", "newsletter", "news@news.example") == 303);
    CHECK(add("tenant:1", "warn", "late.example") == 303);
    CHECK(add("tenant:1", "allow", "no sender") == 422);
    CHECK(add("tenant:1", "allow", "old.example", "2001-01-01") == 422);
    // Neither for others' nor for all.
    for (const auto* owner : {"site", "tenant:2", "domain:example.net", "account:1", "tenant:0",
                              "address:bob@example.com", "", "tenant:1x"})
        CHECK(add(owner, "allow", "x.example") == 404);
    const auto entries = both.site.entries();
    REQUIRE(entries.size() == 4);
    for (const auto& listed : entries) {
        CHECK(listed.entry.tenant == 1);
        CHECK(listed.created_by == ann);
        const bool asks =
            listed.entry.kind == ListKind::Allow || listed.entry.kind == ListKind::Newsletter;
        CHECK(listed.entry.proof == (asks ? Proof::any() : Proof::none()));
    }
    const auto page = both.get("/account/tenant/lists").body;
    for (const auto* text :
         {"Lists of main", "@friend.example", "enemy@enemy.example", "@news.example",
          "For all of the tenant", "For example.com", "a &lt;comment&gt;", "31 Dec 2099",
          "Delivered when the sender proves who he is (SPF, DKIM or DMARC).",
          "its recipient is told at once"})
        CHECK(has(page, text));
    CHECK_FALSE(has(page, "lists.csv"));
    // The milters hear of it.
    CHECK(both.site.copy(both.bobs).summary.tenant == 1);
    const auto id = std::to_string(entries.front().entry.id);
    const auto change = [&](const std::string& what, const std::string& entry,
                            const std::string& realm = "tenant.1") {
        return both.ann_herself
            .post("/account/tenant/lists/" + what, {{"account", realm}, {"entry", entry}})
            .status;
    };
    CHECK(change("disable", id) == 303);
    CHECK_FALSE(both.site.entries().front().entry.enabled);
    CHECK(change("enable", id) == 303);
    CHECK(both.site.entries().front().entry.enabled);
    CHECK(change("remove", id) == 303);
    CHECK(both.site.entries().size() == 3);
    CHECK(change("remove", id) == 303);
    CHECK(has(audit(both.site, "list add"), "ann@example.com tenant:1 allow @friend.example"));
    CHECK(audit(both.site, "list remove") != "");
}

TEST_CASE("entries of others are named in vain in a tenant, and the audit says so", "[portal]")
{
    Tenants both;
    auto bob = bob_with_password(both.site);
    REQUIRE(
        bob.post("/account/lists/add", {{"kind", "deny"}, {"sender", "enemy.example"}}).status ==
        303);
    administer(both.site, ann);
    Sql sql{both.site.config.connection};
    std::vector<std::string> others = {std::to_string(both.site.entries().front().entry.id)};
    for (const auto* owner : {"(0, 'site', ", "(2, 'tenant:2', ", "(2, 'domain:example.net', "})
        others.push_back(sql.one(
            "insert into lazaret.list_entry (tenant_id, owner, kind, sender, proof) values " +
            std::string{owner} + "'deny', '@x.example', 'none') returning entry_id"));
    const auto standing = [&] {
        return sql.one(
            "select string_agg(e::text, ' ' order by entry_id) from lazaret.list_entry e");
    };
    const auto before = standing();
    for (const auto& entry : others) {
        INFO(entry);
        for (const auto* what : {"remove", "disable", "enable"})
            CHECK(both.ann_herself
                      .post(std::string{"/account/tenant/lists/"} + what,
                            {{"account", "tenant.1"}, {"entry", entry}})
                      .status == 404);
        CHECK(has(audit(both.site, "trespass"), "ann@example.com list entry:" + entry));
    }
    CHECK(standing() == before);
    CHECK_FALSE(has(both.get("/account/tenant/lists").body, "enemy.example"));
    CHECK_FALSE(has(both.get("/account/tenant/lists").body, "x.example"));
    // Whoever administers all keeps those of the site.
    administer(both.site, ann, "*");
    CHECK(both.ann_herself
              .post("/account/tenant/lists/add", {{"account", "tenant.0"},
                                                  {"owner", "site"},
                                                  {"kind", "deny"},
                                                  {"sender", "worst.example"}})
              .status == 303);
    const auto page = both.get("/account/tenant/lists?account=tenant.0").body;
    CHECK(has(page, "worst.example"));
    CHECK(has(page, "For all of the site"));
}

TEST_CASE("the statistics of a tenant are summed over it, and name whom most came for", "[portal]")
{
    Tenants both;
    administer(both.site, ann);
    CHECK(has(both.get("/account/tenant/statistics").body, "No mail was counted"));
    Sql sql{both.site.config.connection};
    sql.run(
        "insert into lazaret.counter (tenant_id, mailbox, day, class, action, messages) values "
        "(1, 'bob@example.com', current_date, 'clean', 'deliver', 41), "
        "(1, 'bob@example.com', current_date, 'spam', 'hold', 3), "
        "(1, 'dora@example.com', current_date - 1, 'clean', 'deliver', 2000), "
        "(1, '', current_date, 'virus', 'refuse', 5), "
        "(1, 'bob@example.com', current_date, 'unscanned', 'later', 77777), "
        "(2, 'carl@example.net', current_date, 'clean', 'deliver', 98765)");
    sql.run(
        "insert into lazaret.sender_counter (tenant_id, mailbox, month, is_newsletter, sender, "
        "messages) select 1, b || '@example.com', date_trunc('month', current_date), false, s, n "
        "from (values ('a', 'Many <many@example.org>', 7), ('b', 'Many <many@example.org>', 7), "
        "('c', 'Many <many@example.org>', 7), ('a', 'A lover <one@example.org>', 500)) v (b, s, "
        "n)");
    for (const auto* path : {"", "/weeks", "/months"}) {
        const auto page = both.get("/account/tenant/statistics" + std::string{path}).body;
        INFO(page);
        CHECK(has(page, "<td>2,049</td><td>2,041</td><td>3</td><td>5</td>"));
        CHECK(has(page, "Statistics of main"));
        CHECK(page.find("dora@example.com</bdi></th><td>2,000</td><td>0</td>") <
              page.find("bob@example.com</bdi></th><td>44</td><td>3</td>"));
        CHECK(has(page, "bob@example.com</bdi></th><td>44</td><td>3</td>"));
        CHECK(has(page, "Many &lt;many@example.org&gt;</bdi></th><td>21</td>"));
        CHECK_FALSE(has(page, "A lover"));
        CHECK_FALSE(has(page, "98,765"));
    }
    administer(both.site, ann, "*");
    CHECK(has(both.get("/account/tenant/statistics").body, "100,814"));
    CHECK(has(both.get("/account/tenant/statistics/weeks?account=tenant.2").body, "98,765"));
}

TEST_CASE("an administrator chooses settings for his tenant and its domains", "[portal]")
{
    Tenants both;
    administer(both.site, ann);
    auto admin = both.site.database();
    store::Directory directory{admin};
    REQUIRE_FALSE(directory.set(Owner::site(), "hold_at", "7", root));
    const auto save = [&](const std::string& owner, Person::Form form) {
        form["account"] = "tenant.1";
        form["owner"] = owner;
        return both.ann_herself.post("/account/tenant/settings", form);
    };
    const auto page = [&](const std::string& owner = {}) {
        return both
            .get("/account/tenant/settings?account=tenant.1" +
                 (owner.empty() ? std::string{} : "&owner=" + owner))
            .body;
    };
    CHECK(has(page(), "Settings of main"));
    CHECK(has(page(), "Empty: 7 (set for all of the site)"));
    CHECK(has(page(), "Empty: 15 (the default)"));
    CHECK(save("tenant:1", {{"hold_at", "6.5"},
                            {"action.newsletter", "tag"},
                            {"retention.spam", "30"},
                            {"report.frequency", "weekly"},
                            {"language", "fr"},
                            {"time_zone", "Europe/Zurich"},
                            {"refuse_at", ""}})
              .status == 303);
    CHECK(directory.chosen(Owner::tenant(1)).hold_at == 6.5);
    CHECK(directory.chosen(Owner::tenant(1)).retention_days[2] == 30);
    CHECK(has(page(), "value=\"6.5\""));
    // A domain inherits that.
    // In the tenant's language, which is his own now.
    CHECK(has(page("domain:example.com"), "Vide : 6.5 ("));
    CHECK(save("domain:example.com", {{"hold_at", "4"}}).status == 303);
    CHECK(directory.settings_for(parse_address(mailbox).value()).hold_at == 4.0);
    CHECK(directory.settings_for(parse_address(mailbox).value()).language == "fr");
    // Left open again.
    CHECK(save("domain:example.com", {{"hold_at", ""}}).status == 303);
    CHECK(directory.settings_for(parse_address(mailbox).value()).hold_at == 6.5);
    CHECK(has(audit(both.site, "setting"), "ann@example.com tenant:1 hold_at = 6.5"));
    CHECK(has(audit(both.site, "setting"), "ann@example.com domain:example.com hold_at unset"));
}

TEST_CASE("settings of a tenant are checked as the command's, and a virus reaches nobody",
          "[portal]")
{
    Tenants both;
    administer(both.site, ann);
    const auto standing = [&] {
        return Sql{both.site.config.connection}.one(
            "select coalesce(string_agg(s::text, ' '), '') from lazaret.setting s");
    };
    const auto save = [&](const std::string& owner, Person::Form form) {
        form["account"] = "tenant.1";
        form["owner"] = owner;
        return both.ann_herself.post("/account/tenant/settings", form);
    };
    for (const auto& [name, value] :
         std::vector<std::pair<std::string, std::string>>{{"hold_at", "101"},
                                                          {"hold_at", "<b>"},
                                                          {"retention.spam", "0"},
                                                          {"retention.spam", "367"},
                                                          {"action.spam", "later"},
                                                          {"action.virus", "deliver"},
                                                          {"action.virus", "tag"},
                                                          {"report.frequency", "hourly"},
                                                          {"report.hour", "24"},
                                                          {"language", "xx"},
                                                          {"time_zone", "Nowhere/Land"}}) {
        INFO(name << " = " << value);
        const auto answer = save("tenant:1", {{name, value}, {"refuse_at", "20"}});
        CHECK(answer.status == 422);
        CHECK(has(answer.body, "This cannot stand here"));
        CHECK_FALSE(has(answer.body, "<b>"));
    }
    // What is no choice of the page's.
    CHECK(save("tenant:1", {{"rule_scores", "X=1"}, {"report.from", "a@example.com"}}).status ==
          303);
    for (const auto* owner : {"site", "tenant:2", "domain:example.net", "account:1",
                              "address:bob@example.com", "", "tenant:0"})
        CHECK(save(owner, {{"hold_at", "9"}}).status == 404);
    CHECK(both.get("/account/tenant/settings?account=tenant.1&owner=domain:example.net").status ==
          404);
    CHECK(standing().empty());
    administer(both.site, ann, "*");
    CHECK(both.ann_herself
              .post("/account/tenant/settings",
                    {{"account", "tenant.0"}, {"owner", "site"}, {"hold_at", "8"}})
              .status == 303);
    CHECK(has(standing(), "hold_at"));
}
