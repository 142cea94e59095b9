#include "quarantine-store/text_forwards.hpp"

#include "quarantine-store/directory.hpp"
#include "quarantine-store/keeper.hpp"
#include "quarantine-store/notebook.hpp"
#include "quarantine-store/upkeep.hpp"
#include "quarantine-store/vote_lists.hpp"
#include "tests/store/cluster.hpp"
#include "tests/store/samples.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/print.hpp"

using namespace lazaret;
using namespace lazaret::test;
using namespace std::chrono_literals;

namespace {

using enum store::TextForwarded;

const std::string bob = "bob@example.com";

struct Site {
    DatabaseConfig config = fresh_database();
    Sql sql{config.connection};
    store::Database admin{as_role(config, "lazaret_admin")};
    std::unique_ptr<store::Keeper> keeper =
        store::make_keeper(as_role(config, "lazaret_milter"), 1);

    Site() { REQUIRE(store::Directory{admin}.add_domain("example.com", "", {"root", "test"})); }

    void deliver(int number, const std::string& from, const std::string& subject,
                 std::chrono::seconds ago = 1h, Action action = Action::Deliver) const
    {
        store::Passage one;
        one.when = system_now() - ago;
        one.tenant = 1;
        one.mailbox = bob;
        one.sender = "bounces@elsewhere.example";
        one.action = action;
        one.delivered = {digest_number(number), from, subject};
        store::make_notebook(as_role(config, "lazaret_milter"), true)->note(std::move(one));
    }

    store::TextForwarded forward(const std::string& subject,
                                 const std::vector<std::string>& senders,
                                 std::optional<Digest> digest = {}, bool is_spam = true,
                                 const std::string& address = bob) const
    {
        return keeper->count({address, is_spam, digest, senders, subject}, system_now());
    }

    /// Of the questions the messages, and whom to block.
    std::string asked()
    {
        return sql.one(
            "select coalesce(string_agg(get_byte(digest, 0) || ' ' || sender, ', ' "
            "order by digest), '') from lazaret.block_proposal where is_open");
    }

    std::string counted()
    {
        const auto status = store::vote_status(admin, 10);
        return std::to_string(status.text_forwards) + ' ' +
               std::to_string(status.text_forwards_found);
    }
};

}  // namespace

TEST_CASE("what is forwarded as text is found by sender and subject, and its sender proposed",
          "[store]")
{
    Site site;
    site.deliver(1, "Ada <Ada@Shop.example>", "Winter prices");
    site.deliver(2, "ben@shop.example", "Summer prices");
    CHECK(site.counted() == "0 0");
    CHECK(site.forward("Fwd: [list] WINTER prices", {bob, "ada@shop.example"}) == Proposed);
    CHECK(site.asked() == "1 ada@shop.example");
    CHECK(site.counted() == "1 1");
    CHECK(site.forward("Fwd: Summer prices", {"ada@shop.example"}) == Counted);
    CHECK(site.forward("Fwd: Winter", {"ada@shop.example"}) == Counted);
    CHECK(site.forward("Fwd: Winter prices", {}) == Counted);
    CHECK(site.forward("", {}) == Counted);
    CHECK(site.forward("WG: Summer prices", {"ben@shop.example"}, {}, false) == Counted);  // wanted
    CHECK(site.asked() == "1 ada@shop.example");
    CHECK(site.counted() == "6 2");
    // Nobody is blocked by it, and nothing taught.
    CHECK(site.sql.one("select count(*) from lazaret.list_entry") == "0");
    CHECK(site.sql.one("select count(*) from lazaret.vote") == "0");
    CHECK(site.forward("Fwd: Summer prices", {"ben@shop.example"}) == Proposed);
    CHECK(site.forward("Fwd: Summer prices", {"ben@shop.example"}) == Proposed);
    CHECK(site.asked() == "1 ada@shop.example, 2 ben@shop.example");
}

TEST_CASE("a digest in the text finds only what was delivered to who forwards", "[store]")
{
    Site site;
    site.deliver(1, "Ada <ada@shop.example>", "");
    site.deliver(2, "Ada <ada@shop.example>", "held", 1h, Action::Hold);
    site.deliver(3, "Ada <ada@shop.example>", "long ago", 15 * 24h);
    CHECK(site.forward("", {}, digest_number(1)) == Proposed);
    CHECK(site.forward("", {}, digest_number(2)) == Counted);
    CHECK(site.forward("", {}, digest_number(3)) == Counted);
    CHECK(site.forward("", {}, digest_number(4)) == Counted);
    const auto carl = "carl@example.com";
    CHECK(site.forward("", {}, digest_number(1), true, carl) == Counted);
    CHECK(site.forward("long ago", {"ada@shop.example"}, {}, true, carl) == Counted);
    CHECK(site.forward("", {}, digest_number(1), true, "x@else.example") == Unknown);
    CHECK(site.asked() == "1 ada@shop.example");
    // Who has no account is counted without one.
    CHECK(site.sql.one("select string_agg(account_id || ':' || forwards || ':' || found, ' ' "
                       "order by account_id) from lazaret.text_forward") == "0:2:0 1:4:1");
}

TEST_CASE("nobody is proposed whom a reader could not mean", "[store]")
{
    Site site;
    site.deliver(1, "Boss <boss@example.com> <ada@shop.example>", "one");
    site.deliver(2, "ada@shop.example, boss@example.com", "two");
    site.deliver(3, "Undisclosed", "three");
    site.deliver(4, "", "four");
    site.deliver(5, "Bob <bob@example.com>", "five");  // himself
    for (const int number : {1, 2, 3, 4, 5})
        CHECK(site.forward("", {}, digest_number(number)) == Counted);
    CHECK(site.asked().empty());
    site.deliver(6, "ada@shop.example <Ada@shop.example>", "six");
    CHECK(site.forward("", {}, digest_number(6)) == Proposed);
    CHECK(site.asked() == "6 ada@shop.example");
}

TEST_CASE("no account is asked more than a hundred times; what is old goes", "[store]")
{
    Site site;
    site.deliver(1, "ada@shop.example", "one");
    site.deliver(2, "ben@shop.example", "two");
    REQUIRE(site.forward("", {}, digest_number(1)) == Proposed);
    site.sql.run(
        "insert into lazaret.block_proposal (tenant_id, account_id, digest, at, sender, from_line, "
        "subject_line) select tenant_id, account_id, sha256(n::text::bytea), now(), '', '', '' "
        "from lazaret.block_proposal, generate_series(1, 99) n");
    CHECK(site.forward("", {}, digest_number(2)) == Counted);
    site.sql.run(
        "update lazaret.block_proposal set at = at - interval '31 days' where sender = ''");
    site.sql.run("update lazaret.text_forward set day = day - 31");
    site.forward("", {});
    store::Upkeep{site.admin}.run();
    CHECK(site.sql.one("select count(*) from lazaret.block_proposal") == "1");
    CHECK(site.counted() == "1 0");
    CHECK(site.forward("", {}, digest_number(2)) == Proposed);
}

TEST_CASE("only the milter counts forwards, and only a session sees what is asked", "[store]")
{
    Site site;
    const std::string forward =
        "select lazaret.forward_as_text('bob@example.com', 'spam', null, '{}', '', now(), now())";
    for (const auto* role : {"lazaret_portal", "lazaret_report", "lazaret_milter"}) {
        Sql sql{as_role(site.config, role).connection};
        for (const auto* table : {"lazaret.block_proposal", "lazaret.text_forward"})
            CHECK_THROWS_AS(sql.run(std::string{"select * from "} + table), SqlFailed);
        if (std::string_view{role} != "lazaret_milter")
            CHECK_THROWS_AS(sql.run(forward), SqlFailed);
    }
    Sql milter{as_role(site.config, "lazaret_milter").connection};
    milter.run(forward);
    CHECK_THROWS_AS(milter.run("select * from lazaret.block_proposals('', 1, 1, now())"),
                    SqlFailed);
}
