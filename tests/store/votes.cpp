#include "quarantine-store/votes.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "quarantine-store/directory.hpp"
#include "quarantine-store/doctor.hpp"
#include "quarantine-store/held_deeds.hpp"
#include "quarantine-store/keeper.hpp"
#include "quarantine-store/models.hpp"
#include "quarantine-store/release.hpp"
#include "quarantine-store/requests.hpp"
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

const store::Actor root{"root", "test"};
const store::Actor owner{"bob@example.com", "192.0.2.1", Role::Recipient, true};

struct Site {
    DatabaseConfig config = fresh_database();
    Sql sql{config.connection};
    store::Database portal{as_role(config, "lazaret_portal")};
    store::Database admin{as_role(config, "lazaret_admin")};
    store::Votes votes{admin};

    Site() { REQUIRE(store::Directory{admin}.add_domain("example.com", "", root)); }

    Reference hold(int number, Class verdict = Class::Spam)
    {
        const SampleMail sample{number};
        auto copy = sample_copy("bob@example.com");
        copy.verdict = verdict;
        return store::make_keeper(config, 1)->hold(sample.mail, std::vector{copy}).at(0);
    }

    store::NewEntry block(const Reference& copy)
    {
        store::NewEntry entry{.owner = Owner::address("bob@example.com"), .kind = ListKind::Deny};
        entry.sender = parse_sender_pattern("ada@example.org").value();
        entry.origin = store::made_by_link;
        entry.copy = copy;
        return entry;
    }

    /// Of each vote of a person, by its message: what it says, where it came from, what was told.
    std::string said()
    {
        return sql.one(
            "select coalesce(string_agg(get_byte(digest, 0) || ' ' || coalesce(says, '-') || ' ' "
            "|| origin || ' ' || coalesce(told, '-'), ', ' order by digest), '') "
            "from lazaret.vote where account_id > 0");
    }

    /// Tells the model all that waits, with steps that are as good as any to the store.
    bool teach(const std::string& step = "a step")
    {
        std::vector<store::ToldVote> told;
        for (auto& vote : votes.pending(100))
            told.push_back({vote, vote.says, vote.says.empty() ? std::string{} : step});
        const auto base = store::Models{admin}.newest();
        return votes.publish(base == 0, "model", told, lesson(base));
    }

    static store::LessonNote lesson(std::int64_t base)
    {
        return {.outcome = "published", .base = base, .version = base + 1};
    }
};

}  // namespace

TEST_CASE("what an owner does with his mail is his vote, what an administrator does is none",
          "[store]")
{
    Site site;
    const auto first = site.hold(1);
    const auto second = site.hold(2);
    const auto third = site.hold(3, Class::Newsletter);
    REQUIRE(store::begin_release(site.portal, first, owner));
    REQUIRE(store::begin_release(site.admin, second, root));
    CHECK(site.said() == "1 ham release -");
    REQUIRE(store::begin_release(site.portal, third, owner, Deed::AcceptNewsletter));
    CHECK(site.said() == "1 ham release -, 3 newsletter newsletter -");
    // A second press changes nothing, not even when it was.
    const auto when = site.sql.one("select max(at) from lazaret.vote");
    REQUIRE(store::begin_release(site.portal, first, owner));
    CHECK(site.sql.one("select max(at) from lazaret.vote") == when);
}

TEST_CASE("of many that are released each is a vote", "[store]")
{
    Site site;
    const std::vector copies{site.hold(1), site.hold(2), site.hold(3, Class::Newsletter)};
    const auto account = std::stoll(site.sql.one("select account_id from lazaret.account"));
    CHECK(store::begin_releases(site.portal, {1, account, copies}, owner, Deed::AcceptNewsletter)
              .size() == 1);
    CHECK(site.said() == "3 newsletter newsletter -");
    CHECK(store::begin_releases(site.portal, {1, account, copies}, owner).size() == 2);
    CHECK(site.said() == "1 ham release -, 2 ham release -, 3 newsletter newsletter -");
}

TEST_CASE("to block the sender of a copy is a vote that goes with the entry", "[store]")
{
    Site site;
    const auto copy = site.hold(1);
    store::Directory directory{site.portal};
    REQUIRE(store::begin_release(site.portal, copy, owner));
    const auto entry = directory.add_entry(site.block(copy), owner).value().entry;
    CHECK(site.said() == "1 spam block -");

    SECTION("removed")
    {
        CHECK(directory.remove_entry(entry.id, owner));
        CHECK(site.said() == "1 - block -");
    }
    SECTION("switched off")
    {
        store::Directory admin{site.admin};
        CHECK(admin.enable_entry(entry.id, false, root));
        CHECK(site.said() == "1 - block -");
    }
    SECTION("removed by its sender")
    {
        store::Directory admin{site.admin};
        CHECK(admin.remove_entries(Owner::address("bob@example.com"), ListKind::Deny, entry.sender,
                                   root) == 1);
        CHECK(site.said() == "1 - block -");
    }
    SECTION("released after all, so that it stays wanted when the entry goes")
    {
        site.sql.run("update lazaret.held_copy set state = 'held'");
        REQUIRE(store::begin_release(site.portal, copy, owner));
        CHECK(site.said() == "1 ham release -");
        CHECK(directory.remove_entry(entry.id, owner));
        CHECK(site.said() == "1 ham release -");
    }
    SECTION("by an administrator it is none")
    {
        const auto other = site.hold(2);
        directory.remove_entry(entry.id, owner);
        store::Directory admin{site.admin};
        REQUIRE(admin.add_entry(site.block(other), root));
        CHECK(site.said() == "1 - block -");
    }
}

TEST_CASE("what was asked for and accepted is the word of who asked", "[store]")
{
    Site site;
    store::Requests asks{site.portal};
    const auto spam = asks.ask(store::RequestKind::Adjust, site.hold(1), "", owner).value();
    const auto danger =
        asks.ask(store::RequestKind::Release, site.hold(2, Class::Dangerous), "", owner).value();
    const auto declined = asks.ask(store::RequestKind::Adjust, site.hold(3), "", owner).value();
    store::Requests answers{site.admin};
    answers.answer(spam.id, store::RequestState::Accepted, "", root);
    answers.answer(danger.id, store::RequestState::Accepted, "", root);
    answers.answer(declined.id, store::RequestState::Declined, "", root);
    CHECK(site.said() == "1 ham request -, 2 ham request -");
}

TEST_CASE("a newsletter that was asked for is wanted as one, and stays so", "[store]")
{
    Site site;
    store::Requests asks{site.portal};
    store::Requests answers{site.admin};
    const auto adjust = [&](const Reference& copy) {
        const auto asked = asks.ask(store::RequestKind::Adjust, copy, "", owner).value();
        answers.answer(asked.id, store::RequestState::Accepted, "", root);
    };
    const auto copy = site.hold(1, Class::Newsletter);
    adjust(copy);
    CHECK(site.said() == "1 newsletter request -");
    // Accepted first, and judged as something else when its retry came.
    const auto other = site.hold(2, Class::Newsletter);
    REQUIRE(store::begin_release(site.portal, other, owner, Deed::AcceptNewsletter));
    site.sql.run("update lazaret.held_copy set class = 'spam' where get_byte(digest, 0) = 2");
    adjust(other);
    CHECK(site.said() == "1 newsletter request -, 2 newsletter newsletter -");
    REQUIRE(store::begin_release(site.portal, copy, owner));
    CHECK(site.said() == "1 newsletter request -, 2 newsletter newsletter -");
}

TEST_CASE("a changed mind that is beyond the cap takes back what was said", "[store]")
{
    Site site;
    const auto copy = site.hold(1);
    REQUIRE(store::begin_release(site.portal, copy, owner));
    REQUIRE(site.votes.become_trainer(0s));
    REQUIRE(site.teach());
    CHECK(site.said() == "1 ham release ham");
    site.sql.run(
        "insert into lazaret.vote (tenant_id, account_id, digest, says, told, at) "
        "select 1, account_id, sha256(n::text::bytea), 'ham', 'ham', now() "
        "from lazaret.account, generate_series(1, 200) n");
    // To say the same once more changes nothing.
    site.sql.run("update lazaret.held_copy set state = 'held'");
    REQUIRE(store::begin_release(site.portal, copy, owner));
    CHECK(site.votes.pending(10).empty());
    REQUIRE(store::Directory{site.portal}.add_entry(site.block(copy), owner));
    const auto pending = site.votes.pending(10);
    REQUIRE(pending.size() == 1);
    CHECK(pending[0].says.empty());
    CHECK(pending[0].told == "ham");
    CHECK(store::vote_status(site.admin, 1).accounts.at(0).excess == 2);
}

TEST_CASE("where there are several tenants, a vote has a place among those of its own", "[store]")
{
    Site site;
    const auto places = [&] {
        std::string all;
        for (const auto& vote : site.votes.pending(100))
            all += fmt::format("{}/{}:{} ", vote.tenant, vote.account, vote.place_in_tenant);
        return all;
    };
    site.hold(1);
    // Of three accounts two votes each, one after the other, and of a day before.
    site.sql.run(
        "insert into lazaret.vote (tenant_id, account_id, digest, says, at) "
        "select 1, 7 + n % 3, m.digest, 'spam', date_trunc('day', now(), 'UTC') + n * "
        "interval '1 second' from lazaret.held_mail m, generate_series(1, 3) n");
    CHECK(places() == "1/8:0 1/9:0 1/7:0 ");
    CHECK(store::vote_status(site.admin, 5).tenants.empty());
    REQUIRE(store::Directory{site.admin}.add_domain("other.example", "Other", root));
    CHECK(places() == "1/8:1 1/9:2 1/7:3 ");
    site.sql.run(
        "insert into lazaret.vote (tenant_id, account_id, digest, says, at) select 1, 20, "
        "digest, 'ham', date_trunc('day', now(), 'UTC') - interval '1 second' "
        "from lazaret.held_mail");
    CHECK(places() == "1/20:1 1/8:1 1/9:2 1/7:3 ");
    const auto status = store::vote_status(site.admin, 5);
    REQUIRE(status.tenants.size() == 1);
    CHECK(status.tenants[0].votes == 3);
    site.sql.run(fmt::format(
        "insert into lazaret.vote (tenant_id, account_id, digest, says, at) select 1, 30, "
        "sha256(n::text::bytea), 'ham', date_trunc('day', now(), 'UTC') "
        "from generate_series(1, {}) n",
        store::most_places_in_tenant + 10));
    const auto last = fmt::format("1/7:{} ", store::most_places_in_tenant);
    CHECK(places().ends_with(last));
}

TEST_CASE("of what is held out one tenant among others has half", "[store]")
{
    Site site;
    site.hold(1);
    const auto vote = [&](TenantId tenant, int first, int last) {
        site.sql.run(fmt::format(
            "with m as (insert into lazaret.vote_mail (tenant_id, digest, account_id, kept, bytes) "
            "select {0}, sha256(n::text::bytea), n, now(), 'a letter' "
            "from generate_series({1}, {2}) n returning tenant_id, account_id, digest) "
            "insert into lazaret.vote (tenant_id, account_id, digest, says) "
            "select tenant_id, account_id, digest, 'ham' from m",
            tenant, first, last));
    };
    vote(1, 1, 20);
    vote(2, 21, 23);
    site.sql.run("update lazaret.vote set is_held_out = true");
    const auto held_out_of = [&](TenantId tenant) {
        const auto all = site.votes.held_out(10);
        return std::ranges::count(all, tenant, &store::HeldOutVote::tenant);
    };
    const auto of_one = held_out_of(1);
    CHECK(of_one + held_out_of(2) == 10);
    REQUIRE(store::Directory{site.admin}.add_domain("other.example", "Other", root));
    CHECK(held_out_of(1) == 5);
    CHECK(held_out_of(2) == 3);
}

TEST_CASE("an account says no more than two hundred things a day; the rest is counted", "[store]")
{
    Site site;
    const auto copy = site.hold(1);
    site.sql.run(
        "insert into lazaret.vote (tenant_id, account_id, digest, says, at) "
        "select 1, account_id, sha256(n::text::bytea), 'ham', now() "
        "from lazaret.account, generate_series(1, 200) n");
    const auto released = store::begin_release(site.portal, copy, owner);
    REQUIRE(released);
    CHECK(released->outcome == store::ReleaseAnswer::Outcome::Postponed);  // released all the same
    CHECK(site.sql.one("select count(*) from lazaret.vote") == "200");
    const auto status = store::vote_status(site.admin, 10);
    REQUIRE(status.accounts.size() == 1);
    CHECK(status.accounts[0].name == "bob@example.com");
    CHECK(status.accounts[0].votes == 200);
    CHECK(status.accounts[0].excess == 1);
    CHECK(status.capped == 1);
    site.sql.run("update lazaret.vote set at = at - interval '25 hours'");
    site.sql.run("update lazaret.held_copy set state = 'held'");
    REQUIRE(store::begin_release(site.portal, copy, owner));
    CHECK(site.sql.one("select count(*) from lazaret.vote") == "201");
}

TEST_CASE("the portal can say of a copy only what was done with it", "[store]")
{
    Site site;
    const auto copy = site.hold(1);
    Sql portal{as_role(site.config, "lazaret_portal").connection};
    const auto say = [&](const std::string& says, const std::string& origin) {
        portal.run("select lazaret.say_of_copies(array['" + copy.text() + "'], '" + says + "', '" +
                   origin + "', 1, now())");
    };
    say("ham", "release");
    say("spam", "block");
    say("spam", "spam");
    say("newsletter", "newsletter");
    CHECK(site.said().empty());
    for (const auto* forbidden :
         {"select lazaret.say(1, 1, '\\x00', 'ham', 'release', 0, now())",
          "select * from lazaret.vote", "update lazaret.vote set says = 'ham'",
          "select * from lazaret.told_before", "select * from lazaret.lesson"})
        CHECK_THROWS_AS(portal.run(forbidden), SqlFailed);
}

TEST_CASE("what was told is written with the version, or not at all", "[store]")
{
    Site site;
    REQUIRE(site.votes.become_trainer(0s));
    const auto first = site.hold(1);
    REQUIRE(store::begin_release(site.portal, first, owner));
    const auto read = site.votes.pending(10);
    REQUIRE(read.size() == 1);
    CHECK(read[0].says == "ham");
    CHECK(read[0].size == SampleMail{1}.bytes.size());
    CHECK(site.votes.bytes(1, read[0].digest) == SampleMail{1}.bytes);

    SECTION("a crash before the end leaves nothing")
    {
        CHECK(site.sql.one("select count(change) from lazaret.address") == "0");
        site.sql.run("alter table lazaret.lesson add constraint crash check (learned < 0)");
        CHECK_THROWS_AS(site.teach(), Error);
        CHECK(site.said() == "1 ham release -");
        CHECK(store::Models{site.admin}.newest() == 0);
        site.sql.run("alter table lazaret.lesson drop constraint crash");
        CHECK(site.teach());
        CHECK(site.said() == "1 ham release ham");
        CHECK(site.votes.pending(10).empty());
        // From now on milters know whose taste it is.
        CHECK(site.sql.one("select count(change) from lazaret.address") == "1");
        CHECK(
            site.sql.one("select told_since || ' ' || encode(step, 'escape') from lazaret.vote") ==
            "1 a step");
    }
    SECTION("another trainer's version, or a vote that was told meanwhile, comes first")
    {
        const std::vector<store::ToldVote> told{{read[0], "ham", "late"}};
        CHECK(site.teach());
        CHECK_FALSE(site.votes.publish(false, "m", told, Site::lesson(1)));  // told meanwhile
        CHECK_FALSE(site.votes.publish(false, "m", {}, Site::lesson(0)));
        CHECK(store::Models{site.admin}.newest() == 1);
        CHECK(site.sql.one("select encode(step, 'escape') from lazaret.vote") == "a step");
    }
    SECTION("a mind that changes meanwhile stays to be learned")
    {
        const std::vector<store::ToldVote> told{{read[0], "ham", "a step"}};
        store::Directory{site.portal}.add_entry(site.block(first), owner).value();
        CHECK(site.votes.publish(true, "m", told, Site::lesson(0)));
        CHECK(site.said() == "1 spam block ham");
        const auto left = site.votes.pending(10);
        REQUIRE(left.size() == 1);
        CHECK(left[0].step == "a step");
        CHECK(left[0].told_since == 1);
    }
    SECTION("a step that is too long is refused")
    {
        CHECK_THROWS_AS(site.teach(std::string(16'385, 'x')), Error);
        CHECK(site.teach(std::string(16'384, 'x')));
    }
}

TEST_CASE("one trainer at a time; the second waits, and a lost connection ends its right",
          "[store]")
{
    Site site;
    REQUIRE(site.votes.become_trainer(0s));
    store::Database second{as_role(site.config, "lazaret_admin")};
    store::Votes others{second};
    CHECK_FALSE(others.become_trainer(0s));
    CHECK_FALSE(others.become_trainer(1s));
    site.sql.run(
        "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' "
        "and (classid::bigint << 32 | objid::bigint) = 7230947206");
    CHECK(others.become_trainer(10s));
    REQUIRE(store::begin_release(site.portal, site.hold(1), owner));
    CHECK_THROWS_AS(site.teach(), Error);
    CHECK(site.said() == "1 ham release -");
}

TEST_CASE("a rollback tells of each vote what the model had been told then", "[store]")
{
    Site site;
    REQUIRE(site.votes.become_trainer(0s));
    store::Directory directory{site.portal};
    const auto first = site.hold(1);
    const auto second = site.hold(2);
    REQUIRE(store::begin_release(site.portal, first, owner));
    REQUIRE(site.teach("one"));  // 1: the first is ham
    const auto entry = directory.add_entry(site.block(first), owner).value().entry;
    REQUIRE(store::begin_release(site.portal, second, owner));
    REQUIRE(site.teach("two"));  // 2: the first is spam, the second ham
    directory.remove_entry(entry.id, owner);
    REQUIRE(site.teach());  // 3: the first is nothing
    CHECK(site.said() == "1 - block -, 2 ham release ham");

    REQUIRE(site.votes.roll_back(1, "as 1", true, Site::lesson(3)));
    CHECK(site.said() == "1 - block ham, 2 ham release -");
    CHECK(site.sql.one("select string_agg(encode(step, 'escape'), '') from lazaret.vote") == "one");
    // To be taken back is the first; the second was learned since, and is set aside.
    auto pending = site.votes.pending(10);
    REQUIRE(pending.size() == 1);
    CHECK(pending[0].says.empty());
    CHECK(store::vote_status(site.admin, 1).set_aside == 1);

    SECTION("and back to where one was")
    {
        REQUIRE(site.votes.roll_back(2, "as 2", false, Site::lesson(4)));
        CHECK(site.said() == "1 - block spam, 2 ham release ham");
        CHECK(site.sql.one("select string_agg(encode(step, 'escape'), '' order by digest) "
                           "from lazaret.vote") == "twotwo");
    }
    SECTION("what was set aside is taken up when somebody wants it")
    {
        CHECK(site.votes.take_up_again() == 1);
        CHECK(site.votes.pending(10).size() == 2);
    }
    SECTION("another word about it counts anew")
    {
        directory.add_entry(site.block(second), owner).value();
        CHECK(site.votes.pending(10).size() == 2);
    }
}

TEST_CASE("a lesson in vain is tried on three days, and then no more", "[store]")
{
    Site site;
    REQUIRE(store::begin_release(site.portal, site.hold(1), owner));
    for (int day = 0; day < store::Votes::most_refusals; ++day) {
        const auto pending = site.votes.pending(10);
        REQUIRE(pending.size() == 1);
        site.votes.note({.outcome = "refused", .reason = "worse"}, pending);
        CHECK(site.votes.pending(10).empty());
        site.sql.run("update lazaret.vote set tried = tried - interval '25 hours'");
    }
    CHECK(site.votes.pending(10).empty());
    const auto status = store::vote_status(site.admin, 1);
    CHECK(status.refused == 1);
    REQUIRE(status.last_refusal);
    CHECK(status.last_refusal->reason == "worse");
}

TEST_CASE("no sender can choose that votes on his mail teach nobody else", "[store]")
{
    Site site;
    // Digests that would all be held out, were it by the digest; two accounts vote on each.
    site.sql.run(
        "insert into lazaret.vote (tenant_id, account_id, digest, says, is_held_out) "
        "select 1, account, digest, 'spam', true from generate_series(1, 2) account, ("
        "  select sha256(number::text::bytea) as digest from generate_series(1, 3000) number) d "
        "where get_byte(sha256(digest), 0) < 26");
    const auto count = [&](const std::string& from) {
        return std::stoi(site.sql.one("select count(*) from lazaret.vote v where " + from));
    };
    const auto all = count("true");
    REQUIRE(all > 400);
    const auto held_out = count("is_held_out");
    CHECK(held_out > 0);
    CHECK(held_out < all / 4);  // a tenth, give or take
    CHECK(count("is_held_out and not exists (select from lazaret.vote o where o.digest = v.digest "
                "and o.account_id <> v.account_id and o.is_held_out)") == 0);
}

TEST_CASE("a vote on a message that nobody has waits a month", "[store]")
{
    Site site;
    site.hold(1);
    site.sql.run(
        "insert into lazaret.vote (tenant_id, account_id, digest, says, origin, at) "
        "select 1, account_id, sha256('x'), 'spam', 'spam', now() - interval '29 days' "
        "from lazaret.account");
    CHECK(site.votes.pending(10).empty());
    auto status = store::vote_status(site.admin, 1);
    REQUIRE(status.pending.size() == 1);
    CHECK(status.pending[0].without_bytes == 1);
    CHECK_FALSE(status.oldest);
    site.sql.run("update lazaret.vote set at = at - interval '2 days'");
    status = store::vote_status(site.admin, 1);
    CHECK(status.pending.empty());
    CHECK(status.given_up == 1);
}

TEST_CASE("doctor sees how long votes wait whose bytes came with them", "[store]")
{
    Site site;
    const auto hours = [&] { return store::examine_database(site.config).votes_waiting_hours; };
    site.sql.run(
        "insert into lazaret.vote (tenant_id, account_id, digest, says, origin, at) values "
        "(1, 1, '\\x01', 'spam', 'junk', now() - interval '5 hours')");
    CHECK(hours() == 0);  // nobody has the message
    site.sql.run(
        "insert into lazaret.vote_mail (tenant_id, digest, account_id, kept, bytes) values "
        "(1, '\\x01', 1, now(), 'x')");
    CHECK(hours() == 5);
    CHECK(site.votes.pending(10).size() == 1);
}

TEST_CASE("old votes and unsubscriptions go, and what a rollback would look for stays", "[store]")
{
    Site site;
    const auto vote = [&](int number, const std::string& says, const std::string& told, int days) {
        site.sql.run(fmt::format(
            "insert into lazaret.vote (tenant_id, account_id, digest, says, told, at) values "
            "(1, 7, set_byte(sha256('{0}'), 0, {0}), nullif('{1}', ''), nullif('{2}', ''), "
            "now() - interval '{3} days')",
            number, says, told, days));
    };
    vote(1, "", "", 32);      // nothing said, nothing told
    vote(2, "", "", 28);      // the same, of late
    vote(3, "spam", "", 32);  // nobody has the message
    vote(4, "spam", "spam", 398);
    vote(5, "spam", "spam", 402);
    vote(6, "", "spam", 402);
    vote(7, "spam", "spam", 402);  // but a rollback may ask for it
    vote(8, "spam", "", 28);       // its message may come yet
    vote(9, "spam", "", 32);       // set aside
    site.sql.run("update lazaret.vote set set_aside = true where get_byte(digest, 0) = 9");
    site.hold(10);  // its message is there
    site.sql.run(
        "insert into lazaret.vote (tenant_id, account_id, digest, says, at) "
        "select tenant_id, 7, digest, 'spam', now() - interval '32 days' from lazaret.held_mail");
    site.sql.run(
        "insert into lazaret.told_before (tenant_id, account_id, digest, since, until, told) "
        "select tenant_id, account_id, digest, 1, 2, 'ham' from lazaret.vote "
        "where get_byte(digest, 0) = 7");
    site.sql.run(
        "insert into lazaret.vote (tenant_id, account_id, digest, says, told, at) values "
        "(0, 0, sha256('file'), 'spam', 'spam', now() - interval '900 days')");
    site.sql.run(
        "insert into lazaret.unsubscription (tenant_id, account_id, newsletter, host, asked) "
        "select 1, 7, 'n', 'host ' || d, now() - d * interval '1 day' from unnest(array[28, 32]) "
        "d");
    store::Upkeep{site.admin}.run();
    CHECK(site.sql.one("select string_agg(get_byte(digest, 0)::text, ' ' order by digest) "
                       "from lazaret.vote where account_id > 0") == "2 4 7 8 9 10");
    CHECK(site.sql.one("select count(*) from lazaret.vote where account_id = 0") == "1");
    CHECK(site.sql.one("select string_agg(host, ' ') from lazaret.unsubscription") == "host 28");
}
