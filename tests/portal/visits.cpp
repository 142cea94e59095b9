#include "quarantine-store/visits.hpp"

#include "quarantine-store/administrators.hpp"
#include "quarantine-store/notebook.hpp"
#include "quarantine-store/reports.hpp"
#include "tests/portal/person.hpp"

// Who sees and acts on another's quarantine: delegates and administrators, and nobody else.
using namespace lazaret;
using namespace lazaret::test;
using namespace std::chrono_literals;

namespace {

const std::string ann = "ann@example.com";
const store::Actor root{"root", "test"};

bool has(const std::string& page, std::string_view text)
{
    return page.find(text) != std::string::npos;
}

Person with_password(PrivatePortal& site, const std::string& address)
{
    Person person{site, "192.0.2.9"};
    SampleMail letter{900};
    store::make_keeper(site.config, 1)->hold(letter.mail, std::vector{sample_copy(address)});
    person.post("/account/link", {{"address", address}});
    REQUIRE(person.post(mailed_links(site).at(address), {{"password", good}}).status == 303);
    return person;
}

void administer(PrivatePortal& site, const std::string& address, const std::string& of = {})
{
    auto admin = site.database();
    const auto over = of.empty() ? std::nullopt : std::optional{*store::parse_owner(of)};
    REQUIRE(store::Administrators{admin}.add(parse_address(address).value(), over, root));
}

std::string audit(PrivatePortal& site, const std::string& what)
{
    return Sql{site.config.connection}.one(
        "select coalesce(string_agg(who || ' ' || subject || ' ' || detail, ', ' order by "
        "audit_id), '') from lazaret.audit where what = '" +
        what + "'");
}

/// What forms of Bob's pages say.
std::string account_of(PrivatePortal& site) { return "1." + std::to_string(site.account()); }

/// A page with a query.
std::string page_of(Person& person, const std::string& path)
{
    return person.site.get(path, person.cookie).body;
}

/// The path of the first message that a page of the quarantine leads to.
std::string first_message(const std::string& page)
{
    const auto at = page.find("href=\"/m/");
    REQUIRE(at != std::string::npos);
    const auto from = at + 6;
    return page.substr(from, page.find('"', from) - from);
}

/// Bob with a held message, Ann beside him.
struct Two {
    PrivatePortal site{};
    Reference copy = site.hold();
    Person bob = bob_with_password(site);
    Person ann_herself = with_password(site, ann);

    portal::Response visit(const std::string& reason = {})
    {
        return ann_herself.post("/account/visit", {{"address", mailbox}, {"reason", reason}});
    }
    void share() { REQUIRE(bob.post("/account/delegates/add", {{"address", ann}}).status == 303); }
};

}  // namespace

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

TEST_CASE("an administrator says why he looks, and that is shown to the person", "[portal]")
{
    Two both;
    const auto dangerous = both.site.hold(Class::Dangerous);
    CHECK(both.ann_herself.get("/account/requests").status == 404);
    administer(both.site, ann);
    CHECK(both.visit("  ").status == 422);
    CHECK(both.visit("").status == 422);
    CHECK(both.visit("\u200B\u00A0\u2060").status == 422);
    REQUIRE(both.visit("Bob called about a missing <order>").status == 303);
    CHECK(has(audit(both.site, "visit"), "ann@example.com account:"));

    const auto message = first_message(page_of(both.ann_herself, "/account?class=dangerous"));
    // Whatever of it he sees first.
    REQUIRE(both.ann_herself.get(message + "/preview").status < 500);
    CHECK(audit(both.site, "look") != "");
    REQUIRE(both.ann_herself.get(message).status == 200);
    REQUIRE(both.ann_herself.get(message).status == 200);
    CHECK(audit(both.site, "look") ==
          "ann@example.com " + dangerous.text() + " Bob called about a missing <order>");
    const auto seen = both.site.get("/m/" + both.site.claim(dangerous)).body;
    CHECK(has(seen, "ann@example.com looked at this on"));
    CHECK(has(seen, "Bob called about a missing &lt;order&gt;"));
    CHECK(has(both.bob.get("/account/delegates").body, "missing &lt;order&gt;"));

    CHECK(both.ann_herself.post(message + "/release").status == 303);
    CHECK(both.site.copy(dangerous).summary.state != store::CopyState::Held);
    CHECK(both.site.copy(dangerous).changed_by == ann);
}

TEST_CASE("an administrator of one tenant is nobody in another", "[portal]")
{
    Two both;
    {
        auto admin = both.site.database();
        store::Directory{admin}.add_domain("example.net", "other", root);
    }
    SampleMail letter{901};
    store::make_keeper(both.site.config, 1)->hold(letter.mail, std::vector{[] {
                                                      auto copy = sample_copy("carl@example.net");
                                                      copy.tenant = 2;
                                                      return copy;
                                                  }()});
    const auto open = [&] {
        return both.ann_herself
            .post("/account/visit", {{"address", "carl@example.net"}, {"reason", "why"}})
            .status;
    };
    CHECK(open() == 422);
    administer(both.site, ann);
    CHECK(open() == 422);
    administer(both.site, ann, "@example.net");
    CHECK(open() == 303);
    CHECK(has(both.ann_herself.get("/account").body, "carl@example.net"));
    {
        auto admin = both.site.database();
        REQUIRE(store::Administrators{admin}.remove(parse_address(ann).value(),
                                                    *store::parse_owner("@example.net"), root));
    }
    CHECK_FALSE(has(both.ann_herself.get("/account").body, "carl@example.net"));
    administer(both.site, ann, "*");
    CHECK(open() == 303);
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

TEST_CASE("an administrator answers requests of his tenant, and nobody else does", "[portal]")
{
    Two both;
    const auto dangerous = both.site.hold(Class::Dangerous);
    REQUIRE(
        both.site
            .post("/m/" + both.site.claim(dangerous) + "/ask", {{"comment", "It is my <invoice>"}})
            .status == 303);
    const auto id = Sql{both.site.config.connection}.one("select request_id from lazaret.request");
    const Person::Form accept = {{"request", id}, {"answer", "accepted"}, {"words", "Here it is."}};
    CHECK(both.ann_herself.post("/account/requests", accept).status == 404);
    CHECK(both.site.copy(dangerous).summary.state == store::CopyState::Held);

    administer(both.site, ann);
    const auto page = both.ann_herself.get("/account/requests").body;
    CHECK(has(page, "It is my &lt;invoice&gt;"));
    CHECK(has(page, mailbox));
    REQUIRE(both.ann_herself.post("/account/requests", accept).status == 303);
    CHECK(both.site.copy(dangerous).summary.state != store::CopyState::Held);
    CHECK(both.ann_herself.post("/account/requests", accept).status == 422);
    CHECK_FALSE(has(both.ann_herself.get("/account/requests").body, "invoice"));
    CHECK(has(both.site.get("/m/" + both.site.claim(dangerous)).body, "Here it is."));
    CHECK(both.ann_herself.post("/account/requests", {{"request", "999"}, {"answer", "accepted"}})
              .status == 404);
}

TEST_CASE("an administrator sees where mail of his tenant went", "[portal]")
{
    Two both;
    store::Passage passed;
    passed.when = both.site.now - 1h;
    passed.tenant = 1;
    passed.mailbox = mailbox;
    passed.sender = "shop@example.org";
    passed.queue_id = "4fXyZ12345";
    auto elsewhere = passed;
    elsewhere.tenant = 2;
    elsewhere.mailbox = "carl@example.net";
    elsewhere.queue_id = "4fXyZ99999";
    {
        const auto notebook =
            store::make_notebook(as_role(both.site.config, "lazaret_milter"), true);
        notebook->note(passed);
        notebook->note(elsewhere);
    }
    const auto trace = [&](const std::string& address) {
        auto response = both.site.get("/account/trace?address=" + address, both.ann_herself.cookie);
        return response.status == 200 ? response.body : std::to_string(response.status);
    };
    CHECK(trace(mailbox) == "404");
    administer(both.site, ann);
    CHECK(has(trace(mailbox), "4fXyZ12345"));
    CHECK(has(trace("shop@example.org"), "4fXyZ12345"));
    CHECK_FALSE(has(trace("shop@example.org"), "4fXyZ99999"));
    CHECK_FALSE(has(trace("carl@example.net"), "4fXyZ99999"));
    CHECK(has(trace("nobody@example.org"), "No message"));
    CHECK(has(trace("nobody"), "This is no mail address."));
    CHECK(has(both.bob.get("/account/delegates").body, "asked on"));
    // The other one is there, for whoever administers all.
    administer(both.site, ann, "*");
    CHECK(has(trace("carl@example.net"), "4fXyZ99999"));
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

TEST_CASE("what is dangerous is not allowed by the dozen, by administrators neither", "[portal]")
{
    Two both;
    const auto dangerous = both.site.hold(Class::Dangerous);
    const auto spam = both.site.hold(Class::Spam);
    administer(both.site, ann, "*");
    REQUIRE(both.visit("a question").status == 303);
    for (const auto* deed : {"allow", "newsletter"})
        CHECK(both.ann_herself
                  .post("/account/act", {{"account", account_of(both.site)},
                                         {"deed", deed},
                                         {"c1", dangerous.text()}})
                  .status == 303);
    CHECK(both.site.copy(dangerous).summary.state == store::CopyState::Held);
    CHECK(both.site.entries().empty());
    const auto message = first_message(page_of(both.ann_herself, "/account?class=spam"));
    CHECK(both.ann_herself.post(message + "/newsletter").status == 403);
    CHECK(both.ann_herself.post(message + "/adjust").status == 403);
    CHECK(both.ann_herself.post(message + "/fresh").status == 404);
    CHECK(both.ann_herself.post("/account/report", {{"account", account_of(both.site)}}).status ==
          404);
    CHECK(both.site.copy(spam).summary.state == store::CopyState::Held);
}

TEST_CASE("a visit ends with its time, and with the domain of its host", "[portal]")
{
    Two both;
    administer(both.site, ann);
    REQUIRE(both.visit("a question").status == 303);
    const auto is_guest = [&] {
        return has(both.ann_herself.get("/account").body, "You see the quarantine of");
    };
    both.site.now += 1h;
    CHECK(is_guest());
    both.site.now += 61min;
    CHECK_FALSE(is_guest());
    REQUIRE(both.visit("a question").status == 303);
    Sql sql{both.site.config.connection};
    sql.run(
        "update lazaret.address set address = 'bob@gone.example' "
        "where address = 'bob@example.com'");
    CHECK_FALSE(is_guest());
    CHECK(both.ann_herself
              .post("/account/visit", {{"address", "bob@gone.example"}, {"reason", "why"}})
              .status == 422);
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
