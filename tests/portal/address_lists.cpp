#include <algorithm>

#include "quarantine-store/policy_feed.hpp"
#include "tests/portal/two_people.hpp"

// Entries for one of several addresses of an account.
using namespace lazaret;
using namespace lazaret::test;
using namespace std::chrono_literals;

namespace {

const std::string shop = "shop@example.com";
const std::string of_shop = "address:" + shop;

void give_address(PrivatePortal& site, const std::string& address, const std::string& to = mailbox)
{
    Sql{site.config.connection}.run(
        "insert into lazaret.address (tenant_id, address, account_id) select 1, '" + address +
        "', account_id from lazaret.address where address = '" + to + "'");
}

/// Bob, who has two addresses, and Ann beside him.
struct TwoAddresses : Two {
    TwoAddresses() { give_address(site, shop); }

    portal::Response add(const std::string& sender, const std::string& owner,
                         const std::string& kind = "deny")
    {
        return bob.post("/account/lists/add",
                        {{"kind", kind}, {"sender", sender}, {"owner", owner}});
    }
    std::string table() { return bob.get("/account/lists.csv").body; }
    std::string owner_of_only()
    {
        const auto all = site.entries();
        REQUIRE(all.size() == 1);
        return all.front().entry.owner.text();
    }
};

}  // namespace

TEST_CASE("who has several addresses lists a sender for one of them, or for all", "[portal]")
{
    TwoAddresses both;
    const auto mine = Owner::account(both.site.account()).text();
    const auto form = both.bob.get("/account/lists").body;
    for (const auto& value : {mine, "address:" + mailbox, of_shop})
        CHECK(has(form, "<option value=\"" + value + "\""));
    CHECK(both.add("one.example", of_shop).status == 303);
    CHECK(both.add("all.example", mine).status == 303);
    CHECK(both.add("old-form.example", "").status == 303);
    std::map<std::string, std::string> owners;
    for (const auto& listed : both.site.entries()) {
        owners[listed.entry.sender.text] = listed.entry.owner.text();
        CHECK(listed.created_by == mailbox);
    }
    CHECK(owners == std::map<std::string, std::string>{{"@one.example", of_shop},
                                                       {"@all.example", mine},
                                                       {"@old-form.example", mine}});
    const auto page = both.bob.get("/account/lists").body;
    CHECK(has(page, "Only for shop@example.com"));
    CHECK(has(page, "For all addresses"));

    // It counts for that address alone.
    Policy policy;
    store::make_policy_feed(as_role(both.site.config, "lazaret_milter"))->refresh(policy);
    const auto is_listed = [&](const std::string& address, const std::string& sender) {
        const auto who = policy_for(policy, parse_address(address).value());
        return std::ranges::any_of(who.owners, [&](const Owner& owner) {
            return policy.lists.find(list_key(owner, sender)) != nullptr;
        });
    };
    CHECK(is_listed(shop, "@one.example"));
    CHECK_FALSE(is_listed(mailbox, "@one.example"));
    CHECK(is_listed(shop, "@all.example"));
    CHECK(is_listed(mailbox, "@all.example"));
}

TEST_CASE("who has one address sees no choice, and can name it all the same", "[portal]")
{
    Two both;
    CHECK_FALSE(has(both.bob.get("/account/lists").body, "name=\"owner\""));
    CHECK(both.bob
              .post("/account/lists/add",
                    {{"kind", "deny"}, {"sender", "a.example"}, {"owner", "address:" + mailbox}})
              .status == 303);
    CHECK(has(both.bob.get("/account/lists").body, "Only for bob@example.com"));
}

TEST_CASE("an entry of one address is switched, written anew and removed like others", "[portal]")
{
    TwoAddresses both;
    both.add("one.example", of_shop);
    const auto number = std::to_string(both.site.entries().front().entry.id);
    const auto press = [&](const std::string& what) {
        CHECK(both.bob.post("/account/lists/" + what, {{"entry", number}}).status == 303);
    };
    press("disable");
    CHECK_FALSE(both.site.entries().front().entry.enabled);
    press("enable");
    CHECK(both.site.entries().front().entry.enabled);
    both.bob.post("/account/lists/add", {{"kind", "deny"},
                                         {"sender", "one.example"},
                                         {"owner", of_shop},
                                         {"comment", "since yesterday"}});
    REQUIRE(both.site.entries().size() == 1);
    CHECK(both.site.entries().front().comment == "since yesterday");
    CHECK(both.site.entries().front().entry.id == std::stoll(number));
    press("remove");
    CHECK(both.site.entries().empty());
    CHECK(audit(both.site, "list add").starts_with(mailbox + ' ' + of_shop + " deny @one.example"));
    CHECK(audit(both.site, "trespass").empty());
}

TEST_CASE("a table says which address an entry is for, and an older one need not", "[portal]")
{
    TwoAddresses both;
    both.add("one.example", of_shop);
    both.add("all.example", "");
    const auto table = both.table();
    CHECK(has(table, "kind,sender,list_id,until,comment,proof,address\r\n"));
    CHECK(has(table, "deny,one.example,,,,none,shop@example.com\r\n"));
    CHECK(has(table, "deny,all.example,,,,none,\r\n"));
    const auto import = [&](const std::string& lines) {
        return both.bob.post("/account/lists/import", {{"table", lines}}).body;
    };
    // The same sender for another address is another entry.
    CHECK(
        has(import("kind,sender,address\ndeny,one.example,Bob@Example.com"), "1 entry was added."));
    for (const auto& listed : both.site.entries())
        both.bob.post("/account/lists/remove", {{"entry", std::to_string(listed.entry.id)}});
    CHECK(has(import(table), "2 entries were added."));
    CHECK(both.table() == table);
    CHECK(has(import(table), "2 were there already and stay as they are."));
    CHECK(has(import("kind,sender,list_id,until,comment,proof\ndeny,older.example,,,,none"),
              "1 entry was added."));
    CHECK(has(import("sender,address\na.example,ann@example.com\nb.example,nobody\n"),
              "2 lines were not understood: a.example, b.example"));
    CHECK(both.site.entries().size() == 3);
}

TEST_CASE("entries of all addresses of an account are counted together", "[portal]")
{
    TwoAddresses both;
    Sql{both.site.config.connection}.run(
        "insert into lazaret.list_entry (tenant_id, owner, kind, sender, proof, origin) select 1, "
        "case when n % 2 = 0 then '" +
        of_shop + "' else 'account:" + std::to_string(both.site.account()) +
        "' end, 'deny', '@d' || n || '.example', 'none', 'account' from generate_series(1, 2000) "
        "as n");
    for (const auto& owner : {of_shop, "address:" + mailbox, std::string{}}) {
        const auto full = both.add("one.more.example", owner);
        CHECK(full.status == 422);
        CHECK(has(full.body, "Your lists are full."));
    }
    CHECK(both.site.entries().size() == 2000);
}

TEST_CASE("a list entry for one address is made, seen and changed by its owner alone", "[portal]")
{
    TwoAddresses both;
    both.add("one.example", of_shop);
    const auto number = std::to_string(both.site.entries().front().entry.id);
    auto& other = both.ann_herself;
    CHECK_FALSE(has(other.get("/account/lists").body, "one.example"));
    CHECK_FALSE(has(other.get("/account/lists.csv").body, "one.example"));
    for (const auto* what : {"disable", "enable", "remove"})
        CHECK(other.post("/account/lists/" + std::string{what}, {{"entry", number}}).status == 404);
    const auto mine = Owner::account(both.site.account()).text();
    for (const auto& owner : std::vector<std::string>{
             of_shop, "address:" + mailbox, mine, "site", "tenant:1", "domain:example.com",
             "address:nobody@example.com", "address:", "address:%", "*", mailbox}) {
        INFO(owner);
        CHECK(other
                  .post("/account/lists/add",
                        {{"kind", "allow"}, {"sender", "evil.example"}, {"owner", owner}})
                  .status == 404);
    }
    other.post("/account/lists/import", {{"table", "sender,address\nevil.example," + shop}});
    CHECK(both.owner_of_only() == of_shop);
    CHECK(both.site.entries().front().entry.enabled);
    // Three times by its number, three times by the name of a list that there is.
    CHECK(Sql{both.site.config.connection}.one("select count(*) from lazaret.audit where what = "
                                               "'trespass' and who = 'ann@example.com'") == "6");
}

TEST_CASE("a delegate lists senders for the addresses of whom he acts for", "[portal]")
{
    TwoAddresses both;
    both.share();
    REQUIRE(both.visit().status == 303);
    const auto send = [&](const std::string& owner) {
        return both.ann_herself
            .post("/account/lists/add", {{"account", account_of(both.site)},
                                         {"kind", "deny"},
                                         {"sender", "one.example"},
                                         {"owner", owner}})
            .status;
    };
    CHECK(send("address:" + ann) == 404);
    CHECK(send(of_shop) == 303);
    CHECK(both.owner_of_only() == of_shop);
    CHECK(both.site.entries().front().created_by == ann);
    const auto page = both.bob.get("/account/lists").body;
    CHECK(has(page, "Only for shop@example.com"));
    CHECK(has(page, "Made by ann@example.com."));
    both.ann_herself.post("/account/visit/end");
    CHECK_FALSE(has(both.ann_herself.get("/account/lists").body, "one.example"));
}

TEST_CASE("an entry goes with its address, and an address of no domain of ours has none",
          "[portal]")
{
    TwoAddresses both;
    both.add("one.example", of_shop);
    const auto number = std::to_string(both.site.entries().front().entry.id);
    REQUIRE(both.bob.post("/account/address/remove", {{"address", shop}}).status == 303);
    CHECK_FALSE(has(both.bob.get("/account/lists").body, "one.example"));
    CHECK(both.bob.post("/account/lists/remove", {{"entry", number}}).status == 404);
    CHECK(both.add("two.example", of_shop).status == 404);
    auto its_owner = with_password(both.site, shop);
    CHECK(has(its_owner.get("/account/lists").body, "one.example"));

    give_address(both.site, "bob@example.net");
    CHECK(both.add("three.example", "address:bob@example.net").status == 404);
    CHECK(both.site.entries().size() == 1);
}

TEST_CASE("what is pressed on a copy counts for all addresses", "[portal]")
{
    TwoAddresses both;
    const auto mine = Owner::account(both.site.account()).text();
    both.site.post("/m/" + both.site.claim(both.copy) + "/block");
    CHECK(both.owner_of_only() == mine);
}
