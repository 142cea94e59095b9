#include <fmt/format.h>

#include "quarantine-store/notebook.hpp"
#include "tests/portal/two_people.hpp"

// What administrators see of others, and do there.
using namespace lazaret;
using namespace lazaret::test;
using namespace std::chrono_literals;

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

TEST_CASE("a page of requests says that there are more", "[portal]")
{
    Two both;
    administer(both.site, ann);
    Sql sql{both.site.config.connection};
    const auto ask = [&](int tenant, int from, int to) {
        sql.run(fmt::format(
            "insert into lazaret.request (tenant_id, kind, reference, digest, account_id, "
            "recipient, class, subject, from_text, comment, made) "
            "select {}, 'release', lpad(n::text, 12, '0'), '\\x01', {}, 'bob@example.com', "
            "'dangerous', 'asked ' || n, 'a', '', now() - interval '1 day' + n * interval "
            "'1 minute' from generate_series({}, {}) n",
            tenant, both.site.account(), from, to));
    };
    ask(1, 1001, 1050);
    ask(2, 2001, 2002);  // of another tenant
    CHECK_FALSE(has(both.ann_herself.get("/account/requests").body, "There are more"));
    ask(1, 1051, 1051);
    const auto page = both.ann_herself.get("/account/requests").body;
    CHECK(has(page, "There are more: only the oldest 50 stand here."));
    CHECK(has(page, "asked 1050"));
    CHECK_FALSE(has(page, "asked 1051"));
    CHECK_FALSE(has(page, "asked 2001"));
    administer(both.site, ann, "*");
    CHECK(has(both.ann_herself.get("/account/requests").body, "There are more"));
}

TEST_CASE("nobody answers what he asked for himself", "[portal]")
{
    Two both;
    const auto dangerous = both.site.hold(Class::Dangerous);
    REQUIRE(both.site.post("/m/" + both.site.claim(dangerous) + "/ask").status == 303);
    const auto id = Sql{both.site.config.connection}.one("select request_id from lazaret.request");
    administer(both.site, mailbox);
    CHECK(has(both.bob.get("/account/requests").body, "No request is open."));
    CHECK(both.bob.post("/account/requests", {{"request", id}, {"answer", "accepted"}}).status ==
          404);
    CHECK(both.site.copy(dangerous).summary.state == store::CopyState::Held);
    CHECK(Sql{both.site.config.connection}.one("select state from lazaret.request") == "open");
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
