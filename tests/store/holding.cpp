#include <atomic>
#include <limits>
#include <mutex>
#include <set>
#include <thread>

#include "quarantine-store/keeper.hpp"
#include "quarantine-store/quarantine.hpp"
#include "quarantine-store/schema.hpp"
#include "quarantine-store/upkeep.hpp"
#include "tests/store/cluster.hpp"
#include "tests/store/samples.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/print.hpp"

using namespace lazaret;
using namespace lazaret::test;
using namespace std::chrono_literals;
using std::chrono::days;

TEST_CASE("everything recorded of a held message is shown again", "[store]")
{
    const auto config = fresh_database();
    const auto keeper = store::make_keeper(as_role(config, "lazaret_milter"), 1);
    const SampleMail sample{1};
    const auto copy = sample_copy("Bob+news@example.com");
    keeper->hold(sample.mail, std::vector{copy});

    store::Database database{as_role(config, "lazaret_admin")};
    store::Quarantine quarantine{database};
    const auto found = quarantine.find(copy.reference);
    REQUIRE(found);
    CHECK(found->digest == sample.mail.digest);
    CHECK(found->summary.received == sample.mail.received);
    CHECK(found->summary.recipient == "Bob+news@example.com");
    CHECK(found->summary.sender == "ada@example.org");
    CHECK(found->summary.from == sample.mail.from);
    CHECK(found->summary.subject == sample.mail.subject);
    CHECK(found->summary.verdict == Class::Spam);
    CHECK(found->summary.score == 5.75);
    CHECK(found->summary.expires == copy.expires);
    CHECK_FALSE(found->summary.legal_hold);
    CHECK(found->summary.size == sample.bytes.size());
    CHECK(found->client_ip == "192.0.2.7");
    CHECK(found->list_id == "news.example.org");
    CHECK(found->eight_bit);
    CHECK_FALSE(found->utf8);
    CHECK(found->hits == sample.mail.hits);
    CHECK(found->explanation == copy.explanation);
    CHECK(found->preview == sample.mail.preview);
    CHECK(quarantine.bytes(copy.reference) == sample.bytes);
    CHECK_FALSE(quarantine.find(Reference::random()));
    CHECK_FALSE(quarantine.bytes(Reference::random()));
}

TEST_CASE("a copy keeps the points that its recipient's settings gave", "[store]")
{
    const auto config = fresh_database();
    const auto keeper = store::make_keeper(as_role(config, "lazaret_milter"), 1);
    const SampleMail sample{1};
    std::vector copies = {sample_copy("a@example.com"), sample_copy("b@example.com"),
                          sample_copy("c@example.com")};
    copies[1].own_hits = {{"LEARNED_SPAM", 9.5, "why", Translations{{{"de", "warum"}}}}};
    copies[2].own_hits.emplace();  // all were taken off
    keeper->hold(sample.mail, copies);

    store::Database database{config};
    store::Quarantine quarantine{database};
    CHECK(quarantine.find(copies[0].reference)->hits == sample.mail.hits);
    CHECK(quarantine.find(copies[1].reference)->hits == *copies[1].own_hits);
    CHECK(quarantine.find(copies[2].reference)->hits.empty());

    // A retry is judged anew.
    auto again = sample_copy("b@example.com");
    again.own_hits = {{"FORGED", 0.5, "now"}};
    keeper->hold(sample.mail, std::vector{again});
    CHECK(quarantine.find(copies[1].reference)->hits == *again.own_hits);
    keeper->hold(sample.mail, std::vector{sample_copy("b@example.com")});
    CHECK(quarantine.find(copies[1].reference)->hits == sample.mail.hits);
}

TEST_CASE("what no text can hold is held all the same", "[store]")
{
    const auto config = fresh_database();
    const auto keeper = store::make_keeper(config, 1);
    SampleMail sample{1};
    const auto nasty = std::string{"\xff\xfe \0 \x01\r\n '); drop table", 22};
    sample.mail.from = sample.mail.subject = sample.mail.helo = sample.mail.sender = nasty;
    sample.mail.list_id = sample.mail.queue_id = nasty;
    sample.mail.hits = {{nasty, std::numeric_limits<double>::quiet_NaN(), nasty}};
    sample.mail.preview.text = sample.mail.preview.html = nasty;
    sample.mail.preview.parts = {{nasty, nasty, 1, nasty}};
    sample.mail.preview.link_hosts = {nasty};
    auto copy = sample_copy(nasty);
    copy.score = std::numeric_limits<double>::infinity();
    copy.explanation.note = nasty;
    CHECK(keeper->hold(sample.mail, std::vector{copy}).at(0) == copy.reference);
    CHECK(keeper->hold(sample.mail, std::vector{sample_copy(nasty)}).at(0) == copy.reference);

    const std::string long_address = std::string(5000, 'x') + "@example.com";
    auto long_copy = sample_copy(long_address);
    CHECK(keeper->hold(sample.mail, std::vector{long_copy}).at(0) == long_copy.reference);

    sample.bytes.clear();
    sample.mail.bytes = sample.bytes;
    sample.mail.digest = digest_number(2);
    const auto empty = sample_copy("a@example.com");
    keeper->hold(sample.mail, std::vector{empty});
    store::Database database{config};
    CHECK(store::Quarantine{database}.bytes(empty.reference) == "");
}

TEST_CASE("held mail is listed by who, when, class and state", "[store]")
{
    const auto config = fresh_database();
    const auto keeper = store::make_keeper(config, 1);
    const auto put = [&](int number, const std::string& recipient, const std::string& mailbox,
                         Class verdict) {
        const SampleMail sample{number};
        auto copy = sample_copy(recipient);
        copy.mailbox = mailbox;
        copy.verdict = verdict;
        keeper->hold(sample.mail, std::vector{copy});
        return copy.reference;
    };
    const auto one = put(1, "bob@example.com", "bob@example.com", Class::Spam);
    const auto two = put(2, "bob+x@example.com", "bob@example.com", Class::Newsletter);
    const auto three = put(3, "eve@example.net", "eve@example.net", Class::Spam);

    store::Database database{config};
    store::Quarantine quarantine{database};
    const auto listed = [&](const store::HeldFilter& filter) {
        std::vector<Reference> all;
        for (const auto& copy : quarantine.list(filter)) all.push_back(copy.reference);
        return all;
    };
    using All = std::vector<Reference>;
    CHECK(listed({}) == All{three, two, one});
    CHECK(listed({.limit = 2}) == All{three, two});
    CHECK(listed({.recipient = "BOB@example.com"}) == All{two, one});
    CHECK(listed({.recipient = "bob+x@example.com"}) == All{two});
    CHECK(listed({.recipient = "@example.net"}) == All{three});
    CHECK(listed({.recipient = "@ample.net"}) == All{});
    CHECK(listed({.verdict = Class::Newsletter}) == All{two});
    CHECK(listed({.since = system_now() + 1h}) == All{});
    CHECK(listed({.state = store::CopyState::Released}) == All{});

    const store::Actor ada{"ada", "test"};
    CHECK(quarantine.remove(two, ada).value().state == store::CopyState::Deleted);
    CHECK(quarantine.remove(two, ada).value().state == store::CopyState::Deleted);
    CHECK(quarantine.remove(Reference::random(), ada).error() == store::DeedFault::Unknown);
    CHECK(listed({}) == All{three, one});
    CHECK(listed({.state = std::nullopt}).size() == 3);
}

TEST_CASE("a message tried by many sessions at once is held once", "[store]")
{
    const auto config = fresh_database();
    const auto keeper = store::make_keeper(config, 8);
    const SampleMail sample{1};
    std::vector<std::jthread> sessions;
    std::mutex lock;
    std::set<std::string> references;
    for (int at = 0; at < 8; ++at)
        sessions.emplace_back([&] {
            const auto got = keeper->hold(sample.mail, std::vector{sample_copy("a@example.com"),
                                                                   sample_copy("b@example.com")});
            std::lock_guard hold{lock};
            references.insert(got.at(0).text() + ' ' + got.at(1).text());
        });
    sessions.clear();
    CHECK(references.size() == 1);
    Sql sql{config.connection};
    CHECK(sql.one("select count(*) from lazaret.held_copy") == "2");
    CHECK(sql.one("select count(*) from lazaret.held_mail") == "1");
}

TEST_CASE("messages to the same new people do not deadlock", "[store]")
{
    const auto config = fresh_database();
    const auto keeper = store::make_keeper(config, 8);
    std::atomic<int> failed = 0;
    {
        std::vector<std::jthread> sessions;
        for (int at = 0; at < 8; ++at)
            sessions.emplace_back([&, at] {
                for (int round = 0; round < 10; ++round) {
                    const SampleMail sample{at * 100 + round};
                    std::vector<HeldCopy> copies;
                    for (int who = 0; who < 5; ++who) {
                        const auto number = at % 2 == 0 ? who : 4 - who;
                        copies.push_back(sample_copy("r" + std::to_string(round) + "." +
                                                     std::to_string(number) + "@example.com"));
                    }
                    try {
                        keeper->hold(sample.mail, copies);
                    } catch (const std::exception&) {
                        ++failed;
                    }
                }
            });
    }
    CHECK(failed == 0);
    Sql sql{config.connection};
    CHECK(sql.one("select count(*) from lazaret.held_copy") == "400");
    CHECK(sql.one("select count(*) from lazaret.address") == "50");
    CHECK(sql.one("select count(*) from lazaret.account") == "50");
}

TEST_CASE("a retry after midnight finds its copy, one after expiry does not", "[store]")
{
    const auto config = fresh_database();
    const auto keeper = store::make_keeper(config, 1);
    const SampleMail sample{1};
    const auto copy = sample_copy("a@example.com", today() + days{14});
    keeper->hold(sample.mail, std::vector{copy});
    CHECK(keeper->hold(sample.mail, std::vector{sample_copy("a@example.com", today() + days{15})})
              .at(0) == copy.reference);

    const auto old = sample_copy("b@example.com", today() - days{1});
    keeper->hold(sample.mail, std::vector{old});
    const auto fresh = sample_copy("b@example.com", today() + days{14});
    CHECK(keeper->hold(sample.mail, std::vector{fresh}).at(0) == fresh.reference);
}

TEST_CASE("a held copy has finite times", "[store]")
{
    const auto config = fresh_database();
    const SampleMail sample{1};
    store::make_keeper(config, 1)->hold(sample.mail, std::vector{sample_copy("a@example.com")});
    Sql sql{config.connection};
    for (const std::string time : {"received", "claimed", "back_at", "changed"})
        for (const std::string value : {"infinity", "-infinity"}) {
            INFO(time << " " << value);
            CHECK_THROWS_AS(sql.run("update lazaret.held_copy set " + time + " = '" + value + "'"),
                            SqlFailed);
        }
    sql.run("update lazaret.held_copy set received = now(), claimed = now(), changed = null");
    // The days that are made from now on ask for the same.
    sql.run("select lazaret.make_expiry_day(current_date + 14)");
    CHECK_THROWS_AS(sql.run("update lazaret.held_copy set received = 'infinity'"), SqlFailed);
}

TEST_CASE("what had infinite times before there was a check is mended", "[store]")
{
    const auto config = fresh_database();
    const SampleMail sample{1};
    const auto reference = store::make_keeper(config, 1)
                               ->hold(sample.mail, std::vector{sample_copy("a@example.com")})
                               .at(0);
    Sql sql{config.connection};
    sql.run("alter table lazaret.held_copy drop constraint held_copy_finite_times");
    sql.run(
        "update lazaret.held_copy set received = 'infinity', claimed = '-infinity', "
        "back_at = 'infinity', changed = 'infinity'");
    {
        // Reading does not fail meanwhile.
        store::Database database{config};
        store::Quarantine quarantine{database};
        REQUIRE(quarantine.list({}).size() == 1);
        CHECK(utc_text(quarantine.find(reference).value().summary.received) ==
              "9999-12-31T23:59:59Z");
    }
    sql.run("delete from lazaret.schema_version where name = '0010_finite_times'");
    CHECK(store::upgrade_schema(config) == std::vector<std::string>{"0010_finite_times"});
    CHECK(sql.one("select isfinite(received) and isfinite(claimed) and back_at is null "
                  "and isfinite(changed) and received <= now() from lazaret.held_copy") == "t");
    CHECK_THROWS_AS(sql.run("update lazaret.held_copy set received = 'infinity'"), SqlFailed);
}
