#include <chrono>
#include <memory>
#include <utility>

#include "base/mail/digest.hpp"
#include "quarantine-store/database.hpp"
#include "quarantine-store/directory.hpp"
#include "quarantine-store/keeper.hpp"
#include "quarantine-store/release.hpp"
#include "quarantine-store/votes.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/taught_mail.hpp"
#include "tests/tools/site.hpp"

using namespace lazaret;
using namespace lazaret::test;

namespace {

const store::Actor owner{"ann@example.org", "192.0.2.1", Role::Recipient, true};

/// A site whose people vote.
struct VotingSite : Site {
    store::Database database_of_tests{database()};

    /// By the digest alone, so that each run holds out the same.
    VotingSite() { sql("update lazaret.lot set secret = ''"); }

    void sql(const std::string& statement) const
    {
        const auto done = run_program_with(
            {"psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d",
             database().connection.substr(std::string_view{"dbname="}.size()), "-c", statement},
            {});
        INFO(done.err);
        REQUIRE(done.code == 0);
    }

    void release(const Reference& copy)
    {
        REQUIRE(store::begin_release(database_of_tests, copy, owner));
    }

    /// Holds a message, and lets one of many accounts say what it is, once say_all() is called.
    void vote(const std::string& message, const std::string& says, std::size_t account)
    {
        HeldMail mail;
        mail.digest = digest_of(message, "");
        mail.bytes = message;
        mail.received = system_now();
        HeldCopy copy{
            .reference = Reference::random(),
            .tenant = 1,
            .recipient = "ann@example.org",
            .mailbox = "ann@example.org",
            .verdict = Class::Spam,
            .score = 7.4,
            .expires = std::chrono::floor<std::chrono::days>(system_now()) + std::chrono::days{14},
            .explanation = {}};
        keeper_->hold(mail, std::span{&copy, 1});
        statements_ +=
            "insert into lazaret.vote (tenant_id, account_id, digest, says, origin) "
            "values (1, " +
            std::to_string(1000 + account) + ", '\\x" + mail.digest.hex() + "', '" + says +
            "', 'spam'); ";
    }

    void say_all() { sql(std::exchange(statements_, {})); }

    /// What the newest model's shared weights say, in points.
    double points(const std::string& message)
    {
        const auto done = ctl({"scan", "--json", "--no-antivirus", "-"}, message);
        REQUIRE(done.code == 0);
        const auto judged = Json::parse(done.out);
        for (const auto& hit : judged.at("hits"))
            if (hit.at("name").get<std::string>() == "LEARNED_SPAM" ||
                hit.at("name").get<std::string>() == "LEARNED_HAM")
                return hit.at("points");
        return 0.0;
    }

private:
    std::unique_ptr<store::Keeper> keeper_ = store::make_keeper(database(), 1);
    std::string statements_;
};

}  // namespace

TEST_CASE("a release teaches the model, and what is taken back leaves the weights of before",
          "[tools]")
{
    VotingSite site;
    for (std::size_t i = 0; i < 4; ++i) {
        REQUIRE(site.ctl({"learn", "spam", "-"}, test::spam_mail(i)).code == 0);
        REQUIRE(site.ctl({"learn", "ham", "-"}, test::wanted_mail(i)).code == 0);
    }
    const auto before = site.json({"learn", "versions"}).at(0).at("version").get<int>();
    const auto copy = site.hold(test::spam_mail(60));
    auto status = site.json({"learn", "status"});
    CHECK(status.at("pending").empty());
    site.release(copy);
    status = site.json({"learn", "status"});
    CHECK(status.at("pending").at("ham").at("votes") == 1);
    CHECK(status.at("accounts").at(0).at("account") == "ann@example.org");

    auto done = site.json({"learn", "--pending"});
    CHECK(done.at("learned") == 1);
    CHECK(done.at("version") == before + 1);
    CHECK(site.json({"learn", "--pending"}).at("learned") == 0);
    CHECK(site.json({"learn", "--pending"}).at("version") == before + 1);
    const auto versions = site.json({"learn", "versions"});
    CHECK(versions.at(0).at("snapshot") == false);
    CHECK(versions.at(0).at("bytes") < 64 << 10);
    const auto number = [](int version) { return std::to_string(version); };
    CHECK(site.json({"learn", "compare", number(before), number(before + 1)})
              .at("differing_weights") > 0);

    store::Directory directory{site.database_of_tests};
    store::NewEntry entry{.owner = Owner::address("ann@example.org"), .kind = ListKind::Deny};
    entry.sender = parse_sender_pattern("bob@example.com").value();
    entry.origin = store::made_by_link;
    entry.copy = copy;
    const auto made = directory.add_entry(entry, owner).value().entry;
    done = site.json({"learn", "--pending"});
    CHECK(done.at("learned") == 1);
    CHECK(done.at("taken_back") == 1);
    directory.remove_entry(made.id, owner);
    done = site.json({"learn", "--pending"});
    CHECK(done.at("learned") == 0);
    CHECK(done.at("taken_back") == 1);
    CHECK(site.json({"learn", "compare", number(before), number(before + 3)})
              .at("differing_weights") == 0);

    CHECK(site.json({"learn", "rollback", number(before + 1)}).at("version") == before + 4);
    CHECK(site.json({"learn", "compare", number(before + 1), number(before + 4)})
              .at("differing_weights") == 0);
    CHECK(site.json({"learn", "--pending"}).at("taken_back") == 1);
    CHECK(site.json({"learn", "compare", number(before), number(before + 5)})
              .at("differing_weights") == 0);
    CHECK(site.ctl({"learn", "rollback", "999"}).code == 69);
    CHECK(site.ctl({"learn", "compare", "x", "1"}).code == 64);
    CHECK(site.ctl({"learn"}).code == 64);
}

TEST_CASE("the status of learning names the tenants that said most", "[tools]")
{
    VotingSite site;
    site.release(site.hold(letter("one")));
    CHECK(site.json({"learn", "status"}).at("tenants").empty());
    REQUIRE(site.ctl({"domain", "add", "other.example", "--tenant", "Other"}).code == 0);
    site.sql(
        "insert into lazaret.vote (tenant_id, account_id, digest, says) select 1, n, "
        "sha256(n::text::bytea), 'ham' from generate_series(1001, 1060) n");
    const auto tenants = site.json({"learn", "status"}).at("tenants");
    REQUIRE(tenants.size() == 1);
    CHECK(tenants.at(0).at("votes") == 61);
    CHECK(tenants.at(0).at("beyond") == 11);
    CHECK(site.ctl({"learn", "status"}).out.find("Votes of today by tenant") != std::string::npos);
}

TEST_CASE("a second trainer waits, and then says to try later", "[tools]")
{
    VotingSite site;
    site.release(site.hold(letter("one")));
    store::Votes first{site.database_of_tests};
    REQUIRE(first.become_trainer(std::chrono::seconds{0}));
    const auto began = std::chrono::steady_clock::now();
    const auto done = site.ctl({"learn", "--pending", "--wait", "1"});
    CHECK(done.code == 75);
    CHECK(done.err.find("another process") != std::string::npos);
    CHECK(std::chrono::steady_clock::now() - began >= std::chrono::seconds{1});
    site.database_of_tests = store::Database{site.database()};
    CHECK(site.json({"learn", "--pending", "--wait", "30"}).at("learned") == 1);
}

TEST_CASE("a trainer that others overtake all the time says to try later", "[tools]")
{
    VotingSite site;
    site.release(site.hold(letter("overtaken")));
    // The account is published before the lesson: then somebody else has learned the vote.
    site.sql(
        "create or replace function lazaret.publish_account(a_tenant int, an_account bigint) "
        "returns void language sql as "
        "'update lazaret.vote set told_since = told_since + 1 where account_id = an_account'");
    const auto done = site.ctl({"learn", "--pending"});
    CHECK(done.code == 75);
    CHECK(done.err.find("others teach the model all the time") != std::string::npos);
}

TEST_CASE("a run that is cut short repeats nothing and loses nothing", "[tools]")
{
    VotingSite site;
    site.release(site.hold(letter("one")));
    site.sql("alter table lazaret.lesson add constraint crash check (learned < 0)");
    CHECK(site.ctl({"learn", "--pending"}).code != 0);
    CHECK(site.json({"learn", "versions"}).empty());
    CHECK(site.json({"learn", "status"}).at("pending").at("ham").at("votes") == 1);
    site.sql("alter table lazaret.lesson drop constraint crash");
    CHECK(site.json({"learn", "--pending"}).at("learned") == 1);
    CHECK(site.json({"learn", "versions"}).size() == 1);
    CHECK(site.json({"learn", "--pending"}).at("learned") == 0);
}

TEST_CASE("a damaged version is left for the one before, and what it learned is learned again",
          "[tools]")
{
    VotingSite site;
    site.release(site.hold(letter("one")));
    CHECK(site.json({"learn", "--pending"}).at("version") == 1);
    site.release(site.hold(test::spam_mail(3)));
    CHECK(site.json({"learn", "--pending"}).at("version") == 2);
    site.sql("update lazaret.model set bytes = 'X' where version = 2");
    CHECK(site.ctl({"learn", "compare", "1", "2"}).code == 69);
    const auto done = site.ctl({"learn", "--pending", "--json"});
    REQUIRE(done.code == 0);
    CHECK(done.err.find("version of the learned model is damaged") != std::string::npos);
    const auto json = Json::parse(done.out);
    CHECK(json.at("learned") == 1);
    CHECK(json.at("version") == 4);  // 3 is 1 again
    CHECK(site.json({"learn", "compare", "1", "3"}).at("differing_weights") == 0);
}

TEST_CASE("a lesson that makes the model worse is not published, and waits", "[tools]")
{
    VotingSite site;
    constexpr std::size_t honest = 260;
    for (std::size_t i = 0; i < honest; ++i) {
        site.vote(test::spam_mail(i), "spam", i);
        site.vote(test::wanted_mail(i), "ham", i + honest);
    }
    site.say_all();
    // Few teach what all share: a model that is sure is not moved by votes against it.
    site.sql(
        "delete from lazaret.vote v using ("
        "  select tenant_id, account_id, digest, "
        "  row_number() over (partition by says order by digest) as place "
        "  from lazaret.vote where not is_held_out) n "
        "where n.place > 8 and v.tenant_id = n.tenant_id and v.account_id = n.account_id "
        "and v.digest = n.digest");
    auto done = site.json({"learn", "--pending"});
    CHECK(done.at("refused") == "");
    const auto good = done.at("version").get<int>();
    auto status = site.json({"learn", "status"});
    const auto& held_out = status.at("last").at("held_out");
    INFO(held_out.dump());
    REQUIRE(held_out.at("spam") >= 20);
    REQUIRE(held_out.at("ham") >= 20);
    CHECK(held_out.at("loss_after") < held_out.at("loss_before"));
    const auto points = site.points(test::spam_mail(1000));
    CHECK(points > 0.5);

    // Many who say the opposite, each from an account of his own.
    for (std::size_t i = 2000; i < 2120; ++i) site.vote(test::spam_mail(i), "ham", i);
    site.say_all();
    const auto refused = site.ctl({"learn", "--pending", "--json"});
    INFO(refused.err);
    REQUIRE(refused.code == 0);
    done = Json::parse(refused.out);
    // Those that are held out move only what counts for their accounts: they do not wait.
    CHECK(done.at("version") == good + 1);
    CHECK(done.at("learned") > 0);
    CHECK(done.at("learned") < 40);
    CHECK(done.at("refused") != "");
    CHECK(refused.err.find("level=warning") != std::string::npos);
    status = site.json({"learn", "status"});
    CHECK(status.at("last_refusal").at("reason") == done.at("refused"));
    CHECK(site.json({"learn", "--pending"}).at("refused") == "");
    CHECK(site.points(test::spam_mail(1000)) == points);

    // Somebody among those who had taught it thinks otherwise now. What he had said is taken back
    // at once, though what he says is refused with the rest; so what he says later is learned.
    site.sql(
        "update lazaret.vote set says = 'ham' where (account_id, digest) = (select account_id, "
        "digest from lazaret.vote where told = 'spam' and not is_held_out order by 2 limit 1)");
    const auto next_day = "update lazaret.vote set tried = tried - interval '25 hours'";
    site.sql(next_day);
    done = site.json({"learn", "--pending"});
    CHECK(done.at("refused") != "");
    CHECK(done.at("learned") == 0);
    CHECK(done.at("taken_back") == 1);
    CHECK(site.points(test::spam_mail(1000)) < points);
    CHECK(site.json({"learn", "--pending"}).at("taken_back") == 0);
    site.sql("delete from lazaret.vote where account_id >= 3000");
    site.sql("update lazaret.vote set says = 'spam' where says = 'ham' and refusals > 0");
    site.sql(next_day);
    done = site.json({"learn", "--pending"});
    CHECK(done.at("refused") == "");
    CHECK(done.at("learned") == 1);
    CHECK(done.at("taken_back") == 0);
}
