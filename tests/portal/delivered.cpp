#include "quarantine-store/delivered.hpp"
#include "quarantine-store/notebook.hpp"
#include "tests/portal/two_people.hpp"
#include "tests/support/catch.hpp"

using namespace lazaret;
using namespace lazaret::test;
using namespace std::chrono_literals;

namespace {

store::Passage passage(Moment when, const std::string& mailbox, int number)
{
    store::Passage one;
    one.when = when;
    one.tenant = 1;
    one.mailbox = mailbox;
    one.sender = "ada@example.org";
    one.delivered = {digest_number(number), "Ada <ada@example.org>",
                     "message " + std::to_string(number)};
    return one;
}

/// Notes them as a milter does; they are there when it returns.
void note(const PrivatePortal& site, std::vector<store::Passage> passages)
{
    const auto notebook = store::make_notebook(as_role(site.config, "lazaret_milter"), true);
    for (auto& one : passages) notebook->note(std::move(one));
}

std::string votes(const PrivatePortal& site)
{
    return Sql{site.config.connection}.one(
        "select coalesce(string_agg(encode(substr(digest, 1, 1), 'hex') || coalesce(says, '-'), "
        "' ' order by digest), '') from lazaret.vote");
}

}  // namespace

TEST_CASE("a person says that a message he got was spam, and takes it back", "[portal]")
{
    PrivatePortal site;
    site.hold();
    auto held = passage(site.now, "bob@example.com", 4);
    held.action = Action::Hold;
    held.delivered.reset();
    note(site, {passage(site.now - 1h, "bob@example.com", 1),
                passage(site.now - 2h, "ann@example.com", 2),
                passage(site.now - 15 * 24h, "bob@example.com", 3), held});
    const auto bob = bob_with_password(site).cookie;
    const auto page = site.get("/account/delivered", bob).body;
    CHECK(page.find("message 1") != std::string::npos);
    CHECK(page.find("Ada &lt;ada@example.org&gt;") != std::string::npos);
    for (const auto* other : {"message 2", "message 3", "message 4"})
        CHECK(page.find(other) == std::string::npos);

    const auto vote = [&](int number, const std::string& says) {
        return site
            .post_in(bob, "/account/delivered/vote",
                     {{"message", digest_number(number).hex()}, {"says", says}})
            .status;
    };
    CHECK(vote(1, "spam") == 303);
    CHECK(votes(site) == "01spam");
    CHECK(site.get("/account/delivered", bob).body.find("You said that this was spam.") !=
          std::string::npos);
    CHECK(vote(1, "") == 303);
    CHECK(votes(site) == "01-");
    // Not his, too old, not there, no message at all.
    for (const int number : {2, 3, 5}) CHECK(vote(number, "spam") == 409);
    CHECK(site.post_in(bob, "/account/delivered/vote", {{"message", "x"}}).status == 409);
    CHECK(votes(site) == "01-");
    // Nothing but that is taken back: this came from a request that was accepted.
    Sql{site.config.connection}.run("update lazaret.vote set says = 'ham'");
    CHECK(vote(1, "") == 303);
    CHECK(votes(site) == "01ham");
    CHECK(vote(1, "spam") == 303);
    CHECK(votes(site) == "01spam");
}

TEST_CASE("what was delivered is not shown by a report's link", "[portal]")
{
    PrivatePortal site;
    site.hold();
    note(site, {passage(site.now, "bob@example.com", 1)});
    const auto link = site.session();
    CHECK(site.get("/account/delivered", link).status == 403);
    CHECK(site.post_in(link, "/account/delivered/vote",
                       {{"message", digest_number(1).hex()}, {"says", "spam"}})
              .status == 403);
    CHECK(site.get("/account/delivered").status == 403);
    CHECK(votes(site).empty());
}

TEST_CASE("many delivered messages come in pages that lose none", "[portal]")
{
    PrivatePortal site;
    site.hold();
    std::vector<store::Passage> all;
    // Three at each moment.
    for (int number = 0; number < 120; ++number)
        all.push_back(
            passage(site.now - std::chrono::minutes{number / 3}, "bob@example.com", number));
    note(site, all);
    const auto bob = bob_with_password(site).cookie;
    std::string path = "/account/delivered";
    std::size_t seen = 0;
    int pages = 0;
    while (!path.empty() && pages < 9) {
        const auto page = site.get(path, bob).body;
        ++pages;
        for (auto at = page.find(">message "); at != std::string::npos;
             at = page.find(">message ", at + 1))
            ++seen;
        const auto next = page.find("rel=\"next\" href=\"");
        if (next == std::string::npos) break;
        const auto begin = next + 17;
        path = page.substr(begin, page.find('"', begin) - begin);
    }
    CHECK(pages == 3);
    CHECK(seen == 120);
}

TEST_CASE("nobody says of more than two hundred messages a day that they were spam", "[portal]")
{
    PrivatePortal site;
    site.hold();
    note(site, {passage(site.now, "bob@example.com", 1)});
    Sql{site.config.connection}.run(
        "insert into lazaret.vote (tenant_id, account_id, digest, says) select 1, " +
        std::to_string(site.account()) +
        ", decode(lpad(to_hex(n), 64, 'f'), 'hex'), 'spam' from generate_series(1, 200) as n");
    const auto bob = bob_with_password(site).cookie;
    const auto response = site.post_in(bob, "/account/delivered/vote",
                                       {{"message", digest_number(1).hex()}, {"says", "spam"}});
    CHECK(response.status == 409);
}

namespace {

/// Bob, to whom two messages were delivered, and Ann, who is his delegate and his guest.
struct Shared : Two {
    Shared()
    {
        note(site, {passage(site.now, mailbox, 1), passage(site.now, ann, 2)});
        share();
        REQUIRE(visit().status == 303);
    }
    void show(bool is_shown)
    {
        REQUIRE(bob.post("/account/delegates/delivered",
                         {{"address", ann}, {"shown", is_shown ? "1" : ""}})
                    .header("Location") == "/account/delegates?done=delivered");
    }
    int vote(Person& who, int number, const std::string& says)
    {
        return who
            .post("/account/delivered/vote", {{"account", account_of(site)},
                                              {"message", digest_number(number).hex()},
                                              {"says", says}})
            .status;
    }
};

}  // namespace

TEST_CASE("a delegate says that delivered mail was spam, where its owner shows it to him",
          "[portal]")
{
    Shared both;
    const auto is_linked = [&] {
        return has(both.ann_herself.get("/account").body, "/account/delivered\"");
    };
    CHECK_FALSE(is_linked());
    CHECK(both.ann_herself.get("/account/delivered").status == 404);
    CHECK(both.vote(both.ann_herself, 1, "spam") == 404);
    CHECK(votes(both.site).empty());

    both.show(true);
    CHECK(has(both.bob.get("/account/delegates").body, "He sees what was delivered to you"));
    CHECK(is_linked());
    const auto page = both.ann_herself.get("/account/delivered").body;
    CHECK(has(page, "What was delivered to bob@example.com"));
    CHECK(has(page, "message 1"));
    CHECK_FALSE(has(page, "message 2"));
    CHECK(both.vote(both.ann_herself, 1, "spam") == 303);
    CHECK(both.vote(both.ann_herself, 2, "spam") == 409);
    CHECK(votes(both.site) == "01spam");
    CHECK(has(both.ann_herself.get("/account/delivered").body, "You said that this was spam."));
    CHECK(has(both.bob.get("/account/delivered").body, "ann@example.com said that this was spam."));
    CHECK(both.vote(both.bob, 1, "") == 303);
    CHECK(both.vote(both.bob, 1, "spam") == 303);
    CHECK(has(both.ann_herself.get("/account/delivered").body,
              "bob@example.com said that this was spam."));
    CHECK(both.vote(both.ann_herself, 1, "") == 303);
    CHECK(votes(both.site) == "01-");
    const auto about =
        " account:" + std::to_string(both.site.account()) + ' ' + digest_number(1).hex();
    CHECK(audit(both.site, "vote spam") == ann + about + ", " + mailbox + about);
    CHECK(audit(both.site, "vote taken back") == mailbox + about + ", " + ann + about);
    // It is the word of the account, and none of hers.
    CHECK(Sql{both.site.config.connection}.one("select string_agg(account_id::text, ' ') from "
                                               "lazaret.vote") ==
          std::to_string(both.site.account()));

    both.show(false);
    CHECK(both.ann_herself.get("/account/delivered").status == 404);
    CHECK(both.vote(both.ann_herself, 1, "spam") == 404);
    CHECK(votes(both.site) == "01-");
}

TEST_CASE("what was delivered is shown to nobody but its owner and whom he shows it to", "[portal]")
{
    Shared both;
    both.show(true);
    // A form of her own pages, while she is his guest, and the other way round.
    CHECK(both.ann_herself
              .post("/account/delivered/vote",
                    {{"message", digest_number(1).hex()}, {"says", "spam"}})
              .status == 409);
    both.ann_herself.post("/account/visit/end");
    CHECK(both.vote(both.ann_herself, 1, "spam") == 409);
    CHECK_FALSE(has(both.ann_herself.get("/account/delivered").body, "message 1"));
    // An administrator is no delegate, and nobody's voice.
    administer(both.site, ann);
    REQUIRE(both.visit("he asked me to").status == 303);
    CHECK(has(both.ann_herself.get("/account").body, "with your reason"));
    CHECK(both.ann_herself.get("/account/delivered").status == 404);
    CHECK(both.vote(both.ann_herself, 1, "spam") == 404);
    // Another delegate is not shown it with her; who is none cannot be.
    auto carl = with_password(both.site, "carl@example.com");
    CHECK(
        both.bob
            .post("/account/delegates/delivered", {{"address", "carl@example.com"}, {"shown", "1"}})
            .header("Location") == "/account/delegates");
    both.bob.post("/account/delegates/add", {{"address", "carl@example.com"}});
    REQUIRE(carl.post("/account/visit", {{"address", mailbox}}).status == 303);
    CHECK(carl.get("/account/delivered").status == 404);
    // Nor does she show it to herself, as a guest or without.
    CHECK(
        carl.post("/account/delegates/delivered", {{"address", "carl@example.com"}, {"shown", "1"}})
            .header("Location") == "/account/delegates");
    CHECK(carl.get("/account/delivered").status == 404);
    CHECK(votes(both.site).empty());
}

TEST_CASE("the portal's role sees what was delivered by a session that may see it", "[portal]")
{
    Shared both;
    both.show(true);
    store::Database database{as_role(both.site.config, "lazaret_portal"),
                             [&] { return both.site.now; }};
    const auto token = portal::open_token(
        both.site.keys, both.ann_herself.cookie.substr(both.ann_herself.cookie.find('=') + 1));
    REQUIRE(token);
    const auto seen = [&](AccountId account) {
        return store::Delivered{database, *token, account}.rows(std::nullopt, 10).size();
    };
    const auto bobs = both.site.account();
    CHECK(seen(bobs) == 1);
    CHECK(seen(bobs + 1000) == 0);
    both.show(false);
    CHECK(seen(bobs) == 0);
    CHECK_FALSE(store::Delivered{database, *token, bobs}.vote(digest_number(1), true, "test"));
    CHECK(votes(both.site).empty());
}
