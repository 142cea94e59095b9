#include <atomic>
#include <mutex>
#include <string>
#include <thread>

#include "base/error.hpp"
#include "quarantine-store/directory.hpp"
#include "quarantine-store/doctor.hpp"
#include "quarantine-store/keeper.hpp"
#include "quarantine-store/quarantine.hpp"
#include "quarantine-store/upkeep.hpp"
#include "tests/store/cluster.hpp"
#include "tests/store/samples.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/print.hpp"

using namespace lazaret;
using namespace lazaret::test;
using namespace std::chrono_literals;
using std::chrono::days;

namespace {

constexpr int default_retention = 14;

// What the tests with a clock of their own need.
constexpr auto any_difference = std::chrono::hours{24 * 10'000};

Now at(Day day)
{
    return [day] { return Moment{day} + 6h; };
}

/// Sessions that hold mail until they are stopped; each message has a copy that expires on each
/// of the given days.
class Holds {
public:
    Holds(const DatabaseConfig& config, std::vector<Day> expiries)
        : keeper_{store::make_keeper(config, 4)}
    {
        for (int session = 0; session < 4; ++session)
            threads_.emplace_back([this, session, expiries](const std::stop_token& stop) {
                for (int round = 0; !stop.stop_requested(); ++round)
                    hold_one(session, round, expiries);
            });
    }

    /// Waits for some holds that began after now.
    void go_on()
    {
        const auto until = done_ + 12;
        while (done_ < until && failed_ == 0) std::this_thread::sleep_for(5ms);
    }

    void stop() { threads_.clear(); }

    /// What went wrong first; empty when nothing did. To be asked after stop().
    const std::string& first_fault() const { return first_fault_; }

    std::atomic<int> done_ = 0;
    std::atomic<int> failed_ = 0;
    std::atomic<int> copies_ = 0;

private:
    void hold_one(int session, int round, const std::vector<Day>& expiries)
    {
        const SampleMail sample{1'000'000 * (session + 1) + round};
        std::vector<HeldCopy> copies;
        for (const auto day : expiries)
            copies.push_back(sample_copy("d" + day_text(day) + "@example.com", day));
        try {
            const auto references = keeper_->hold(sample.mail, copies);
            // Every third is tried again at once, as after an answer that got lost.
            if (round % 3 == 0 && keeper_->hold(sample.mail, copies) != references)
                fail("a retry got other references");
            copies_ += static_cast<int>(copies.size());
            ++done_;
        } catch (const std::exception& error) {
            fail(error.what());
        }
    }

    // Catch's macros are for one thread: the text waits for the main one.
    void fail(const std::string& what)
    {
        const std::lock_guard lock{mutex_};
        if (failed_++ == 0) first_fault_ = what;
    }

    std::unique_ptr<store::Keeper> keeper_;
    std::mutex mutex_;
    std::string first_fault_;
    std::vector<std::jthread> threads_;
};

std::string where_is(Sql& sql, const Reference& reference)
{
    return sql.one("select tableoid::regclass from lazaret.held_copy where reference = '" +
                   reference.text() + "'");
}

}  // namespace

TEST_CASE("an upgrade makes the days that the longest retention needs", "[store]")
{
    const auto config = fresh_database();
    Sql sql{config.connection};
    const auto ahead =
        "select max(day) - (now() at time zone 'UTC')::date from lazaret.days_of('held_copy') as "
        "day";
    CHECK(sql.one(ahead) == std::to_string(default_retention + 2));
    store::Database database{config};
    store::Directory directory{database};
    CHECK_FALSE(directory.set(Owner::site(), "retention.spam", "20", {"ada", "test"}));
    store::UpkeepReport report;
    store::Upkeep{database}.make_partitions(report);
    CHECK(report.days_made == 6);
    CHECK(sql.one(ahead) == "22");
    store::UpkeepReport again;
    store::Upkeep{database}.make_partitions(again);
    CHECK(again.days_made == 0);
}

TEST_CASE("days come and go while mail is being held", "[store]")
{
    const auto config = fresh_database();
    Sql sql{config.connection};
    const auto missing = today() + days{default_retention + 3};  // tomorrow's round makes it
    const auto nearest = today() + days{2};
    Holds holds{as_role(config, "lazaret_milter"), {missing, nearest, today() + days{5}}};
    holds.go_on();
    CHECK(sql.one("select count(*) > 0 from lazaret.held_copy_default") == "t");

    // The next day's partition is made, and what was held for it moves out of the default one.
    store::Database tomorrow{as_role(config, "lazaret_admin"), at(today() + days{1})};
    const auto report = store::Upkeep{tomorrow, any_difference}.run();
    CHECK(report.postponed.empty());
    CHECK(report.days_made == 2);  // of the quarantine, and of the notes
    CHECK(report.rows_moved > 0);
    CHECK(report.dropped.size() == 1);  // today
    holds.go_on();

    // Legal hold in the middle of it, of one that is going to expire.
    const auto kept = sample_copy("kept@example.com", nearest);
    const auto other = sample_copy("other@example.com", nearest);
    const SampleMail evidence{1};
    store::make_keeper(config, 1)->hold(evidence.mail, std::vector{kept, other});
    CHECK(store::Upkeep{tomorrow, any_difference}.set_legal_hold(kept.reference, true,
                                                                 {"ada", "test"}));

    // Expiry by DROP of the day on which holds are being put at this moment.
    store::Database later{as_role(config, "lazaret_admin"), at(nearest + days{1})};
    const auto dropped = store::Upkeep{later, any_difference}.run();
    CHECK(dropped.postponed.empty());
    CHECK(dropped.dropped.size() == 2);
    holds.go_on();
    holds.stop();
    INFO(holds.first_fault());
    CHECK(holds.failed_ == 0);

    store::Quarantine quarantine{later};
    REQUIRE(quarantine.find(kept.reference));
    CHECK(quarantine.find(kept.reference)->summary.legal_hold);
    CHECK(quarantine.find(kept.reference)->summary.expires == nearest);
    CHECK(quarantine.bytes(other.reference) == evidence.bytes);
    // Two of three copies of each message are still to expire, and every one has its bytes.
    const auto alive =
        "from lazaret.held_copy h where expires > (now() at time zone 'UTC')::date + 2 and expires "
        "< '5000-01-01'";
    CHECK(sql.one(std::string{"select count(*) "} + alive) == std::to_string(holds.done_ * 2));
    CHECK(sql.one(std::string{"select count(*) "} + alive +
                  " and not exists (select from lazaret.held_mail m where m.tenant_id = "
                  "h.tenant_id and m.digest = h.digest and m.expires = h.expires)") == "0");
    CHECK(sql.one("select count(*) from (select digest, recipient_key, count(*) from "
                  "lazaret.held_copy where expires > (now() at time zone 'UTC')::date + 2 group by "
                  "1, 2 having "
                  "count(*) > 1) x") == "0");
}

TEST_CASE("a legal hold is lifted to a day that is still to come", "[store]")
{
    const auto config = fresh_database();
    const SampleMail sample{1};
    const auto copy = sample_copy("a@example.com", today() + days{1});
    store::make_keeper(config, 1)->hold(sample.mail, std::vector{copy});
    const store::Actor ada{"ada", "test"};
    Sql sql{config.connection};

    store::Database now{config};
    store::Upkeep upkeep{now};
    CHECK(upkeep.set_legal_hold(copy.reference, true, ada));
    CHECK(upkeep.set_legal_hold(copy.reference, true, ada));
    CHECK(where_is(sql, copy.reference) == "lazaret.held_copy_legal");
    CHECK_FALSE(upkeep.set_legal_hold(Reference::random(), true, ada));
    CHECK(store::Quarantine{now}.remove(copy.reference, ada).error() ==
          store::DeedFault::LegalHold);
    // A retry still finds it.
    CHECK(store::make_keeper(config, 1)
              ->hold(sample.mail, std::vector{sample_copy("a@example.com")})
              .at(0) == copy.reference);

    store::Database later{config, at(today() + days{5})};
    CHECK(store::Upkeep{later, any_difference}.set_legal_hold(copy.reference, false, ada));
    const auto back = store::Quarantine{later}.find(copy.reference);
    REQUIRE(back);
    CHECK(back->summary.expires == today() + days{6});
    CHECK_FALSE(back->summary.legal_hold);
    CHECK(store::Quarantine{later}.bytes(copy.reference) == sample.bytes);
    CHECK(sql.one("select count(*) from lazaret.held_mail") == "1");
}

TEST_CASE("a day with a copy on its way to the mail server is not dropped", "[store]")
{
    const auto config = fresh_database();
    const SampleMail sample{1};
    const auto copy = sample_copy("a@example.com", today());
    store::make_keeper(config, 1)->hold(sample.mail, std::vector{copy});
    Sql sql{config.connection};
    sql.run("update lazaret.held_copy set state = 'releasing', claimed = now()");
    store::Database tomorrow{config, at(today() + days{1})};
    const auto report = store::Upkeep{tomorrow, any_difference}.run();
    CHECK(report.dropped.empty());
    REQUIRE(report.postponed.size() == 1);
    CHECK(report.postponed[0].find("on their way") != std::string::npos);
    CHECK(store::Quarantine{tomorrow}.bytes(copy.reference) == sample.bytes);

    sql.run("update lazaret.held_copy set state = 'released'");
    CHECK(store::Upkeep{tomorrow, any_difference}.run().dropped.size() == 1);
    CHECK_FALSE(store::Quarantine{tomorrow}.find(copy.reference));
}

TEST_CASE("what upkeep did before a step failed is told", "[store]")
{
    const auto config = fresh_database();
    store::make_keeper(config, 1)->hold(SampleMail{1}.mail,
                                        std::vector{sample_copy("a@example.com", today())});
    Sql sql{config.connection};
    sql.run("alter function lazaret.tidy_reports(date) rename to tidy_no_reports");
    store::Database tomorrow{config, at(today() + days{1})};
    store::UpkeepReport report;
    CHECK_THROWS_AS((store::Upkeep{tomorrow, any_difference}.run(report)), Error);
    CHECK(report.days_made > 0);
    CHECK(report.dropped.size() == 1);
}

TEST_CASE("upkeep gives up on a table that somebody keeps locked, and says so", "[store]")
{
    const auto config = fresh_database();
    Sql reader{config.connection};
    reader.run("begin");
    reader.run("select * from lazaret.held_copy");
    store::Database tomorrow{config, at(today() + days{1})};
    store::UpkeepReport report;
    store::Upkeep{tomorrow, any_difference}.drop_expired(report);
    CHECK(report.dropped.empty());
    CHECK(report.postponed.size() == 1);
    reader.run("commit");
    store::Upkeep{tomorrow, any_difference}.drop_expired(report);
    CHECK(report.dropped.size() == 1);
}

TEST_CASE("a copy on legal hold moves with its place for retries, and expires with neither",
          "[store]")
{
    const auto config = fresh_database();
    const SampleMail sample{1};
    const auto copy = sample_copy("a@example.com", today());
    store::make_keeper(config, 1)->hold(sample.mail, std::vector{copy});
    store::Database now{config};
    CHECK(store::Upkeep{now}.set_legal_hold(copy.reference, true, {"ada", "test"}));
    store::Database tomorrow{config, at(today() + days{1})};
    store::Upkeep{tomorrow, any_difference}.run();
    CHECK(store::make_keeper(config, 1)
              ->hold(sample.mail, std::vector{sample_copy("a@example.com")})
              .at(0) == copy.reference);
    CHECK(Sql{config.connection}.one("select count(*) from lazaret.waiting") == "1");
}

TEST_CASE("what expired is no longer looked for", "[store]")
{
    const auto config = fresh_database();
    const SampleMail sample{1};
    store::make_keeper(config, 1)->hold(
        sample.mail, std::vector{sample_copy("a@example.com", today()),
                                 sample_copy("b@example.com", today() + days{1})});
    store::Database tomorrow{config, at(today() + days{1})};
    store::Upkeep{tomorrow, any_difference}.run();
    CHECK(Sql{config.connection}.one("select string_agg(recipient_key, ' ') from "
                                     "lazaret.waiting") == "b@example.com");
}

TEST_CASE("a hold touches its own day, however many there are", "[store]")
{
    const auto config = fresh_database();
    store::Database database{config};
    store::Directory directory{database};
    CHECK_FALSE(directory.set(Owner::site(), "retention.spam", "90", {"ada", "test"}));
    store::UpkeepReport report;
    store::Upkeep{database}.make_partitions(report);
    CHECK(report.days_made == 76);

    Sql sql{config.connection};
    const auto locks = [&](const std::string& copies) {
        sql.run("begin");
        sql.run(
            "select lazaret.hold(current_date, '\\x01', 'bytes', 0, "
            "'{\"queue_id\":\"\",\"client_ip\":\"\",\"helo\":\"\",\"sender\":\"\",\"eight_bit\":"
            "true,\"utf8\":false,\"from\":\"\",\"from_address\":\"\",\"subject\":\"\",\"list_id\":"
            "\"\",\"seal_of\":\"\"}', '[]', '{}', '', '" +
            copies + "')");
        const auto count =
            std::stoi(sql.one("select count(distinct relation) from pg_locks where "
                              "pid = pg_backend_pid() and locktype = 'relation'"));
        sql.run("commit");
        return count;
    };
    const auto one = std::string{R"([{"place":1,"reference":"000000000001","tenant":1,)"} +
                     R"("recipient":"a@example.com","recipient_key":"a@example.com",)" +
                     R"("mailbox":"a@example.com","class":"spam","score":5,"expires":")" +
                     day_text(today() + days{80}) + R"(","explanation":{},"kept":false}])";
    CHECK(locks(one) < 50);
    CHECK(locks(one) < 50);  // found again
    CHECK(sql.one("select count(*) from lazaret.held_copy") == "1");
}

TEST_CASE("a host whose clock is wrong drops nothing", "[store]")
{
    const auto config = fresh_database();
    const SampleMail sample{1};
    const auto copy = sample_copy("a@example.com", today());
    store::make_keeper(config, 1)->hold(sample.mail, std::vector{copy});
    const auto refused = [&](std::chrono::microseconds difference) {
        store::Database other{config, [=] { return system_now() + difference; }};
        try {
            store::Upkeep{other}.run();
        } catch (const Error& error) {
            CHECK(error.kind() == Error::Kind::Setup);
            CHECK(std::string_view{error.hint()}.find("NTP") != std::string_view::npos);
            return true;
        }
        return false;
    };
    CHECK(refused(days{30}));
    CHECK(refused(-days{30}));
    CHECK(refused(61min));
    CHECK_FALSE(refused(0min));
    store::Database database{config};
    CHECK(store::Quarantine{database}.bytes(copy.reference) == sample.bytes);
}

TEST_CASE("notes in the default partitions get their day, and go when they are old", "[store]")
{
    const auto config = fresh_database();
    Sql sql{config.connection};
    const auto note = [&](const std::string& day) {
        for (const std::string table : {"passage", "refusal"})
            sql.run("insert into lazaret." + table +
                    " (at, tenant_id, mailbox, queue_id, sender, client_ip, class, action, score, "
                    "reference, hits, explanation) values (" +
                    day + ", 1, 'a@example.com', '', '', '', 'spam', 'refuse', 7, '', '[]', '{}')");
    };
    note("now() - interval '40 days'");
    note("now() - interval '10 days'");
    CHECK(sql.one("select (select count(*) from lazaret.passage_default) + (select count(*) from "
                  "lazaret.refusal_default)") == "4");
    CHECK(store::examine_database(config).rows_in_default == 4);
    store::Database database{config};
    CHECK(store::Upkeep{database}.run().postponed.empty());
    CHECK(store::examine_database(config).rows_in_default == 0);
    CHECK(sql.one("select count(*) from lazaret.passage") == "1");
    CHECK(sql.one("select count(*) from lazaret.refusal") == "1");
}

TEST_CASE("what is tidied waits for no statement's time, and keeps what was done before", "[store]")
{
    auto config = fresh_database();
    Sql sql{config.connection};
    sql.run(
        "insert into lazaret.deferral (tenant_id, digest, first_seen) values "
        "(1, 'x', now() - interval '40 days'); "
        "create or replace function lazaret.tidy_newsletters(today date) returns bigint "
        "language sql as $$ select 1 + length(pg_sleep(0.6)::text) $$");
    config.statement_timeout = 300ms;
    store::Database database{config};
    store::UpkeepReport report;
    store::Upkeep{database}.tidy(report);
    CHECK(report.notes_removed == 2);

    sql.run(
        "insert into lazaret.deferral (tenant_id, digest, first_seen) values "
        "(1, 'y', now() - interval '40 days'); "
        "create or replace function lazaret.tidy_newsletters(today date) returns bigint "
        "language sql as $$ select 1 / 0 $$");
    CHECK_THROWS_AS(store::Upkeep{database}.tidy(report), Error);
    CHECK(sql.one("select count(*) from lazaret.deferral") == "0");
}

TEST_CASE("old requests and deeds are forgotten, unless their message is held", "[store]")
{
    const auto config = fresh_database();
    Sql sql{config.connection};
    const SampleMail sample{1};
    store::make_keeper(config, 1)->hold(sample.mail, std::vector{sample_copy("a@example.com")});
    const auto held = sql.one("select reference from lazaret.held_copy");
    sql.run(
        "insert into lazaret.audit (tenant_id, at, who, from_where, what, subject, detail) "
        "select 1, now() - make_interval(days => age), 'x', '', 'release', about, age::text "
        "from (values (1099), (1102)) a (age), (values ('gone'), ('" +
        held +
        "')) b (about); "
        "insert into lazaret.request (tenant_id, kind, state, reference, digest, account_id, "
        "recipient, comment, subject, from_text, class, made) "
        "select 1, 'adjust', 'accepted', about, '', 1, 'a@example.com', '', '', '', 'spam', "
        "now() - make_interval(days => age) "
        "from (values (399), (402)) a (age), (values ('gone'), ('" +
        held + "')) b (about)");
    CHECK(sql.one("select lazaret.tidy_old_deeds(current_date)") == "2");
    const std::string left =
        "select string_agg((subject = 'gone')::text || detail, ' ' order by subject = 'gone', "
        "detail) from lazaret.audit where who = 'x'";
    CHECK(sql.one(left) == "false1099 false1102 true1099");
    CHECK(sql.one("select count(*) from lazaret.request") == "3");
    CHECK(sql.one("select count(*) from lazaret.request where reference = 'gone'") == "1");
}

TEST_CASE("lists can be changed while counters are summed", "[store]")
{
    const auto config = fresh_database();
    Sql sql{config.connection};
    Sql other{config.connection};
    sql.run("begin; select lazaret.tidy(current_date)");
    CHECK(other.one("select pg_try_advisory_xact_lock(7230947201)") == "t");
    sql.run("commit; begin; select lazaret.tidy_changes(current_date)");
    CHECK(other.one("select pg_try_advisory_xact_lock(7230947201)") == "f");
}
