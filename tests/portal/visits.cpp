#include "quarantine-store/link/claim.hpp"
#include "quarantine-store/reports.hpp"
#include "tests/portal/two_people.hpp"

// Who sees and acts on another's quarantine: whom its owner names, and nobody else.
using namespace lazaret;
using namespace lazaret::test;
using namespace std::chrono_literals;

TEST_CASE("a delegate sees a quarantine and acts there under his own name", "[portal]")
{
    Two both;
    CHECK(both.visit().status == 422);
    both.share();
    CHECK(has(both.bob.get("/account/delegates").body, ann));
    CHECK(has(both.ann_herself.get("/account").body, "/account/others"));
    CHECK(has(both.ann_herself.get("/account/others").body, mailbox));
    REQUIRE(both.visit().status == 303);

    const auto page = both.ann_herself.get("/account").body;
    CHECK(has(page, "You see the quarantine of bob@example.com."));
    CHECK_FALSE(has(page, "/account/settings\""));
    CHECK_FALSE(has(page, "/account/report\""));
    const auto message = first_message(page);
    CHECK(both.ann_herself.get(message).status == 200);
    CHECK(audit(both.site, "look").empty());
    CHECK(both.ann_herself.post(message + "/delete").status == 303);
    CHECK(has(page_of(both.bob, "/account?state=all"), ann));

    // His own settings stay his own.
    CHECK(has(both.ann_herself.get("/account/settings").body, "Addresses of this quarantine"));
    CHECK_FALSE(has(both.ann_herself.get("/account/settings").body, ">bob@example.com<"));
    CHECK(both.ann_herself.post("/account/visit/end").status == 303);
    CHECK_FALSE(has(both.ann_herself.get("/account").body, mailbox));
    CHECK(both.ann_herself.get(message).status == 403);
}

TEST_CASE("a visit ends with the right to it", "[portal]")
{
    Two both;
    both.share();
    REQUIRE(both.visit().status == 303);
    const auto message = first_message(both.ann_herself.get("/account").body);
    REQUIRE(both.bob.post("/account/delegates/remove", {{"address", ann}}).status == 303);
    CHECK_FALSE(has(both.ann_herself.get("/account").body, mailbox));
    CHECK(both.ann_herself.get(message).status == 403);
    CHECK(both.ann_herself.post(message + "/release").status == 403);
    CHECK(both.site.copy(both.copy).summary.state == store::CopyState::Held);
    CHECK(both.visit().status == 422);
}

TEST_CASE("a guest's link opens nothing without his session", "[portal]")
{
    Two both;
    both.share();
    REQUIRE(both.visit().status == 303);
    const auto message = first_message(both.ann_herself.get("/account").body);
    CHECK(both.site.get(message).status == 403);
    CHECK(both.site.get(message + "/preview").status == 403);
    CHECK(both.site.post(message + "/release").status == 403);
    // Nor for whom it is about, who has his own; nor for another guest.
    CHECK(both.bob.get(message).status == 403);
    auto carl = with_password(both.site, "carl@example.com");
    REQUIRE(both.bob.post("/account/delegates/add", {{"address", "carl@example.com"}}).status ==
            303);
    REQUIRE(carl.post("/account/visit", {{"address", mailbox}}).status == 303);
    CHECK(carl.get(message).status == 403);
    CHECK(carl.post(message + "/release").status == 403);
    CHECK(both.site.copy(both.copy).summary.state == store::CopyState::Held);
}

TEST_CASE("a guest is told of another's message as of another's", "[portal]")
{
    Two both;
    both.share();
    REQUIRE(both.visit().status == 303);
    const auto letter = both.site.hold(Class::Newsletter);
    const auto dangerous = both.site.hold(Class::Dangerous);
    const auto of_class = [&](const std::string& name) {
        const auto message = first_message(page_of(both.ann_herself, "/account?class=" + name));
        const auto page = both.ann_herself.get(message).body;
        for (const auto* own : {"is sent to you", "send it to you", "You asked", "Your request",
                                "You block", "You accept", "in your reports"}) {
            INFO(own);
            CHECK_FALSE(has(page, own));
        }
        return page;
    };
    CHECK(has(of_class("newsletter"),
              "This message is sent to its recipient, and from now on this newsletter is."));
    CHECK(has(of_class("newsletter"), "not be in its recipient&#39;s reports"));
    CHECK(has(of_class("dangerous"), "may send it to its recipient."));
    both.site.post("/m/" + both.site.claim(both.copy) + "/block");
    CHECK(has(of_class("spam"), "Its recipient blocks this sender:"));
    both.site.post("/m/" + both.site.claim(letter) + "/newsletter");
    CHECK(has(of_class("newsletter&state=all"), "Its recipient accepts this newsletter:"));
    both.site.post("/m/" + both.site.claim(dangerous) + "/ask");
    CHECK(has(of_class("dangerous"), "Its recipient asked for this message on"));
    administer(both.site, ann);
    const auto id = Sql{both.site.config.connection}.one("select request_id from lazaret.request");
    REQUIRE(both.ann_herself.post("/account/requests", {{"request", id}, {"answer", "declined"}})
                .status == 303);
    CHECK(has(of_class("dangerous"), "The request was declined."));

    const auto old = first_message(both.ann_herself.get("/account").body);
    both.site.now += 24h * 8;
    REQUIRE(both.ann_herself.sign_in(ann, good).status == 303);
    REQUIRE(both.visit().status == 303);
    const auto page = both.ann_herself.get(old);
    CHECK(page.status == 410);
    CHECK(has(page.body, "open his quarantine once more"));
    CHECK(has(page.body, "/account/others"));
    CHECK_FALSE(has(page.body, "newest report"));
    Sql{both.site.config.connection}.run("delete from lazaret.held_copy");
    const auto nothing = both.ann_herself.get(old);
    CHECK(nothing.status == 410);
    CHECK(has(nothing.body, "It was kept for its time and then deleted."));
    CHECK(has(nothing.body, "/account/others"));
    CHECK_FALSE(has(nothing.body, "newest report"));
}

TEST_CASE("a delegate may do what the recipient may, and no more", "[portal]")
{
    PrivatePortal site;
    const auto dangerous = site.hold(Class::Dangerous);
    auto bob = bob_with_password(site);
    auto delegate = with_password(site, ann);
    REQUIRE(bob.post("/account/delegates/add", {{"address", ann}}).status == 303);
    REQUIRE(delegate.post("/account/visit", {{"address", mailbox}}).status == 303);
    const auto message = first_message(page_of(delegate, "/account?class=dangerous"));
    CHECK(delegate.post(message + "/release").status == 403);
    CHECK(delegate
              .post("/account/act",
                    {{"account", account_of(site)}, {"deed", "release"}, {"c1", dangerous.text()}})
              .status == 303);
    CHECK(site.copy(dangerous).summary.state == store::CopyState::Held);
}

TEST_CASE("who was let in by a report's link visits nobody", "[portal]")
{
    Two both;
    both.share();
    auto admin = both.site.database();
    const auto account = store::Directory{admin}.account_of(parse_address(ann).value()).value();
    Person by_link{both.site, "192.0.2.9"};
    by_link.post("/a/" + store::seal_claim(both.site.keys, store::AccountClaim{1, account},
                                           both.site.now + 24h));
    REQUIRE(by_link.is_in());
    CHECK(by_link.post("/account/visit", {{"address", mailbox}}).status == 403);
    CHECK(by_link.get("/account/others").status == 403);
    CHECK(by_link.get("/account/delegates").status == 403);
    CHECK(by_link.post("/account/delegates/add", {{"address", mailbox}}).status == 403);
}

TEST_CASE("delegates are bounded, and of domains that are ours", "[portal]")
{
    Two both;
    const auto add = [&](const std::string& address) {
        return both.bob.post("/account/delegates/add", {{"address", address}}).status;
    };
    CHECK(add("somebody@elsewhere.example") == 422);
    CHECK(add("no address") == 422);
    CHECK(add(mailbox) == 422);
    CHECK(add(ann) == 303);
    CHECK(add(ann) == 303);
    int added = 0;
    while (added < 30 && add("d" + std::to_string(added) + "@example.com") == 303) ++added;
    CHECK(added == 19);
    // Nor by taking them out again.
    CHECK(both.bob.post("/account/delegates/remove", {{"address", "d0@example.com"}}).status ==
          303);
    CHECK(add("e@example.com") == 422);
    // Nobody gets an account by being named.
    CHECK(Sql{both.site.config.connection}.one(
              "select count(*) from lazaret.address where address like 'd%'") == "0");
}

TEST_CASE("a delegate for whom nothing was ever held can sign in all the same", "[portal]")
{
    Two both;
    REQUIRE(both.bob.post("/account/delegates/add", {{"address", "new@example.com"}}).status ==
            303);
    Person newcomer{both.site, "192.0.2.7"};
    newcomer.post("/account/link", {{"address", "new@example.com"}});
    const auto links = mailed_links(both.site);
    REQUIRE(links.contains("new@example.com"));
    REQUIRE(newcomer.post(links.at("new@example.com"), {{"password", good}}).status == 303);
    REQUIRE(newcomer.post("/account/visit", {{"address", mailbox}}).status == 303);
    CHECK(has(newcomer.get("/account").body, "You see the quarantine of bob@example.com."));
}

TEST_CASE("what was filled in for one account is not done to another", "[portal]")
{
    Two both;
    both.share();
    const auto state = [&] { return both.site.copy(both.copy).summary.state; };
    const auto anns = "1." + [&] {
        auto admin = both.site.database();
        return std::to_string(
            store::Directory{admin}.account_of(parse_address(ann).value()).value());
    }();
    const auto all_of = [&](const std::string& account) {
        return both.ann_herself
            .post("/account/act", {{"account", account}, {"deed", "delete"}, {"all", "1"}})
            .status;
    };
    // Her own form, after a visit began in another tab.
    REQUIRE(both.visit().status == 303);
    CHECK(all_of(anns) == 409);
    CHECK(both.ann_herself.post("/account/act", {{"deed", "delete"}, {"all", "1"}}).status == 409);
    CHECK(
        both.ann_herself
            .post("/account/lists/add", {{"account", anns}, {"kind", "allow"}, {"sender", "x.org"}})
            .status == 409);
    CHECK(both.site.entries().empty());
    CHECK(state() == store::CopyState::Held);
    // A guest's, after it ended.
    both.ann_herself.post("/account/visit/end");
    CHECK(all_of(account_of(both.site)) == 409);
    CHECK(both.ann_herself.get("/account").body.find("Nothing is held") == std::string::npos);
    // Each where it belongs.
    both.site.now += 1min;
    REQUIRE(both.visit().status == 303);
    CHECK(both.ann_herself.get("/account").body.find("value=\"" + account_of(both.site) + '"') !=
          std::string::npos);
    CHECK(all_of(account_of(both.site)) == 303);
    CHECK(state() == store::CopyState::Deleted);
}

TEST_CASE("a right is of the address that was named, wherever that goes", "[portal]")
{
    Two both;
    both.share();
    Sql sql{both.site.config.connection};
    sql.run("insert into lazaret.account (tenant_id) values (1)");
    sql.run(
        "update lazaret.address set account_id = (select max(account_id) from lazaret.account) "
        "where address = 'ann@example.com'");
    sql.run(
        "insert into lazaret.address (tenant_id, address, account_id) select 1, "
        "'other@example.com', account_id from lazaret.session where address = "
        "'ann@example.com' limit 1");
    CHECK(both.visit().status == 422);
}

TEST_CASE("reports go to the delegate who is to get them and agrees", "[portal]")
{
    Two both;
    both.share();
    const auto sent_to = [&] {
        store::Database mailer{as_role(both.site.config, "lazaret_report"),
                               [&] { return both.site.now; }};
        return store::Reports{mailer}.account_of(parse_address(mailbox).value())->sent_to;
    };
    const auto want = [&](const std::string& address) {
        REQUIRE(both.bob.post("/account/delegates/reports", {{"address", address}}).status == 303);
    };
    const auto agree = [&] {
        REQUIRE(both.ann_herself.post("/account/others/agree", {{"address", mailbox}}).status ==
                303);
    };
    CHECK(sent_to() == mailbox);
    agree();
    CHECK(sent_to() == mailbox);
    want("x@example.com");
    CHECK(sent_to() == mailbox);
    want(ann);
    CHECK(sent_to() == mailbox);
    CHECK(has(both.bob.get("/account/delegates").body, "when he agrees"));
    CHECK(has(both.ann_herself.get("/account/others").body, "/account/others/agree"));
    agree();
    CHECK(sent_to() == ann);
    CHECK(has(both.bob.get("/account/delegates").body, "Your reports go to this address."));
    want("");
    CHECK(sent_to() == mailbox);
    want(ann);
    CHECK(sent_to() == mailbox);
    agree();
    CHECK(sent_to() == ann);
    REQUIRE(both.ann_herself.post("/account/others/leave", {{"address", mailbox}}).status == 303);
    CHECK(sent_to() == mailbox);
    CHECK(both.visit().status == 422);
}

TEST_CASE("a link of a mail is good while its mailbox is the account's", "[portal]")
{
    Two both;
    const auto account = both.site.account();
    const auto opens = [&](const std::string& address) {
        const auto mark = store::mailbox_mark(address);
        const auto end = both.site.now + 24h;
        const auto off = both.site.get(
            "/u/" +
            store::seal_claim(both.site.keys, store::UnsubscribeClaim{1, account, mark}, end));
        const auto page = both.site.post(
            "/a/" + store::seal_claim(both.site.keys, store::AccountClaim{1, account, mark}, end));
        CHECK((off.status == 200) == (page.status == 303));
        CHECK(page.header("Set-Cookie").empty() == (page.status != 303));
        return page.status == 303;
    };
    CHECK(opens(mailbox));
    CHECK_FALSE(opens("old@example.com"));
    both.share();
    CHECK_FALSE(opens(ann));
    REQUIRE(both.bob.post("/account/delegates/reports", {{"address", ann}}).status == 303);
    CHECK_FALSE(opens(ann));
    REQUIRE(both.ann_herself.post("/account/others/agree", {{"address", mailbox}}).status == 303);
    CHECK(opens(ann));
    CHECK(opens(mailbox));
    REQUIRE(both.ann_herself.post("/account/others/leave", {{"address", mailbox}}).status == 303);
    CHECK_FALSE(opens(ann));
}

TEST_CASE("no report leaves the tenant with a delegate whose domain went to another", "[portal]")
{
    Two both;
    both.share();
    REQUIRE(both.bob.post("/account/delegates/reports", {{"address", ann}}).status == 303);
    REQUIRE(both.ann_herself.post("/account/others/agree", {{"address", mailbox}}).status == 303);
    {
        auto admin = both.site.database();
        store::Directory{admin}.add_domain("example.net", "other", root);
    }
    Sql{both.site.config.connection}.run("update lazaret.delegate set address = 'ann@example.net'");
    store::Database mailer{as_role(both.site.config, "lazaret_report"),
                           [&] { return both.site.now; }};
    CHECK(store::Reports{mailer}.account_of(parse_address(mailbox).value())->sent_to == mailbox);
}
