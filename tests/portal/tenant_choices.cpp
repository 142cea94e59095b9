#include "tests/portal/tenants.hpp"

// The lists, statistics and settings of a tenant, by its administrators.
using namespace lazaret;
using namespace lazaret::test;
using namespace std::chrono_literals;

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
    CHECK(has(page("domain:example.com"), "Vide\u00a0: 6.5 ("));
    CHECK(save("domain:example.com", {{"hold_at", "4"}}).status == 303);
    CHECK(directory.settings_for(parse_address(mailbox).value()).hold_at == 4.0);
    CHECK(directory.settings_for(parse_address(mailbox).value()).language == "fr");
    // Left open again.
    CHECK(save("domain:example.com", {{"hold_at", ""}}).status == 303);
    CHECK(directory.settings_for(parse_address(mailbox).value()).hold_at == 6.5);
    CHECK(has(audit(both.site, "setting"), "ann@example.com tenant:1 hold_at = 6.5"));
    CHECK(has(audit(both.site, "setting"), "ann@example.com domain:example.com hold_at unset"));
}

TEST_CASE("numbers of a tenant's settings are kept in one form, however they were written",
          "[portal]")
{
    struct Row {
        const char* name;
        const char* written;
        const char* kept;  ///< empty: refused
    };
    const auto row = GENERATE(values<Row>({{"hold_at", ".5", "0.5"},
                                           {"hold_at", "5.", "5"},
                                           {"hold_at", "1e1", "10"},
                                           {"hold_at", "1e-7", "0.0"},
                                           {"hold_at", "-07.50", "-7.5"},
                                           {"hold_at", "nan", ""},
                                           {"hold_at", "101", ""},
                                           {"retention.spam", "07", "7"},
                                           {"retention.spam", "0", ""},
                                           {"retention.spam", "7.5", ""}}));
    Tenants both;
    administer(both.site, ann);
    const auto saved = both.ann_herself.post(
        "/account/tenant/settings",
        {{"account", "tenant.1"}, {"owner", "tenant:1"}, {row.name, row.written}});
    INFO(row.written);
    const std::string kept = row.kept;
    CHECK(saved.status == (kept.empty() ? 422 : 303));
    CHECK(Sql{both.site.config.connection}.one(
              "select coalesce(max(chosen ->> '" + std::string{row.name} +
              "'), '') from lazaret.setting where not gone and owner = 'tenant:1'") == kept);
}

TEST_CASE("who lets certain spam begin below spam is told what that means", "[portal]")
{
    Tenants both;
    administer(both.site, ann);
    const auto page_after = [&](const std::string& hold_at) {
        const auto saved = both.ann_herself.post(
            "/account/tenant/settings",
            {{"account", "tenant.1"}, {"owner", "tenant:1"}, {"hold_at", hold_at}});
        REQUIRE(saved.status == 303);
        return both.get(saved.header("Location")).body;
    };
    const auto told = "Certain spam begins at 15, below spam at 20:";
    const auto after = page_after("20");
    CHECK(has(after, told));
    CHECK(has(after, "The settings were saved."));
    CHECK_FALSE(has(page_after("15"), "Certain spam begins"));
    CHECK_FALSE(has(page_after(""), "Certain spam begins"));
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
