#include "quarantine-store/release.hpp"

#include <algorithm>
#include <barrier>
#include <functional>
#include <mutex>
#include <thread>

#include "base/mail/digest.hpp"
#include "quarantine-store/directory.hpp"
#include "quarantine-store/doctor.hpp"
#include "quarantine-store/held_deeds.hpp"
#include "quarantine-store/keeper.hpp"
#include "tests/store/cluster.hpp"
#include "tests/store/samples.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/print.hpp"

using namespace lazaret;
using namespace lazaret::test;
using namespace std::chrono_literals;
using Outcome = store::ReleaseAnswer::Outcome;
using store::CopyState;

namespace {

const store::Actor ada{"ada", "test"};

SealKeys test_keys()
{
    return SealKeys::parse("k1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "test");
}

/// An MTA in memory: takes mail, or answers what the test says.
class MemoryMta final : public store::Submitter {
public:
    struct Sent {
        std::string sender, recipient, bytes, seal;
        bool eight_bit;
    };

    void submit(const store::Submission& one) override
    {
        std::this_thread::sleep_for(slowness);
        std::lock_guard hold{lock_};
        if (away || one.recipient == breaks_for)
            throw Error{Error::Kind::Unavailable, "nobody listens"};
        ++tries;
        if (doubt) throw store::SubmissionInDoubt{"no answer in time"};
        if (on_its_way) on_its_way();
        if (refusal != 0) throw store::SubmissionRefused{refusal, std::to_string(refusal) + " no"};
        sent.push_back(
            {one.sender, one.recipient, std::string{one.bytes}, one.seal, one.eight_bit});
    }

    std::chrono::milliseconds slowness{0};
    bool away = false;
    std::string breaks_for{};            ///< a recipient: the connection ends amid his message
    bool doubt = false;                  ///< takes it, and says nothing
    std::function<void()> on_its_way{};  ///< what happens while the MTA has it
    int tries = 0;                       ///< that reached it
    int refusal = 0;
    std::vector<Sent> sent;

private:
    std::mutex lock_;
};

struct Site {
    DatabaseConfig config = fresh_database();
    MemoryMta mta;
    SealKeys keys = test_keys();
    SampleMail sample{1};
    Moment now = system_now();

    Reference hold(Class verdict = Class::Spam)
    {
        auto copy = sample_copy("bob@example.com");
        copy.verdict = verdict;
        return store::make_keeper(config, 1)->hold(sample.mail, std::vector{copy}).at(0);
    }
    store::Database database()
    {
        return store::Database{as_role(config, "lazaret_admin"), [this] { return now; }};
    }
};

}  // namespace

TEST_CASE("a released message is the one that was received, sealed, to one recipient", "[store]")
{
    Site site;
    const auto reference = site.hold();
    auto database = site.database();
    store::Release release{database, site.mta, site.keys};
    const auto answer = release.release(reference, ada).value();
    CHECK(answer.outcome == Outcome::Released);
    CHECK(answer.copy.state == CopyState::Released);
    REQUIRE(site.mta.sent.size() == 1);
    const auto& sent = site.mta.sent[0];
    CHECK(sent.bytes == site.sample.bytes);
    CHECK(sent.sender == "ada@example.org");
    CHECK(sent.recipient == "bob@example.com");
    CHECK(sent.eight_bit);
    CHECK(check_seal(site.keys, sent.seal, digest_of(sent.bytes, ""), "bob@example.com", site.now));

    // The second click shows what the first one did.
    CHECK(release.release(reference, ada).value().outcome == Outcome::AlreadyReleased);
    CHECK(site.mta.sent.size() == 1);
    CHECK(store::Quarantine{database}.remove(reference, ada).error() == store::DeedFault::TooLate);
    CHECK(release.release(Reference::random(), ada).error() == store::DeedFault::Unknown);

    // The same message, sent again, is held again.
    const auto second = site.hold();
    CHECK(second != reference);
    CHECK(release.release(second, ada).value().outcome == Outcome::Released);
    CHECK(site.mta.sent.size() == 2);
}

TEST_CASE("a release that breaks its connection each time keeps no other waiting", "[store]")
{
    Site site;
    auto database = site.database();
    store::Release release{database, site.mta, site.keys};
    const auto large = site.hold();
    site.mta.breaks_for = "bob@example.com";
    CHECK(release.release(large, ada).value().outcome == Outcome::Postponed);
    const SampleMail letter{2};
    const auto other = store::make_keeper(site.config, 1)
                           ->hold(letter.mail, std::vector{sample_copy("ann@example.com")})
                           .at(0);
    // Its portal has ended before it tried.
    CHECK(store::begin_release(database, other, ada)->outcome == Outcome::Postponed);
    site.now += 1h;
    const auto sweep = release.sweep();
    CHECK(sweep.released == 1);
    CHECK(sweep.postponed == 1);
    REQUIRE(site.mta.sent.size() == 1);
    CHECK(site.mta.sent[0].recipient == "ann@example.com");
}

TEST_CASE("the seal of a long recipient is the one that the milter checks", "[store]")
{
    Site site;
    const auto recipient = "bob+" + std::string(1500, 'x') + "@example.com";
    const auto copy = sample_copy(recipient);
    store::make_keeper(site.config, 1)->hold(site.sample.mail, std::vector{copy});
    auto database = site.database();
    store::Release release{database, site.mta, site.keys};
    CHECK(release.release(copy.reference, ada).value().outcome == Outcome::Released);
    const auto& sent = site.mta.sent.at(0);
    CHECK(check_seal(site.keys, sent.seal, digest_of(sent.bytes, ""),
                     parse_address(recipient).value().key(), site.now));
}

TEST_CASE("who may not release, does not", "[store]")
{
    Site site;
    auto database = site.database();
    store::Release release{database, site.mta, site.keys};
    const auto dangerous = site.hold(Class::Dangerous);
    const store::Actor bob{"bob@example.com", "192.0.2.1", Role::Recipient};
    CHECK(release.release(dangerous, bob).error() == store::DeedFault::NotAllowed);
    CHECK(release.release(dangerous, ada).value().outcome == Outcome::Released);
    const auto virus = site.hold(Class::Virus);
    CHECK(release.release(virus, ada).error() == store::DeedFault::NotAllowed);
    store::Quarantine{database}.remove(virus, ada).value();
    CHECK(release.release(virus, ada).error() == store::DeedFault::Deleted);
    CHECK(site.mta.sent.size() == 1);
}

TEST_CASE("nothing of one customer is released to the next one's people", "[store]")
{
    Site site;
    auto database = site.database();
    store::Directory directory{database};
    const auto hand_on = [&](const std::string& tenant) {
        directory.remove_domain("example.com", ada);
        directory.add_domain("example.com", tenant, ada);
    };
    store::Release release{database, site.mta, site.keys};
    const auto copy = site.hold();
    Sql sql{site.config.connection};
    const store::HeldChoice choice{
        .tenant = 1,
        .account = std::stoll(sql.one("select account_id from lazaret.held_copy")),
        .copies = {copy}};
    hand_on("two");
    CHECK(release.release(copy, ada).error() == store::DeedFault::Elsewhere);
    CHECK(store::begin_releases(database, choice, ada, Deed::Release).empty());
    hand_on("main");
    CHECK(store::begin_releases(database, choice, ada, Deed::Release).size() == 1);
    // On its way when the domain goes: it stays where it is.
    hand_on("two");
    CHECK_FALSE(release.take_up(copy));
    CHECK(site.mta.sent.empty());
    hand_on("main");
    CHECK(release.take_up(copy) == Outcome::Released);
}

TEST_CASE("a release whose domain has gone to another customer ends after five days", "[store]")
{
    Site site;
    auto database = site.database();
    const auto copy = site.hold();
    store::Release release{database, site.mta, site.keys};
    site.mta.refusal = 450;
    CHECK(release.release(copy, ada).value().outcome == Outcome::Postponed);
    store::Directory directory{database};
    directory.remove_domain("example.com", ada);
    directory.add_domain("example.com", "two", ada);
    site.mta.refusal = 0;
    site.now += 24h * 5 - 1min;
    CHECK(release.sweep().all() == 0);
    CHECK(store::Quarantine{database}.find(copy)->summary.state == CopyState::Releasing);
    site.now += 1min;
    CHECK(release.sweep().given_up == 1);
    const auto after = store::Quarantine{database}.find(copy)->summary;
    CHECK(after.state == CopyState::Held);
    CHECK(after.last_error == "its domain is another customer's now");
    CHECK(site.mta.sent.empty());
}

TEST_CASE("two releases at once make one mail", "[store]")
{
    Site site;
    site.mta.slowness = 100ms;
    const auto reference = site.hold();
    std::vector<Outcome> outcomes(4);
    {
        std::barrier start{4};
        std::vector<std::jthread> people;
        for (auto& outcome : outcomes)
            people.emplace_back([&] {
                auto database = site.database();
                store::Release release{database, site.mta, site.keys};
                start.arrive_and_wait();
                outcome = release.release(reference, ada).value().outcome;
            });
    }
    CHECK(site.mta.sent.size() == 1);
    CHECK(std::count(outcomes.begin(), outcomes.end(), Outcome::Released) == 1);
    for (const auto outcome : outcomes)
        CHECK((outcome == Outcome::Released || outcome == Outcome::BeingReleased ||
               outcome == Outcome::AlreadyReleased));
}

TEST_CASE("a second press before the first try is no second release", "[store]")
{
    Site site;
    auto database = site.database();
    const auto reference = site.hold();
    for (int press = 0; press < 3; ++press) {
        const auto answer = store::begin_release(database, reference, ada);
        REQUIRE(answer);
        CHECK(answer->outcome == Outcome::Postponed);
    }
    CHECK(Sql{site.config.connection}.one(
              "select count(*) from lazaret.audit where what = 'release'") == "1");
    store::Release release{database, site.mta, site.keys};
    CHECK(release.take_up(reference) == Outcome::Released);
    CHECK(site.mta.sent.size() == 1);
}

TEST_CASE("a virus goes out to nobody, whatever somebody wrote into the tables", "[store]")
{
    Site site;
    auto database = site.database();
    const auto reference = site.hold(Class::Virus);
    Sql{site.config.connection}.run(
        "update lazaret.held_copy set state = 'releasing', last_error = 'x', claimed = now() - "
        "interval '1 day'");
    store::Release release{database, site.mta, site.keys};
    release.sweep();
    CHECK_FALSE(release.take_up(reference));
    CHECK(site.mta.tries == 0);
    site.now += 24h * 5;
    CHECK(release.sweep().given_up == 1);
    CHECK(store::Quarantine{database}.find(reference)->summary.state == CopyState::Held);
    CHECK(site.mta.tries == 0);
}

TEST_CASE("a release that fails is seen, and the sweeper finishes it", "[store]")
{
    Site site;
    auto database = site.database();
    store::Release release{database, site.mta, site.keys};
    store::Quarantine quarantine{database};
    const auto reference = site.hold();

    struct Row {
        const char* says;
        bool away;
        int refusal;
    };
    const auto row = GENERATE(values<Row>({{"nobody listens", true, 0}, {"451", false, 451}}));
    DYNAMIC_SECTION(row.says)
    {
        site.mta.away = row.away;
        site.mta.refusal = row.refusal;
        const auto answer = release.release(reference, ada).value();
        CHECK(answer.outcome == Outcome::Postponed);
        CHECK(answer.copy.state == CopyState::Releasing);
        CHECK(answer.copy.attempts == 1);
        CHECK(answer.copy.last_error.find(row.says) != std::string::npos);
        // A retry of the sender finds it still.
        CHECK(site.hold() == reference);

        // An attempt that ended is nobody's: the next command or sweep tries again at once.
        CHECK(release.release(reference, ada).value().outcome == Outcome::Postponed);
        CHECK(release.sweep().postponed == 1);
        CHECK(quarantine.find(reference)->summary.attempts == 3);
        site.mta.away = false;
        site.mta.refusal = 0;
        CHECK(release.sweep().released == 1);
        CHECK(release.sweep().released == 0);
        const auto after = quarantine.find(reference)->summary;
        CHECK(after.state == CopyState::Released);
        CHECK(after.attempts == 4);
        CHECK(after.last_error.empty());
        CHECK(site.mta.sent.size() == 1);
    }
}

TEST_CASE("what comes back to the quarantine is not called released", "[store]")
{
    Site site;
    const auto reference = site.hold();
    auto database = site.database();
    store::Release release{database, site.mta, site.keys};

    // The milter does not believe the seal, and judges the mail as a stranger's.
    site.mta.on_its_way = [&] { CHECK(site.hold(Class::Virus) == reference); };
    const auto answer = release.release(reference, ada).value();
    CHECK(answer.outcome == Outcome::CameBack);
    CHECK(answer.copy.state == CopyState::Held);
    CHECK(answer.copy.verdict == Class::Spam);
    CHECK(answer.copy.last_error.find("its seal was not believed") != std::string::npos);

    // Changed on its way, it comes back as another message; the seal says which it was.
    site.mta.on_its_way = [&] {
        SampleMail changed{2};
        changed.mail.seal_of = seal_reference(make_seal(site.keys, {}, "x", site.now, reference));
        store::make_keeper(site.config, 1)
            ->hold(changed.mail, std::vector{sample_copy("bob@example.com")});
    };
    CHECK(release.release(reference, ada).value().outcome == Outcome::CameBack);
    CHECK(store::Quarantine{database}.list({}).size() == 2);

    site.mta.on_its_way = {};
    CHECK(release.release(reference, ada).value().outcome == Outcome::Released);
    CHECK(seal_reference(site.mta.sent.back().seal) == reference);
}

TEST_CASE("a copy between two tries is found by a retry, and stays on its way", "[store]")
{
    Site site;
    const auto reference = site.hold();
    auto database = site.database();
    store::Release release{database, site.mta, site.keys};
    site.mta.refusal = 451;
    CHECK(release.release(reference, ada).value().outcome == Outcome::Postponed);
    CHECK(site.hold() == reference);
    site.mta.refusal = 0;
    CHECK(release.sweep().released == 1);
}

TEST_CASE("a release that may have been delivered is not tried for ever", "[store]")
{
    Site site;
    const auto reference = site.hold();
    auto database = site.database();
    store::Release release{database, site.mta, site.keys};
    site.mta.doubt = true;
    CHECK(release.release(reference, ada).value().outcome == Outcome::Postponed);
    CHECK(release.sweep().postponed == 1);
    CHECK(release.sweep().given_up == 1);
    CHECK(release.sweep().all() == 0);
    const auto copy = store::Quarantine{database}.find(reference)->summary;
    CHECK(copy.state == CopyState::Held);
    CHECK(copy.last_error.find("no answer in time") != std::string::npos);
}

TEST_CASE("only doubts since somebody asked count as doubts, however often it was tried", "[store]")
{
    Site site;
    const auto reference = site.hold();
    auto database = site.database();
    store::Release release{database, site.mta, site.keys};
    const auto press = [&] { return release.release(reference, ada).value().outcome; };
    site.mta.away = true;
    CHECK(press() == Outcome::Postponed);
    for (int sweep = 0; sweep < 3; ++sweep) CHECK(release.sweep().postponed == 1);
    site.mta.away = false;
    site.mta.doubt = true;
    CHECK(release.sweep().postponed == 1);
    CHECK(release.sweep().postponed == 1);
    CHECK(release.sweep().given_up == 1);

    // Who asks once more has three again; by one message, or by many at once.
    CHECK(press() == Outcome::Postponed);
    CHECK(release.sweep().postponed == 1);
    CHECK(release.sweep().given_up == 1);
    const auto copy = store::Quarantine{database}.find(reference)->summary;
    const auto account =
        std::stoll(Sql{site.config.connection}.one("select account_id from lazaret.held_copy"));
    const store::HeldChoice choice{copy.tenant, account, {reference}, false};
    CHECK(store::begin_releases(database, choice, ada, Deed::Release).size() == 1);
    CHECK(release.sweep().postponed == 1);
    site.mta.doubt = false;
    CHECK(release.sweep().released == 1);
}

TEST_CASE("a mail server that always says later ends the release after five days", "[store]")
{
    Site site;
    const auto reference = site.hold();
    auto database = site.database();
    store::Release release{database, site.mta, site.keys};
    site.mta.refusal = 450;
    CHECK(release.release(reference, ada).value().outcome == Outcome::Postponed);
    site.now += 24h * 5 - 1min;
    CHECK(release.sweep().postponed == 1);
    site.now += 1min;
    CHECK(release.sweep().given_up == 1);
    CHECK(store::Quarantine{database}.find(reference)->summary.state == CopyState::Held);

    // A person who asks again has five days more.
    CHECK(release.release(reference, ada).value().outcome == Outcome::Postponed);
    CHECK(store::Quarantine{database}.remove(reference, ada).value().state == CopyState::Deleted);
    CHECK(release.sweep().all() == 0);
}

TEST_CASE("the doctor sees a release that hangs, however often it is tried", "[store]")
{
    Site site;
    const auto reference = site.hold();
    auto database = site.database();
    store::Release release{database, site.mta, site.keys};
    const auto hanging = [&] { return store::examine_database(site.config).releasing_too_long; };
    site.mta.refusal = 451;
    site.now = system_now() - 2h;
    CHECK(release.release(reference, ada).value().outcome == Outcome::Postponed);
    site.now = system_now();
    CHECK(release.sweep().postponed == 1);
    CHECK(hanging() == 1);
    // Asked for again just now: it has an hour, and as many tries as that takes.
    CHECK(release.release(reference, ada).value().outcome == Outcome::Postponed);
    CHECK(hanging() == 0);
    for (int sweep = 0; sweep < 3; ++sweep) CHECK(release.sweep().postponed == 1);
    CHECK(hanging() == 0);
}

TEST_CASE("a sweep ends at the first that finds the mail server away", "[store]")
{
    Site site;
    auto database = site.database();
    store::Release release{database, site.mta, site.keys};
    site.mta.away = true;
    for (int number = 1; number <= 3; ++number) {
        const SampleMail mail{number};
        const auto copy = sample_copy("bob@example.com");
        store::make_keeper(site.config, 1)->hold(mail.mail, std::vector{copy});
        CHECK(release.release(copy.reference, ada).value().outcome == Outcome::Postponed);
    }
    CHECK(release.sweep().postponed == 1);
    site.mta.away = false;
    site.mta.refusal = 451;
    CHECK(release.sweep().postponed == 3);
}

TEST_CASE("a release that was cut off by a crash is finished when it is old enough", "[store]")
{
    Site site;
    auto database = site.database();
    store::Release release{database, site.mta, site.keys};
    const auto reference = site.hold();
    Sql{site.config.connection}.run(
        "update lazaret.held_copy set state = 'releasing', attempts = 1, claimed = now()");
    site.now = system_now();
    CHECK(release.release(reference, ada).value().outcome == Outcome::BeingReleased);
    CHECK(release.sweep().released == 0);
    site.now += 20min;  // a slow mail server may be at it still
    CHECK(release.sweep().released == 0);
    CHECK(site.mta.sent.empty());
    site.now += 30min;
    CHECK(release.sweep().released == 1);
    CHECK(site.mta.sent.size() == 1);
    CHECK(store::Quarantine{database}.find(reference)->summary.state == CopyState::Released);
}

TEST_CASE("what the mail server refuses for good is held again, with its words", "[store]")
{
    Site site;
    auto database = site.database();
    store::Release release{database, site.mta, site.keys};
    const auto reference = site.hold();
    site.mta.refusal = 550;
    const auto answer = release.release(reference, ada).value();
    CHECK(answer.outcome == Outcome::Refused);
    CHECK(answer.copy.state == CopyState::Held);
    CHECK(answer.copy.last_error.find("550 no") != std::string::npos);
    site.mta.refusal = 0;
    CHECK(release.release(reference, ada).value().outcome == Outcome::Released);
}

TEST_CASE("a copy whose release failed counts as come back", "[store]")
{
    Site site;
    auto database = site.database();
    store::Release release{database, site.mta, site.keys};
    const auto reference = site.hold();
    const auto back = [&] {
        return Sql{site.config.connection}.one(
            "select coalesce(lazaret.micros(back_at)::text, '') from lazaret.held_copy");
    };
    site.mta.refusal = 451;
    CHECK(release.release(reference, ada).value().outcome == Outcome::Postponed);
    CHECK(back() == "");
    site.now += 24h * 6;
    CHECK(release.sweep().given_up == 1);
    CHECK(back() == std::to_string(site.now.time_since_epoch().count()));
}

TEST_CASE("a sweep begins no further copy when its time is over", "[store]")
{
    Site site;
    auto database = site.database();
    store::Release release{database, site.mta, site.keys};
    site.mta.refusal = 451;
    for (int number = 1; number <= 3; ++number) {
        const SampleMail mail{number};
        const auto copy = sample_copy("bob@example.com");
        store::make_keeper(site.config, 1)->hold(mail.mail, std::vector{copy});
        CHECK(release.release(copy.reference, ada).value().outcome == Outcome::Postponed);
    }
    site.mta.refusal = 0;
    site.mta.on_its_way = [&] { site.now += store::Release::sweep_time - 1s; };
    CHECK(release.sweep().released == 2);
    CHECK(release.sweep().released == 1);
}
