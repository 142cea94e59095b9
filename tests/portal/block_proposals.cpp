#include "quarantine-store/directory.hpp"
#include "quarantine-store/keeper.hpp"
#include "quarantine-store/notebook.hpp"
#include "tests/portal/two_people.hpp"
#include "tests/support/catch.hpp"

using namespace lazaret;
using namespace lazaret::test;
using namespace std::chrono_literals;

namespace {

/// Bob, who forwarded two messages as text, and Ann beside him.
struct Forwarded : Two {
    Forwarded()
    {
        for (const int number : {1, 2}) forward(number);
    }

    void forward(int number)
    {
        store::Passage one;
        one.when = site.now - 1h;
        one.tenant = 1;
        one.mailbox = mailbox;
        one.delivered = {digest_number(number),
                         "Ada & Co <ada" + std::to_string(number) + "@shop.example>",
                         "offer " + std::to_string(number)};
        const auto milter = as_role(site.config, "lazaret_milter");
        store::make_notebook(milter, true)->note(std::move(one));
        CHECK(store::make_keeper(milter, 1)->count(
                  {.address = mailbox, .is_spam = true, .digest = digest_number(number)},
                  site.now) == store::TextForwarded::Proposed);
    }

    portal::Response answer(Person& who, int number, const std::string& with)
    {
        return who.post("/account/delivered/proposal", {{"account", account_of(site)},
                                                        {"message", digest_number(number).hex()},
                                                        {"answer", with}});
    }

    std::string blocked()
    {
        return Sql{site.config.connection}.one(
            "select coalesce(string_agg(owner || ' ' || sender || ' ' || origin, ', '), '') "
            "from lazaret.list_entry where kind = 'deny' and not gone");
    }

    static bool is_asked(const std::string& page, int number)
    {
        return has(page, "Would be blocked: ada" + std::to_string(number) + "@shop.example");
    }
};

}  // namespace

TEST_CASE("who forwarded spam as text is asked whether to block its sender", "[portal]")
{
    Forwarded they;
    auto page = they.bob.get("/account/delivered").body;
    CHECK(has(page, "Forwarded as text"));
    CHECK(Forwarded::is_asked(page, 1));
    CHECK(Forwarded::is_asked(page, 2));
    CHECK(has(page, "Ada &amp; Co"));
    CHECK(they.blocked().empty());  // nothing by itself

    CHECK(they.answer(they.bob, 1, "block").header("Location") == "/account/delivered");
    const auto entry =
        "account:" + std::to_string(they.site.account()) + " ada1@shop.example account";
    CHECK(they.blocked() == entry);
    page = they.bob.get("/account/delivered").body;
    CHECK_FALSE(Forwarded::is_asked(page, 1));
    CHECK(Forwarded::is_asked(page, 2));
    CHECK(has(they.bob.get("/account/lists").body, "ada1@shop.example"));

    CHECK(they.answer(they.bob, 2, "leave").status == 303);
    CHECK(they.answer(they.bob, 2, "block").status == 303);  // answered before
    CHECK(they.answer(they.bob, 3, "block").status == 303);
    CHECK(they.blocked() == entry);
    CHECK_FALSE(has(they.bob.get("/account/delivered").body, "Forwarded as text"));
    // Forwarded once more, he is asked once more.
    they.forward(2);
    CHECK(Forwarded::is_asked(they.bob.get("/account/delivered").body, 2));
}

TEST_CASE("nobody else answers what an owner is asked, but whom he shows his mail", "[portal]")
{
    Forwarded they;
    CHECK_FALSE(Forwarded::is_asked(they.ann_herself.get("/account/delivered").body, 1));
    they.ann_herself.post("/account/delivered/proposal",
                          {{"message", digest_number(1).hex()}, {"answer", "block"}});
    CHECK(they.answer(they.ann_herself, 1, "block").status != 303);
    CHECK(they.site
              .post_in(they.site.session(), "/account/delivered/proposal",
                       {{"message", digest_number(1).hex()}, {"answer", "block"}})
              .status == 403);
    they.share();
    REQUIRE(they.visit().status == 303);
    CHECK(they.answer(they.ann_herself, 1, "block").status == 404);
    CHECK(they.blocked().empty());
    they.bob.post("/account/delegates/delivered", {{"address", ann}, {"shown", "1"}});
    CHECK(Forwarded::is_asked(they.ann_herself.get("/account/delivered").body, 1));
    CHECK(they.answer(they.ann_herself, 1, "block").status == 303);
    CHECK(has(they.blocked(), "ada1@shop.example"));
}

TEST_CASE("whose lists are full is told so and asked again", "[portal]")
{
    Forwarded they;
    Sql{they.site.config.connection}.run(
        "insert into lazaret.list_entry (tenant_id, owner, kind, sender, proof, origin) "
        "select 1, 'account:" +
        std::to_string(they.site.account()) +
        "', 'allow', 'a' || n || '@x.example', 'none', "
        "'account' from generate_series(1, " +
        std::to_string(store::most_own_entries) + ") n");
    const auto full = they.answer(they.bob, 1, "block");
    CHECK(full.status == 409);
    CHECK(has(full.body, "Your lists are full."));
    CHECK(Forwarded::is_asked(they.bob.get("/account/delivered").body, 1));
}

TEST_CASE("a question whose sender cannot be blocked stays", "[portal]")
{
    Forwarded they;
    Sql{they.site.config.connection}.run(
        "update lazaret.block_proposal set sender = 'no sender' where sender like 'ada1@%'");
    const auto answer = they.answer(they.bob, 1, "block");
    CHECK(answer.status == 409);
    CHECK(has(answer.body, "This sender cannot be blocked."));
    CHECK(they.blocked().empty());
    CHECK(has(they.bob.get("/account/delivered").body, "Would be blocked: no sender"));
    CHECK(they.answer(they.bob, 1, "leave").status == 303);
    CHECK_FALSE(has(they.bob.get("/account/delivered").body, "Would be blocked: no sender"));
}
