#include "quarantine-store/notifications.hpp"

#include <algorithm>
#include <functional>
#include <map>

#include "base/error.hpp"
#include "quarantine-store/directory.hpp"
#include "quarantine-store/keeper.hpp"
#include "quarantine-store/notification_bell.hpp"
#include "quarantine-store/reports.hpp"
#include "quarantine-store/upkeep.hpp"
#include "tests/store/cluster.hpp"
#include "tests/store/samples.hpp"
#include "tests/support/catch.hpp"

using namespace lazaret;
using namespace lazaret::test;
using namespace std::chrono_literals;
using store::NotificationKind;

namespace {

const store::Actor root{"root", "lazaretctl"};
const store::Actor ada{"a@example.com", "192.0.2.9", Role::Recipient};

/// A site with a held copy for a@example.com, and each program's role; all have one clock.
struct Scene {
    DatabaseConfig config = fresh_database();
    Moment clock = std::chrono::time_point_cast<Moment::duration>(system_now());
    Now now = [this] { return clock; };
    store::Database admin{as_role(config, "lazaret_admin"), now};
    store::Database portal{as_role(config, "lazaret_portal"), now};
    store::Database mailer{as_role(config, "lazaret_report"), now};
    store::Notifications waiting{mailer};

    Scene() { store::Directory{admin}.add_domain("example.com", "", root); }

    std::vector<store::Notification> claim() { return waiting.claim(waiting.waiting()); }

    Reference hold(int number, const std::string& recipient = "a@example.com")
    {
        const SampleMail sample{number};
        return store::make_keeper(config, 1)
            ->hold(sample.mail, std::vector{sample_copy(recipient)})
            .at(0);
    }
};

/// A copy of a sender whom the account warned of, as the milter holds it.
std::vector<Reference> hold_warned(Scene& scene, int number,
                                   const std::vector<std::string>& recipients = {"a@example.com"})
{
    SampleMail sample{number};
    sample.mail.received = scene.clock;
    std::vector<HeldCopy> copies;
    for (const auto& recipient : recipients) {
        copies.push_back(sample_copy(recipient));
        copies.back().explanation.warned = {9, ListKind::Warn, Owner::site(), "@example.org", ""};
    }
    return store::make_keeper(as_role(scene.config, "lazaret_milter"), 1)
        ->hold(sample.mail, copies);
}

}  // namespace

TEST_CASE("a request is told to the administrator, its answer to who asked", "[store]")
{
    Scene scene;
    store::Directory directory{scene.admin};
    CHECK_FALSE(directory.set(Owner::site(), "time_zone", "Asia/Tokyo", root));
    CHECK_FALSE(directory.set(Owner::domain("example.com"), "time_zone", "Europe/Paris", root));
    store::Requests asking{scene.portal};
    const auto request =
        asking.ask(store::RequestKind::Adjust, scene.hold(1), "please", ada).value();
    // The same asked again is the same request, and is told once.
    asking.ask(store::RequestKind::Adjust, request.copy, "please!", ada).value();
    const auto made = scene.claim();
    REQUIRE(made.size() == 1);
    CHECK(made[0].kind == NotificationKind::RequestMade);
    CHECK(made[0].request.value().comment == "please");
    CHECK(made[0].settings.time_zone == "Asia/Tokyo");
    CHECK(made[0].mailbox == "a@example.com");
    CHECK(made[0].message_id.ends_with("@example.com"));
    scene.waiting.mark_sent(made[0]);
    CHECK(scene.claim().empty());

    store::Requests answering{scene.admin};
    answering.answer(request.id, store::RequestState::Accepted, "yes", root);
    answering.answer(request.id, store::RequestState::Declined, "no", root);
    const auto answered = scene.claim();
    REQUIRE(answered.size() == 1);
    CHECK(answered[0].kind == NotificationKind::RequestAnswered);
    CHECK(answered[0].request.value().answer == "yes");
    CHECK(answered[0].request.value().state == store::RequestState::Accepted);
}

TEST_CASE("a request whose row is damaged hides no other", "[store]")
{
    Scene scene;
    store::Requests asking{scene.portal};
    const auto damaged = asking.ask(store::RequestKind::Adjust, scene.hold(1), "one", ada).value();
    const auto whole = asking.ask(store::RequestKind::Adjust, scene.hold(2), "two", ada).value();
    Sql{scene.config.connection}.run(
        "update lazaret.request set reference = '!!!' where request_id = " +
        std::to_string(damaged.id));
    store::Requests requests{scene.admin};
    const auto listed = requests.list(std::nullopt, 10);
    REQUIRE(listed.size() == 1);
    CHECK(listed[0].id == whole.id);
    CHECK_FALSE(requests.find(damaged.id));
    // Nor is anybody's mail kept back.
    const auto told = scene.claim();
    REQUIRE(told.size() == 2);
    CHECK_FALSE(told[0].request);
    CHECK(told[1].request.value().id == whole.id);
}

TEST_CASE("a notification is one run's at a time, and keeps its Message-ID", "[store]")
{
    Scene scene;
    scene.hold(1);
    store::Notifications{scene.portal}.want_report(1, "a@example.com");
    store::Notifications{scene.portal}.want_report(1, "a@example.com");
    store::Notifications{scene.portal}.want_report(1, "nobody@example.com");
    const auto first = scene.claim();
    REQUIRE(first.size() == 1);
    CHECK(first[0].kind == NotificationKind::ReportNow);
    CHECK(scene.claim().empty());
    scene.clock += store::Reports::forgotten_after;
    const auto second = scene.claim();
    REQUIRE(second.size() == 1);
    CHECK(second[0].message_id == first[0].message_id);
    CHECK(second[0].attempts == 2);
    // Of the one that was given up nothing counts any more.
    scene.waiting.mark_sent(first[0]);
    scene.waiting.mark_failed(second[0], "no route\n");
    const auto status = store::Notifications{scene.admin}.status(10, true);
    REQUIRE(status.size() == 1);
    CHECK(status[0].state == "failed");
    const auto third = scene.claim();
    REQUIRE(third.size() == 1);
    scene.waiting.mark_failed(third[0], "no route");

    scene.clock += store::Notifications::given_up_after;
    CHECK(scene.claim().empty());
    // Unless somebody asks again.
    store::Notifications{scene.portal}.want_report(1, "a@example.com");
    const auto fourth = scene.claim();
    REQUIRE(fourth.size() == 1);
    CHECK(fourth[0].id == first[0].id);
    scene.waiting.mark_failed(fourth[0], "no route");
    scene.clock += store::Notifications::given_up_after;
    // It stays to be seen for two months.
    CHECK(store::Notifications{scene.admin}.status(10, true).size() == 1);
    scene.clock += 24h * 64;
    Sql{scene.config.connection}.run("select lazaret.tidy_notifications(current_date + 67)");
    CHECK(store::Notifications{scene.admin}.status(10, false).empty());
}

TEST_CASE("who turned his reports off is told once that mail is held for him", "[store]")
{
    Scene scene;
    scene.hold(1);
    const auto account =
        store::Directory{scene.admin}.account_of(parse_address("a@example.com").value()).value();
    scene.clock = std::chrono::time_point_cast<Moment::duration>(system_now());
    CHECK(store::Directory{scene.portal}.turn_reports_off(1, account, {"test", "test"}));
    CHECK_FALSE(store::Directory{scene.portal}.turn_reports_off(2, account, {"test", "test"}));
    CHECK(scene.claim().empty());
    CHECK(scene.waiting.status(10, true).empty());
    scene.hold(2);
    scene.clock += 24h * 30;
    // Not by who looks every minute: it is in no hurry.
    CHECK(scene.waiting.waiting(store::Notifications::Looking::AllTheTime).empty());
    const auto told = scene.claim();
    REQUIRE(told.size() == 1);
    CHECK(told[0].kind == NotificationKind::ReportsOff);
    scene.waiting.mark_sent(told[0]);
    scene.hold(3);
    CHECK(scene.claim().empty());
}

TEST_CASE("a notification that nobody could try is not given up", "[store]")
{
    Scene scene;
    scene.hold(1);
    store::Notifications{scene.portal}.want_report(1, "a@example.com");
    scene.clock += store::Notifications::given_up_after + 1h;
    auto first = scene.claim();
    REQUIRE(first.size() == 1);
    CHECK(scene.waiting.still_ours(first[0]));
    scene.clock += store::Reports::forgotten_after;
    const auto second = scene.claim();
    REQUIRE(second.size() == 1);
    CHECK_FALSE(scene.waiting.still_ours(first[0]));
    scene.waiting.mark_failed(second[0], "no answer", true);
    const auto third = scene.claim();
    REQUIRE(third.size() == 1);
    CHECK(third[0].doubts == 1);
    scene.waiting.mark_failed(third[0], "no route");
    scene.clock += store::Notifications::given_up_after;
    CHECK(scene.claim().empty());
}

TEST_CASE("what waited for two months is forgotten", "[store]")
{
    Scene scene;
    scene.hold(1);
    store::Notifications{scene.portal}.want_report(1, "a@example.com");
    Sql{scene.config.connection}.run("select lazaret.tidy_notifications(current_date + 67)");
    CHECK(store::Notifications{scene.admin}.status(10, false).empty());
}

TEST_CASE("what was tried least comes first, and what was given back was not tried", "[store]")
{
    Scene scene;
    const std::vector<std::string> people = {"a@example.com", "b@example.com", "c@example.com"};
    for (int number = 0; number < 3; ++number) {
        scene.hold(number, people[static_cast<std::size_t>(number)]);
        store::Notifications{scene.portal}.want_report(1, people[static_cast<std::size_t>(number)]);
    }
    const auto order = [&] {
        std::vector<std::string> all;
        for (const auto& one : scene.claim()) {
            all.push_back(one.mailbox);
            scene.waiting.give_back(one);
        }
        return all;
    };
    CHECK(order() == people);
    CHECK(order() == people);
    CHECK(store::Notifications{scene.admin}.status(10, true).at(0).state == "waiting");

    const auto first = scene.claim();
    REQUIRE(first.size() == 3);
    CHECK(first[0].attempts == 1);
    scene.waiting.mark_failed(first[0], "it broke");
    scene.waiting.give_back(first[1]);
    scene.waiting.give_back(first[2]);
    CHECK(order() == std::vector<std::string>{people[1], people[2], people[0]});
    // What was not tried is not given up; what was is, after its first try.
    scene.clock += store::Notifications::given_up_after;
    CHECK(order() == std::vector<std::string>{people[1], people[2]});
}

TEST_CASE("a held copy of a warned sender is told once, whoever tries again", "[store]")
{
    Scene scene;
    scene.hold(1);
    CHECK(scene.claim().empty());
    const auto first = hold_warned(scene, 2, {"a@example.com", "b@example.com"});
    CHECK(hold_warned(scene, 2, {"a@example.com", "b@example.com"}) == first);
    auto told = scene.claim();
    REQUIRE(told.size() == 2);
    std::ranges::sort(told, {}, &store::Notification::mailbox);
    for (std::size_t at = 0; at < told.size(); ++at) {
        CHECK(told[at].kind == NotificationKind::Warned);
        REQUIRE(told[at].held);
        CHECK(told[at].held->copy.reference == first[at]);
        CHECK(told[at].held->from_address == "ada@example.org");
        CHECK(told[at].held->hits.size() == 2);
        scene.waiting.mark_sent(told[at]);
    }
    CHECK(told[0].mailbox == "a@example.com");
    hold_warned(scene, 2, {"a@example.com"});
    CHECK(scene.claim().empty());
}

TEST_CASE("of a copy that was acted on there is nothing to tell any more", "[store]")
{
    Scene scene;
    const auto reference = hold_warned(scene, 1).at(0);
    REQUIRE(store::Quarantine{scene.admin}.remove(reference, root));
    const auto told = scene.claim();
    REQUIRE(told.size() == 1);
    CHECK_FALSE(told[0].held);
}

TEST_CASE("a flood is told up to a bound, and then in one sentence", "[store]")
{
    Scene scene;
    const auto kinds = [&] {
        std::map<NotificationKind, int> all;
        for (const auto& one : scene.claim()) {
            ++all[one.kind];
            scene.waiting.mark_sent(one);
        }
        return all;
    };
    using Kinds = std::map<NotificationKind, int>;
    for (int number = 0; number < 25; ++number) hold_warned(scene, number);
    hold_warned(scene, 100, {"b@example.com"});
    CHECK(kinds() == Kinds{{NotificationKind::Warned, 21}, {NotificationKind::WarnedMore, 1}});
    for (int number = 25; number < 30; ++number) hold_warned(scene, number);
    CHECK(kinds() == Kinds{});
    scene.clock += 1h;
    hold_warned(scene, 31);
    CHECK(kinds() == Kinds{{NotificationKind::Warned, 1}});
}

TEST_CASE("that more is held is told anew when it could not be told before", "[store]")
{
    Scene scene;
    const auto has_more = [&] {
        bool found = false;
        for (const auto& one : scene.claim()) {
            const bool is_more = one.kind == NotificationKind::WarnedMore;
            found = found || is_more;
            if (is_more) scene.waiting.mark_failed(one, "452 mailbox full", false);
            else scene.waiting.mark_sent(one);
        }
        return found;
    };
    for (int number = 0; number < 25; ++number) hold_warned(scene, number);
    CHECK(has_more());
    scene.clock += store::Notifications::given_up_after + 1h;
    CHECK_FALSE(has_more());
    for (int number = 25; number < 50; ++number) hold_warned(scene, number);
    CHECK(has_more());
}

TEST_CASE("who sends is woken by whatever somebody is to be told", "[store]")
{
    Scene scene;
    const auto reference = scene.hold(1);
    store::NotificationBell bell{as_role(scene.config, "lazaret_report")};
    bell.listen();
    // Long enough for a busy machine; it is what a bell that does not ring would take.
    const auto rings = [&](const std::function<void()>& what) {
        constexpr auto patience = 20s;
        const auto begun = std::chrono::steady_clock::now();
        what();
        bell.wait(patience, -1);
        return std::chrono::steady_clock::now() - begun < patience;
    };
    CHECK(rings([&] { hold_warned(scene, 2); }));
    CHECK(rings([&] { store::Notifications{scene.portal}.want_report(1, "a@example.com"); }));
    // Also when the same is wanted again.
    CHECK(rings([&] { store::Notifications{scene.portal}.want_report(1, "a@example.com"); }));
    CHECK(rings([&] {
        CHECK(store::Requests{scene.portal}.ask(store::RequestKind::Adjust, reference, "", ada));
    }));
    CHECK(rings([&] {
        Sql{as_role(scene.config, "lazaret_portal").connection}.run(
            "select lazaret.ask_password_link('a@example.com', '192.0.2.0/24', now())");
    }));
    CHECK(scene.claim().size() == 4);
}

TEST_CASE("a bell whose connection broke says so, and rings again after that", "[store]")
{
    Scene scene;
    store::NotificationBell bell{as_role(scene.config, "lazaret_report")};
    bell.listen();
    Sql{scene.config.connection}.run(
        "select pg_terminate_backend(pid) from pg_stat_activity "
        "where datname = current_database() and query ilike 'listen%'");
    // The server's last words may come before the end of the connection, and wake, too.
    const auto wait_twice = [&] {
        bell.wait(20s, -1);
        bell.wait(20s, -1);
    };
    CHECK_THROWS_AS(wait_twice(), Error);
    bell.listen();
    hold_warned(scene, 1);
    const auto begun = std::chrono::steady_clock::now();
    bell.wait(20s, -1);
    CHECK(std::chrono::steady_clock::now() - begun < 20s);
}

TEST_CASE("who looks all the time leaves a pause after what failed", "[store]")
{
    using Looking = store::Notifications::Looking;
    Scene scene;
    scene.hold(1);
    store::Notifications{scene.portal}.want_report(1, "a@example.com");
    CHECK(scene.waiting.waiting(Looking::AllTheTime).size() == 1);
    for (const auto pause : {1min, 2min, 4min, 8min, 15min, 15min}) {
        const auto one = scene.claim();
        REQUIRE(one.size() == 1);
        scene.waiting.mark_failed(one[0], "no route");
        CHECK(scene.waiting.waiting().size() == 1);
        scene.clock += pause - 1s;
        CHECK(scene.waiting.waiting(Looking::AllTheTime).empty());
        scene.clock += 1s;
        CHECK(scene.waiting.waiting(Looking::AllTheTime).size() == 1);
    }
}
