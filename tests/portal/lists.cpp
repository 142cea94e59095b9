#include <algorithm>
#include <utility>

#include "tests/portal/person.hpp"
#include "tests/support/catch.hpp"

using namespace lazaret;
using namespace lazaret::test;
using namespace std::chrono_literals;
using portal::Method;

namespace {

/// Bob in his account.
struct Visitor {
    PrivatePortal site{};
    std::string cookie{};

    Visitor()
    {
        site.hold();
        cookie = bob_with_password(site).cookie;
    }
    std::string page() { return site.get("/account/lists", cookie).body; }
    portal::Response send(const std::string& what, std::map<std::string, std::string> form,
                          const std::string& fetch_site = "same-origin")
    {
        return site.portal.answer({.method = Method::Post,
                                   .path = "/account/lists/" + what,
                                   .form = std::move(form),
                                   .client = "192.0.2.1",
                                   .cookies = cookie,
                                   .fetch_site = fetch_site});
    }
    /// By an administrator, for somebody.
    void made_by_administrator(const std::string& owner, const std::string& sender)
    {
        auto admin = site.database();
        store::NewEntry entry;
        entry.owner = Owner::address(owner);
        entry.sender = parse_sender_pattern(sender).value();
        store::Directory{admin}.add_entry(entry, {"test", "test"}).value();
    }
    store::ListedEntry only()
    {
        const auto all = site.entries();
        REQUIRE(all.size() == 1);
        return all.front();
    }
};

}  // namespace

TEST_CASE("a person puts senders on his lists", "[portal]")
{
    Visitor bob;
    CHECK(has(bob.page(), "Nobody so far."));
    const auto added = bob.send("add", {{"kind", "allow"},
                                        {"sender", " Ada@Example.ORG "},
                                        {"until", "2099-12-31"},
                                        {"comment", "<my> aunt"}});
    CHECK(added.status == 303);
    CHECK(added.header("Location") == "/account/lists");
    const auto one = bob.only();
    CHECK(one.entry.owner == Owner::account(bob.site.account()));
    CHECK(one.entry.sender.text == "ada@example.org");
    CHECK(one.entry.proof == Proof::any());
    CHECK(one.origin == store::made_in_account);
    CHECK(one.created_by == "bob@example.com");
    CHECK(utc_text(one.entry.expires.value()) == "2099-12-31T23:59:59Z");
    const auto page = bob.page();
    CHECK(has(page, "Delivered when the sender proves who he is"));
    CHECK(has(page, "&lt;my&gt; aunt"));
    CHECK(has(page, "It counts until "));
}

TEST_CASE("what is no entry is said, and what was written is kept", "[portal]")
{
    struct Row {
        std::map<std::string, std::string> form;
        std::string says;
    };
    const auto row = GENERATE(values<Row>({
        {{{"kind", "allow"}, {"sender", "no sender"}}, "This is no sender."},
        {{{"kind", "all"}, {"sender", "ada@example.org"}}, "Choose what is to be done"},
        {{{"kind", "deny"}, {"sender", "ada@example.org"}, {"until", "2026-02-30"}}, "YYYY-MM-DD"},
        {{{"kind", "deny"}, {"sender", "ada@example.org"}, {"until", "2001-01-01"}},
         "over already"},
        {{}, "Choose what is to be done"},
    }));
    Visitor bob;
    const auto answer = bob.send("add", row.form);
    INFO(answer.body);
    CHECK(answer.status == 422);
    CHECK(has(answer.body, row.says));
    if (row.form.contains("sender"))
        CHECK(has(answer.body, "value=\"" + row.form.at("sender") + "\""));
    CHECK(bob.site.entries().empty());
}

TEST_CASE("entries are switched off and on, and removed", "[portal]")
{
    Visitor bob;
    bob.send("add", {{"kind", "deny"}, {"sender", "example.net"}});
    const auto number = std::to_string(bob.only().entry.id);
    CHECK(bob.send("disable", {{"entry", number}}).status == 303);
    CHECK_FALSE(bob.only().entry.enabled);
    CHECK(has(bob.page(), "Switched off."));
    CHECK(bob.send("enable", {{"entry", number}}).status == 303);
    CHECK(bob.only().entry.enabled);
    CHECK(bob.send("remove", {{"entry", number}}).status == 303);
    CHECK(bob.send("remove", {{"entry", number}}).status == 303);
    CHECK(bob.site.entries().empty());
}

TEST_CASE("entries of others and of administrators are not a visitor's to change", "[portal]")
{
    Visitor bob;
    bob.made_by_administrator("ann@example.com", "x@example.net");
    bob.made_by_administrator("bob@example.com", "y@example.net");
    const auto page = bob.page();
    CHECK_FALSE(has(page, "x@example.net"));
    CHECK(has(page, "y@example.net"));
    CHECK(has(page, "Made by your administrator"));
    // What is his own and an administrator's stands there as it is; of others there is nothing.
    for (const auto& listed : bob.site.entries())
        for (const auto* what : {"disable", "remove", "enable"})
            CHECK(bob.send(what, {{"entry", std::to_string(listed.entry.id)}}).status ==
                  (listed.entry.sender.text == "x@example.net" ? 404 : 303));
    Sql sql{bob.site.config.connection};
    CHECK(sql.one("select count(*) from lazaret.audit where what = 'trespass' and "
                  "who = 'bob@example.com' and from_where = '192.0.2.1' and "
                  "subject = 'list entry:' || (select entry_id from lazaret.list_entry where "
                  "sender = 'x@example.net')") == "3");
    for (const auto* nobodys : {"0", "-1", "99999999999999999999", "7x", ""})
        CHECK(bob.send("remove", {{"entry", nobodys}}).status == 303);
    CHECK(sql.one("select count(*) from lazaret.audit where what = 'trespass'") == "3");
    for (const auto& listed : bob.site.entries()) CHECK(listed.entry.enabled);
    CHECK(bob.site.entries().size() == 2);
    // Nor by writing it again.
    CHECK(bob.send("add", {{"kind", "allow"}, {"sender", "y@example.net"}}).status == 303);
    for (const auto& listed : bob.site.entries()) CHECK(listed.origin == "lazaretctl");
}

TEST_CASE("nothing of the lists is changed from other sites or without a session", "[portal]")
{
    Visitor bob;
    CHECK(bob.send("add", {{"kind", "deny"}, {"sender", "example.net"}}, "cross-site").status >=
          400);
    bob.cookie.clear();
    CHECK(bob.send("add", {{"kind", "deny"}, {"sender", "example.net"}}).status == 403);
    CHECK(bob.site.get("/account/lists.csv").status == 403);
    CHECK(bob.site.get("/account/lists/add").status == 405);
    CHECK(bob.site.entries().empty());
}

TEST_CASE("nobody's lists grow without end", "[portal]")
{
    Visitor bob;
    bob.site.fill_lists("deny");
    const auto full = bob.send("add", {{"kind", "deny"}, {"sender", "one.more.example"}});
    CHECK(full.status == 422);
    CHECK(has(full.body, "Your lists are full."));
    const auto table = bob.send("import", {{"table", "one.more.example\nno sender"}});
    CHECK(table.status == 422);
    CHECK(has(table.body, "0 entries were added."));
    CHECK(has(table.body, "Your lists are full. Remove entries that you no longer need. 1 line"));
    // What is there already is no more of them.
    CHECK(bob.send("add", {{"kind", "deny"}, {"sender", "d7.example"}, {"until", "2099-01-02"}})
              .status == 303);
    CHECK(bob.site.entries().size() == 2000);
    bob.send("remove", {{"entry", std::to_string(bob.site.entries().front().entry.id)}});
    CHECK(bob.site.entries().size() == 1999);
    CHECK(bob.send("add", {{"kind", "deny"}, {"sender", "one.more.example"}}).status == 303);
}

TEST_CASE("nothing that a stranger wrote is calculated by who opens the table", "[portal]")
{
    Visitor bob;
    bob.send("add", {{"kind", "deny"}, {"sender", "example.net"}, {"comment", "a; b"}});
    bob.send("import",
             {{"table", "kind,sender,list_id,comment\nnewsletter,example.org,=hyperlink(1),@so"}});
    const auto table = bob.site.get("/account/lists.csv", bob.cookie).body;
    INFO(table);
    CHECK(has(table, "deny,example.net,,,\"a; b\",none,\r\n"));
    CHECK(has(table, "newsletter,example.org,'=hyperlink(1),,'@so,any,\r\n"));
    for (const auto& listed : bob.site.entries())
        bob.send("remove", {{"entry", std::to_string(listed.entry.id)}});
    bob.send("import", {{"table", table}});
    CHECK(bob.site.get("/account/lists.csv", bob.cookie).body == table);
}

TEST_CASE("a table that comes in again takes nobody's proof", "[portal]")
{
    Visitor bob;
    const SampleMail sample{800};
    Explanation::Proved proved;
    proved.from = {proof_of("dkim=example.org").value()};
    const auto held = bob.site.hold(sample.mail, proved);
    bob.site.post("/m/" + bob.site.claim(held) + "/allow");
    REQUIRE(bob.site.entries().size() == 1);
    const auto before = bob.site.entries().front().entry;
    CHECK(before.proof.kind == Proof::Kind::Dkim);
    const auto table = bob.site.get("/account/lists.csv", bob.cookie).body;
    const auto read = bob.send("import", {{"table", table + "allow,example.net\r\n"}});
    CHECK(has(read.body, "1 entry was added. 1 was there already and stays as it is."));
    CHECK(bob.site.entries().size() == 2);
    for (const auto& listed : bob.site.entries())
        if (listed.entry.sender == before.sender) CHECK(listed.entry == before);
    // Nor of an entry that was removed meanwhile.
    for (const auto& listed : bob.site.entries())
        bob.send("remove", {{"entry", std::to_string(listed.entry.id)}});
    CHECK(has(bob.send("import", {{"table", table}}).body, "1 entry was added."));
    REQUIRE(bob.site.entries().size() == 1);
    CHECK(bob.site.entries().front().entry.proof == before.proof);
}

TEST_CASE("no table asks for less than a proof", "[portal]")
{
    struct Row {
        const char* proof;
        const char* asked;  ///< empty: it is not taken
    };
    const auto row = GENERATE(values<Row>({{"", "any"},
                                           {"any", "any"},
                                           {"DMARC=example.org", "dmarc=example.org"},
                                           {"none", ""},
                                           {"network=192.0.2.0/24", ""},
                                           {"dkim=", ""},
                                           {"trust me", ""}}));
    Visitor bob;
    bob.send("import", {{"table", std::string{"sender,proof,until\r\nada@example.org,"} +
                                      row.proof + ",2099-01-01\r\n"}});
    INFO(row.proof);
    if (std::string_view{row.asked}.empty()) CHECK(bob.site.entries().empty());
    else CHECK(bob.only().entry.proof.text() == row.asked);
}

TEST_CASE("what somebody filled in outlives his session", "[portal]")
{
    Visitor bob;
    const auto cookie = std::exchange(bob.cookie, {});
    const auto page =
        bob.send("add", {{"kind", "deny"}, {"sender", "example.net"}, {"comment", "<b>\"so\""}});
    CHECK(page.status == 403);
    CHECK(has(page.body, "action=\"/account/lists/add\""));
    CHECK(has(page.body, "name=\"sender\" value=\"example.net\""));
    CHECK(has(page.body, "name=\"comment\" value=\"&lt;b&gt;&quot;so&quot;\""));
    CHECK(has(page.body, "href=\"/account/sign-in\" target=\"_blank\" rel=\"noopener\""));
    CHECK(bob.site.entries().empty());
    bob.cookie = cookie;  // he signed in beside it, and came back
    CHECK(bob.send("add", {{"kind", "deny"}, {"sender", "example.net"}}).status == 303);
    CHECK(bob.site.entries().size() == 1);

    // Not what must be in no page, and nothing for who was only looking or comes from elsewhere.
    const auto secret = bob.site.post("/account/password", {{"old", "x"}, {"password", "three"}});
    CHECK(secret.status == 403);
    CHECK_FALSE(has(secret.body, "three"));
    CHECK_FALSE(has(bob.site.get("/account/lists").body, "hidden"));
    bob.cookie.clear();
    CHECK_FALSE(
        has(bob.send("add", {{"sender", "example.net"}}, "cross-site").body, "example.net"));
}

TEST_CASE("lists go out as a table and come in again", "[portal]")
{
    Visitor bob;
    bob.send("add",
             {{"kind", "allow"}, {"sender", "ada@example.org"}, {"comment", "=1+1, \"so\""}});
    bob.send("add", {{"kind", "deny"}, {"sender", ".example.net"}, {"until", "2099-01-02"}});
    const auto table = bob.site.get("/account/lists.csv", bob.cookie);
    CHECK(table.header("Content-Disposition") == "attachment; filename=lists.csv");
    for (const auto& listed : bob.site.entries())
        bob.send("remove", {{"entry", std::to_string(listed.entry.id)}});
    const auto read = bob.send("import", {{"table", table.body + ",no sender,,,\r\n"}});
    CHECK(has(read.body, "2 entries were added."));
    CHECK(has(read.body, "1 line was not understood: no sender"));
    CHECK(bob.site.get("/account/lists.csv", bob.cookie).body == table.body);
    CHECK(bob.site.entries().size() == 2);
}

TEST_CASE("a person has himself warned, and the page says what that does", "[portal]")
{
    Visitor bob;
    CHECK(bob.send("add", {{"kind", "warn"}, {"sender", "bank.example"}}).status == 303);
    const auto one = bob.only();
    CHECK(one.entry.kind == ListKind::Warn);
    CHECK(one.entry.proof == Proof::none());
    const auto page = bob.page();
    CHECK(has(page, "Warn list"));
    CHECK(has(page, "nothing is delivered because of this"));
    CHECK(has(page, "Nothing of his was held so far."));
    CHECK(has(bob.site.get("/account/lists.csv", bob.cookie).body, "warn,bank.example,,,"));
    CHECK(bob.send("import", {{"table", "kind,sender\nwarn,shop.example"}}).status == 200);
    CHECK(bob.site.entries().size() == 2);
}

TEST_CASE("by a report's link single senders are listed, and nothing wider", "[portal]")
{
    Visitor bob;
    bob.send("add", {{"kind", "deny"}, {"sender", "example.net"}});
    const auto domain = std::to_string(bob.only().entry.id);
    bob.cookie = bob.site.session();
    struct Row {
        std::string what;
        std::map<std::string, std::string> form;
        int status;
    };
    for (const auto& row : std::vector<Row>{
             {"add", {{"kind", "deny"}, {"sender", ".com"}}, 403},
             {"add", {{"kind", "allow"}, {"sender", "example.org"}}, 403},
             {"add", {{"kind", "newsletter"}, {"sender", "example.org"}}, 403},
             {"add", {{"kind", "allow"}, {"sender", "no sender"}}, 422},
             {"import", {{"table", "ada@example.org"}}, 403},
             {"disable", {{"entry", domain}}, 403},
             {"enable", {{"entry", domain}}, 403},
             {"remove", {{"entry", domain}}, 403},
             {"add", {{"kind", "deny"}, {"sender", "ada@example.org"}}, 303},
         }) {
        INFO(row.what);
        const auto answer = bob.send(row.what, row.form);
        CHECK(answer.status == row.status);
        if (row.status != 403) continue;
        CHECK(has(answer.body, "it needs your password"));
        CHECK(has(answer.body, "/account/sign-in"));
        CHECK(has(answer.body, "value=\"" + row.form.begin()->second + "\""));  // to be sent again
    }
    REQUIRE(bob.site.entries().size() == 2);
    const auto all = bob.site.entries();
    const auto own = std::ranges::find(all, "ada@example.org",
                                       [](const auto& one) { return one.entry.sender.text; });
    REQUIRE(own != all.end());
    CHECK(bob.send("disable", {{"entry", std::to_string(own->entry.id)}}).status == 303);
    CHECK(bob.send("remove", {{"entry", std::to_string(own->entry.id)}}).status == 303);
    CHECK(bob.only().entry.enabled);

    // What a link has made it takes back, a list's of one domain too.
    const auto letter = bob.site.hold(Class::Newsletter);
    bob.site.post("/m/" + bob.site.claim(letter) + "/newsletter");
    for (const auto& listed : bob.site.entries())
        if (listed.origin == store::made_by_link)
            CHECK(bob.send("remove", {{"entry", std::to_string(listed.entry.id)}}).status == 303);
    CHECK(bob.site.entries().size() == 1);
}

TEST_CASE("a page of lists says that there are more only when there are", "[portal]")
{
    Visitor bob;
    Sql sql{bob.site.config.connection};
    const auto add = [&](const std::string& from, const std::string& to) {
        sql.run(
            "insert into lazaret.list_entry (tenant_id, owner, kind, sender, proof, origin) "
            "select 1, 'account:" +
            std::to_string(bob.site.account()) +
            "', 'deny', '@d' || n || '.example', 'none', 'account' from generate_series(" + from +
            ", " + to + ") as n");
    };
    add("1", "300");
    CHECK_FALSE(has(bob.page(), "There are more"));
    add("301", "301");
    CHECK(has(bob.page(), "There are more; the table has them all."));
}
