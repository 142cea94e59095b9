#include "quarantine-store/release.hpp"

#include <algorithm>
#include <barrier>
#include <mutex>
#include <thread>

#include "base/mail/digest.hpp"
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
        if (away) throw Error{Error::Kind::Unavailable, "nobody listens"};
        if (refusal != 0) throw store::SubmissionRefused{refusal, std::to_string(refusal) + " no"};
        sent.push_back(
            {one.sender, one.recipient, std::string{one.bytes}, one.seal, one.eight_bit});
    }

    std::chrono::milliseconds slowness{0};
    bool away = false;
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
        CHECK(release.sweep(5min).postponed == 1);
        CHECK(quarantine.find(reference)->summary.attempts == 3);
        site.mta.away = false;
        site.mta.refusal = 0;
        CHECK(release.sweep(5min).released == 1);
        CHECK(release.sweep(5min).released == 0);
        const auto after = quarantine.find(reference)->summary;
        CHECK(after.state == CopyState::Released);
        CHECK(after.attempts == 4);
        CHECK(after.last_error.empty());
        CHECK(site.mta.sent.size() == 1);
    }
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
    CHECK(release.sweep(5min).released == 0);
    CHECK(site.mta.sent.empty());
    site.now += 6min;
    CHECK(release.sweep(5min).released == 1);
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
