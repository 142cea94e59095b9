#include "quarantine-store/reports.hpp"

#include <thread>

#include "base/error.hpp"
#include "quarantine-store/directory.hpp"
#include "quarantine-store/keeper.hpp"
#include "quarantine-store/quarantine.hpp"
#include "quarantine-store/requests.hpp"
#include "tests/store/cluster.hpp"
#include "tests/store/samples.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/print.hpp"

using namespace lazaret;
using namespace lazaret::test;
using namespace std::chrono_literals;

namespace {

const store::Actor root{"root", "lazaretctl"};
const store::Actor ada{"a@example.com", "192.0.2.9", Role::Recipient};

/// A database that protects example.com.
DatabaseConfig protected_database()
{
    const auto config = fresh_database();
    store::Database database{config};
    store::Directory{database}.add_domain("example.com", "", root);
    return config;
}

Reference hold(const DatabaseConfig& config, int number, const std::string& recipient,
               Class verdict = Class::Spam, double score = 5.75)
{
    const SampleMail sample{number};
    auto copy = sample_copy(recipient);
    copy.verdict = verdict;
    copy.score = score;
    return store::make_keeper(config, 1)->hold(sample.mail, std::vector{copy}).at(0);
}

store::ReportTask wanted_for(const store::ReportAccount& account, Moment end,
                             const std::string& message_id = "")
{
    return {account.tenant, account.account, {account.last_end, end}, message_id};
}

}  // namespace

TEST_CASE("a period is reported once, and the next begins where it ended", "[store]")
{
    const auto config = protected_database();
    hold(config, 1, "a@example.com");
    store::Database database{as_role(config, "lazaret_report")};
    store::Reports reports{database};
    const auto accounts = reports.accounts(0, 0, 10);
    REQUIRE(accounts.size() == 1);
    CHECK(accounts[0].addresses == std::vector<std::string>{"a@example.com"});
    CHECK(accounts[0].has_news);
    CHECK_FALSE(accounts[0].last_end);
    const auto end = std::chrono::time_point_cast<Moment::duration>(system_now() + 1s);
    const auto tasks = reports.claim({wanted_for(accounts[0], end)});
    REQUIRE(tasks.size() == 1);
    CHECK(tasks[0].message_id.ends_with("@example.com"));
    CHECK(tasks[0].attempts == 1);
    CHECK(reports.claim({wanted_for(accounts[0], end)}).empty());
    CHECK(reports.content(1, tasks[0].account, tasks[0].period, 10).rows.size() == 1);
    reports.mark_sent(tasks[0], 1);
    CHECK(reports.accounts(0, 0, 10).empty());
    const auto after = reports.account_of(*parse_address("A+x@example.com"));
    REQUIRE(after);
    CHECK(after->last_end == end);
    CHECK_FALSE(after->has_news);
    // Neither the same period, nor one that has a part of it, nor one with a gap.
    CHECK(reports.claim({wanted_for(accounts[0], end)}).empty());
    CHECK(reports.claim({wanted_for(accounts[0], end + 1h)}).empty());
    auto gap = wanted_for(*after, end + 2h);
    gap.period.begin = end + 1h;
    CHECK(reports.claim({gap}).empty());
    const auto next = reports.claim({wanted_for(*after, end + 1h)});
    REQUIRE(next.size() == 1);
    reports.mark_empty(next[0]);
    CHECK(reports.account_of(*parse_address("a@example.com"))->last_end == end + 1h);
}

TEST_CASE("what was begun and forgotten or failed is taken up under its own name", "[store]")
{
    const auto config = protected_database();
    hold(config, 1, "a@example.com");
    auto clock = std::chrono::time_point_cast<Moment::duration>(system_now());
    const auto now = [&] { return clock; };
    store::Database database{as_role(config, "lazaret_report"), now};
    store::Reports reports{database};
    const auto account = reports.accounts(0, 0, 10).at(0);
    const auto first = reports.claim({wanted_for(account, clock, "one@example.org")}).at(0);
    clock += store::Reports::forgotten_after - 1s;
    CHECK(reports.claim({wanted_for(account, clock, "two@example.org")}).empty());
    clock += 2s;
    const auto second = reports.claim({wanted_for(account, clock, "two@example.org")});
    REQUIRE(second.size() == 1);
    CHECK(second[0].message_id == "one@example.org");
    CHECK(second[0].period == first.period);
    CHECK(second[0].attempts == 2);
    // The first run wakes up and fails: that is no longer its business.
    reports.mark_failed(first, "too late");
    CHECK(reports.status(10, true).at(0).state == "sending");
    reports.mark_failed(second[0], "451 later");
    const auto failed = reports.status(10, true).at(0);
    CHECK(failed.state == "failed");
    CHECK(failed.last_error == "451 later");
    CHECK(failed.address == "a@example.com");
    CHECK(reports.accounts(0, 0, 10).at(0).begun == first.period);
    const auto third = reports.claim({wanted_for(account, clock)});
    REQUIRE(third.size() == 1);
    CHECK(third[0].message_id == "one@example.org");
    CHECK(third[0].attempts == 3);
    reports.mark_sent(third[0], 7);
    CHECK(reports.status(10, true).empty());
    CHECK(reports.status(10, false).at(0).rows == 7);
}

TEST_CASE("what was given back counts as not tried, what failed does not", "[store]")
{
    const auto config = protected_database();
    hold(config, 1, "a@example.com");
    hold(config, 2, "b@example.com");
    store::Database database{as_role(config, "lazaret_report")};
    store::Reports reports{database};
    const auto end = std::chrono::time_point_cast<Moment::duration>(system_now() + 1s);
    const auto accounts = reports.accounts(0, 0, 10);
    REQUIRE(accounts.size() == 2);
    const auto first = reports.claim({wanted_for(accounts[0], end), wanted_for(accounts[1], end)});
    REQUIRE(first.size() == 2);
    reports.give_back(first[0]);
    reports.mark_failed(first[1], "it broke");
    const auto after = reports.accounts(0, 0, 10);
    REQUIRE(after.size() == 2);
    CHECK(after[0].begun);
    CHECK(after[0].attempts == 0);
    CHECK(after[1].attempts == 1);
    for (const auto& one : reports.status(10, true))
        CHECK(one.state == (one.account == first[0].account ? "waiting" : "failed"));
    // Whoever wakes up late gives back nothing that another run has by now.
    const auto second = reports.claim({wanted_for(accounts[0], end), wanted_for(accounts[1], end)});
    REQUIRE(second.size() == 2);
    CHECK(second[0].attempts == 1);
    CHECK(second[0].message_id == first[0].message_id);
    CHECK(second[1].attempts == 2);
    reports.give_back(first[1]);
    CHECK(reports.status(10, true).at(0).state == "sending");
    CHECK(reports.status(10, true).at(1).state == "sending");

    const auto asked =
        reports.accounts({{first[1].tenant, first[1].account}, {first[1].tenant, 4711}});
    REQUIRE(asked.size() == 1);
    CHECK(asked[0].account == first[1].account);
    CHECK(asked[0].attempts == 2);
    CHECK(reports.accounts(std::vector<store::AccountKey>{}).empty());
}

TEST_CASE("reports go to no address whose domain is another customer's now", "[store]")
{
    const auto config = protected_database();
    store::Database database{config};
    store::Directory directory{database};
    directory.add_domain("example.net", "", root);
    hold(config, 1, "a@example.com");
    Sql{config.connection}.run(
        "insert into lazaret.address (tenant_id, address, account_id, created) "
        "select tenant_id, 'a@example.net', account_id, created + interval '1 second' "
        "from lazaret.address");
    store::Reports reports{database};
    CHECK(reports.accounts(0, 0, 10).at(0).sent_to == "a@example.com");
    directory.remove_domain("example.com", root);
    directory.add_domain("example.com", "two", root);
    CHECK(reports.accounts(0, 0, 10).at(0).sent_to == "a@example.net");
    CHECK(reports.accounts(0, 0, 10).at(0).addresses == std::vector<std::string>{"a@example.net"});
    directory.remove_domain("example.net", root);
    CHECK(reports.accounts(0, 0, 10).empty());
}

TEST_CASE("what is certainly spam leaves the rows to the others, and is counted", "[store]")
{
    const auto config = protected_database();
    for (int number = 1; number <= 4; ++number)
        hold(config, number, "a@example.com", Class::SpamCertain, 1);
    hold(config, 5, "a@example.com", Class::Spam, 9);
    hold(config, 6, "a@example.com", Class::Dangerous, 8);
    store::Database database{as_role(config, "lazaret_report")};
    store::Reports reports{database};
    const auto account = reports.account_of(*parse_address("a@example.com"));
    REQUIRE(account);
    const auto content =
        reports.content(account->tenant, account->account, {std::nullopt, system_now() + 1s}, 3);
    REQUIRE(content.rows.size() == 3);
    CHECK(content.rows[0].copy.verdict == Class::Dangerous);
    CHECK(content.rows[1].copy.verdict == Class::Spam);
    CHECK(content.more == 3);
    CHECK(content.certain == 4);
}

TEST_CASE("what is deleted today or tomorrow and was never told is known", "[store]")
{
    const auto config = protected_database();
    store::Database database{as_role(config, "lazaret_report")};
    store::Reports reports{database};
    const auto address = parse_address("a@example.com").value();
    const auto today = std::chrono::floor<std::chrono::days>(system_now());
    const auto keep = [&](int number, int days) {
        const SampleMail sample{number};
        auto copy = sample_copy("a@example.com");
        copy.expires = today + std::chrono::days{days};
        store::make_keeper(config, 1)->hold(sample.mail, std::vector{copy});
    };
    keep(1, 2);
    CHECK_FALSE(reports.account_of(address)->first_expiry);
    keep(2, 1);
    CHECK(reports.account_of(address)->first_expiry == today + std::chrono::days{1});
    keep(3, 0);
    CHECK(reports.account_of(address)->first_expiry == today);
    const auto end = std::chrono::time_point_cast<Moment::duration>(system_now());
    reports.mark_sent(reports.claim({wanted_for(*reports.account_of(address), end)}).at(0), 3);
    CHECK_FALSE(reports.account_of(address)->first_expiry);
}

TEST_CASE("refusals in a row are counted, until something else happens", "[store]")
{
    using Failure = store::Reports::Failure;
    const auto config = protected_database();
    hold(config, 1, "a@example.com");
    auto clock = std::chrono::time_point_cast<Moment::duration>(system_now());
    store::Database database{as_role(config, "lazaret_report"), [&] { return clock; }};
    store::Reports reports{database};
    const auto address = parse_address("a@example.com").value();
    const auto fails = [&](Failure failure) {
        const auto account = *reports.account_of(address);
        const auto end = account.begun ? account.begun->end : clock;
        reports.mark_failed(reports.claim({wanted_for(account, end)}).at(0), "no", failure);
        return reports.account_of(address)->refusals;
    };
    CHECK(fails(Failure::Refused) == 1);
    CHECK(reports.account_of(address)->failed == clock);
    CHECK(fails(Failure::Refused) == 2);
    CHECK(fails(Failure::Passing) == 0);
}

TEST_CASE("a row that cannot be read hides no other", "[store]")
{
    const auto config = protected_database();
    const auto damaged = hold(config, 1, "a@example.com");
    hold(config, 2, "a@example.com");
    hold(config, 3, "b@example.com");
    store::Database database{as_role(config, "lazaret_report")};
    store::Reports reports{database};
    const auto accounts = reports.accounts(0, 0, 10);
    REQUIRE(accounts.size() == 2);
    Sql sql{config.connection};
    sql.run("update lazaret.held_copy set reference = '!!!' where reference = '" + damaged.text() +
            "'");
    const auto end = std::chrono::time_point_cast<Moment::duration>(system_now() + 1s);
    const auto tasks = reports.claim({wanted_for(accounts[0], end), wanted_for(accounts[1], end)});
    const auto contents = reports.contents(tasks, 10);
    REQUIRE(contents.size() == 2);
    CHECK(contents[0].rows.size() == 1);
    CHECK(contents[0].more == 1);
    CHECK(contents[1].rows.size() == 1);
    store::Database all{config};
    CHECK(store::Quarantine{all}.list({}).size() == 2);
}

TEST_CASE("two runs at once never get the same report", "[store]")
{
    const auto config = protected_database();
    for (int n = 0; n < 60; ++n) hold(config, n, "p" + std::to_string(n) + "@example.com");
    const auto end = std::chrono::time_point_cast<Moment::duration>(system_now() + 1s);
    std::vector<std::vector<store::ReportTask>> got(2);
    std::vector<std::thread> runs;
    for (auto& mine : got)
        runs.emplace_back([&config, &mine, end] {
            store::Database database{as_role(config, "lazaret_report")};
            store::Reports reports{database};
            for (const auto& account : reports.accounts(0, 0, 100))
                for (const auto& task : reports.claim({wanted_for(account, end + 1us)})) {
                    reports.mark_sent(task, 1);
                    mine.push_back(task);
                }
        });
    for (auto& run : runs) run.join();
    CHECK(got[0].size() + got[1].size() == 60);
    Sql sql{config.connection};
    CHECK(sql.one("select count(*) || ' ' || max(attempts) from lazaret.report_sent") == "60 1");
}

TEST_CASE("a report has what its reader may see, the most doubtful first", "[store]")
{
    const auto config = protected_database();
    hold(config, 1, "a@example.com", Class::Spam, 9);
    hold(config, 2, "a@example.com", Class::Newsletter, 1);
    hold(config, 3, "a@example.com", Class::Denied, 0);
    hold(config, 4, "a@example.com", Class::Dangerous, 5);
    hold(config, 5, "b@example.com", Class::Spam, 2);
    Sql sql{config.connection};
    sql.run(
        "insert into lazaret.refusal (at, tenant_id, reference, mailbox, queue_id, sender, "
        "client_ip, class, action, score, hits, explanation) select now(), 1, '', m, '', '', '', "
        "c, 'refuse', 20, '[]', '{}' from (values ('a@example.com', 'virus'), ('a@example.com', "
        "'virus'), ('a@example.com', 'denied'), ('b@example.com', 'virus')) v(m, c)");
    store::Database database{as_role(config, "lazaret_report")};
    store::Reports reports{database};
    const auto account = reports.account_of(*parse_address("a@example.com"));
    REQUIRE(account);
    const store::ReportPeriod all{std::nullopt, system_now() + 1s};
    const auto content = reports.content(account->tenant, account->account, all, 2);
    REQUIRE(content.rows.size() == 2);
    CHECK(content.rows[0].copy.verdict == Class::Newsletter);
    CHECK(content.rows[0].from_address == "ada@example.org");
    CHECK(content.rows[0].list_id == "news.example.org");
    CHECK(content.rows[0].hits.size() == 2);
    CHECK(content.rows[1].copy.verdict == Class::Dangerous);
    CHECK(content.more == 1);
    CHECK(reports.content(account->tenant, account->account, all, 0).more == 3);
    REQUIRE(content.refusals.size() == 1);
    CHECK(content.refusals[0].verdict == Class::Virus);
    CHECK(content.refusals[0].messages == 2);
    const auto other = reports.account_of(*parse_address("b@example.com"));
    REQUIRE(other);
    const store::ReportPeriod later{all.end, all.end + 1h};
    const auto asked = [](const store::ReportAccount& about, const store::ReportPeriod& period) {
        store::ReportTask task;
        task.tenant = about.tenant;
        task.account = about.account;
        task.period = period;
        return task;
    };
    const auto each =
        reports.contents({asked(*other, all), asked(*account, later), asked(*account, all)}, 2);
    REQUIRE(each.size() == 3);
    REQUIRE(each[0].rows.size() == 1);
    CHECK(each[0].rows[0].copy.recipient == "b@example.com");
    CHECK(each[0].refusals.at(0).messages == 1);
    CHECK((each[1].rows.empty() && each[1].refusals.empty()));
    CHECK(each[2].rows.size() == 2);
    CHECK(each[2].more == 1);
    CHECK(each[2].refusals.at(0).messages == 2);
    const auto none = reports.content(account->tenant, account->account, later, 2);
    CHECK((none.rows.empty() && none.refusals.empty() && none.more == 0));
}

TEST_CASE("the report's role reads no mail, and the page's changes no more than it must", "[store]")
{
    const auto config = protected_database();
    const auto reference = hold(config, 1, "a@example.com");
    const auto refused = [&](const char* role, const std::vector<std::string>& statements) {
        Sql sql{as_role(config, role).connection};
        for (const auto& statement : statements) {
            INFO(role << ": " << statement);
            try {
                sql.run(statement);
                FAIL("it was let");
            } catch (const SqlFailed& failed) {
                CHECK(failed.state == "42501");
            }
        }
    };
    refused("lazaret_report",
            {"select bytes from lazaret.held_mail", "select preview from lazaret.held_mail",
             "select preview_images from lazaret.held_mail",
             "update lazaret.held_copy set state = 'deleted'", "delete from lazaret.report_sent",
             "update lazaret.report_sent set message_id = ''", "select * from lazaret.audit",
             "select sender from lazaret.refusal", "select digest from lazaret.request",
             "insert into lazaret.notification default values",
             "insert into lazaret.list_entry default values"});
    refused("lazaret_portal",
            {"delete from lazaret.held_copy", "update lazaret.held_copy set recipient = ''",
             "update lazaret.held_mail set bytes = ''", "update lazaret.request set state = 'open'",
             "select * from lazaret.audit", "insert into lazaret.domain default values",
             "insert into lazaret.vote default values", "delete from lazaret.waiting",
             "insert into lazaret.report_sent default values",
             "select lazaret.drop_expiry_day(current_date)"});

    store::Database portal{as_role(config, "lazaret_portal")};
    store::Directory directory{portal};
    store::NewEntry entry;
    entry.owner = Owner::address("new@example.com");
    entry.sender = *parse_sender_pattern("ada@example.org");
    entry.origin = store::made_by_link;
    CHECK(directory.add_entry(entry, ada).has_value());
    const auto account = directory.account_of(parse_address("a@example.com").value()).value();
    CHECK(directory.turn_reports_off(1, account, ada));
    store::Quarantine quarantine{portal};
    CHECK(quarantine.find(reference).has_value());
    CHECK(quarantine.remove(reference, ada).has_value());
    Sql sql{config.connection};
    CHECK(sql.one("select count(*) from lazaret.waiting") == "0");
    CHECK(sql.one("select distinct who || ' ' || from_where from lazaret.audit "
                  "where what = 'delete'") == "a@example.com 192.0.2.9");
}

TEST_CASE("a request is made once, and answered once", "[store]")
{
    const auto config = protected_database();
    const auto spam = hold(config, 1, "a@example.com");
    const auto danger = hold(config, 2, "a@example.com", Class::Dangerous);
    store::Database portal{as_role(config, "lazaret_portal")};
    store::Requests asks{portal};
    using store::RequestKind;
    using store::RequestState;
    const auto first = asks.ask(RequestKind::Adjust, spam, "please", ada);
    REQUIRE(first);
    const auto again = asks.ask(RequestKind::Adjust, spam, "now!", ada);
    REQUIRE(again);
    CHECK(again->id == first->id);
    CHECK(again->comment == "please");
    CHECK(again->recipient == "a@example.com");
    CHECK(asks.ask(RequestKind::Release, spam, "", ada).error() == store::DeedFault::NotAllowed);
    const auto other = asks.ask(RequestKind::Release, danger, std::string(3'000, 'x'), ada);
    REQUIRE(other);
    CHECK(other->comment.size() == 2'000);

    store::Database admin{as_role(config, "lazaret_admin")};
    store::Requests requests{admin};
    CHECK(requests.list(RequestState::Open, 10).size() == 2);
    const auto accepted = requests.answer(first->id, RequestState::Accepted, "yes", root);
    REQUIRE(accepted);
    CHECK(accepted->state == RequestState::Accepted);
    CHECK(requests.answer(first->id, RequestState::Declined, "no", root)->answer == "yes");
    CHECK_FALSE(requests.answer(999, RequestState::Accepted, "", root));
    Sql sql{config.connection};
    CHECK(sql.one("select count(*) || max(says) from lazaret.vote where account_id > 0") == "1ham");
    CHECK(asks.ask(RequestKind::Adjust, spam, "", ada)->id == first->id);
    // After a refusal it is a new one, once: each is a mail to the administrator.
    requests.answer(other->id, RequestState::Declined, "no", root);
    const auto last = asks.ask(RequestKind::Release, danger, "", ada);
    REQUIRE(last);
    CHECK(last->id != other->id);
    CHECK(last->state == RequestState::Open);
    requests.answer(last->id, RequestState::Declined, "no", root);
    const auto refused = asks.ask(RequestKind::Release, danger, "", ada);
    REQUIRE(refused);
    CHECK(refused->id == last->id);
    CHECK(refused->state == RequestState::Declined);
    CHECK(requests.of_copy(danger).size() == 2);
    sql.run("delete from lazaret.held_copy");
    CHECK(requests.find(first->id)->subject == first->subject);
}

TEST_CASE("a report that waited is said again to be ours before it is handed over", "[store]")
{
    const auto config = protected_database();
    hold(config, 1, "a@example.com");
    auto clock = std::chrono::time_point_cast<Moment::duration>(system_now());
    store::Database database{as_role(config, "lazaret_report"), [&] { return clock; }};
    store::Reports reports{database};
    const auto account = reports.accounts(0, 0, 10).at(0);
    auto first = reports.claim({wanted_for(account, clock)}).at(0);
    CHECK(reports.still_ours(first));
    // Those before it took long. From now on it is ours for the whole time again.
    clock += store::Reports::forgotten_after - 1s;
    CHECK(reports.still_ours(first));
    clock += store::Reports::forgotten_after - 1s;
    CHECK(reports.claim({wanted_for(account, clock)}).empty());
    clock += 1s;
    auto second = reports.claim({wanted_for(account, clock)}).at(0);
    CHECK_FALSE(reports.still_ours(first));
    CHECK(reports.still_ours(second));
    reports.mark_failed(second, "no answer", store::Reports::Failure::InDoubt);
    auto third = reports.claim({wanted_for(account, clock)}).at(0);
    CHECK(third.doubts == 1);
    reports.mark_sent(third, 1);
    clock += store::Reports::sure_for;
    CHECK_FALSE(reports.still_ours(third));
}

TEST_CASE("what a link put on a list is news, though nothing is held", "[store]")
{
    const auto config = protected_database();
    hold(config, 1, "a@example.com");
    store::Database database{as_role(config, "lazaret_report")};
    store::Reports reports{database};
    const auto now = std::chrono::time_point_cast<Moment::duration>(system_now());
    auto task = reports.claim({wanted_for(reports.accounts(0, 0, 10).at(0), now + 1us)}).at(0);
    reports.mark_sent(task, 1);
    CHECK(reports.accounts(0, 0, 10).empty());
    const auto add = [&](const std::string& origin, const std::string& sender) {
        Sql{config.connection}.run(
            "insert into lazaret.list_entry (tenant_id, owner, kind, sender, proof, origin, "
            "created, change) values (1, 'account:" +
            std::to_string(task.account) + "', 'allow', '" + sender + "', 'any', '" + origin +
            "', now() + interval '1 minute', 1)");
    };
    add("", "x@example.org");
    CHECK(reports.accounts(0, 0, 10).empty());
    add("report", "y@example.org");
    const auto accounts = reports.accounts(0, 0, 10);
    REQUIRE(accounts.size() == 1);
    const auto content = reports.content(1, task.account, {accounts[0].last_end, now + 1h}, 10);
    CHECK(content.rows.empty());
    REQUIRE(content.listed.size() == 1);
    CHECK(content.listed[0].name == "y@example.org");
}

TEST_CASE("what becomes reportable after its period is in the next report", "[store]")
{
    const auto config = protected_database();
    store::Database database{as_role(config, "lazaret_report")};
    store::Reports reports{database};
    const auto address = parse_address("a@example.com").value();
    hold(config, 2, "a@example.com");
    const auto reference = hold(config, 1, "a@example.com", Class::Denied);
    const auto end = std::chrono::time_point_cast<Moment::duration>(system_now());
    const auto task = reports.claim({wanted_for(*reports.account_of(address), end)}).at(0);
    reports.mark_sent(task, 1);
    CHECK_FALSE(reports.account_of(address)->has_news);
    const auto next = [&] { return reports.content(1, task.account, {end, end + 1h}, 10).rows; };
    SECTION("judged again, still for nobody's eyes")
    {
        hold(config, 1, "a@example.com", Class::Denied);
        CHECK_FALSE(reports.account_of(address)->has_news);
    }
    SECTION("judged again, no longer denied")
    {
        CHECK(hold(config, 1, "a@example.com", Class::Spam) == reference);
        CHECK(reports.account_of(address)->has_news);
        REQUIRE(next().size() == 1);
        CHECK(next()[0].copy.reference == reference);
    }
    SECTION("judged again, reportable before as well")
    {
        hold(config, 2, "a@example.com", Class::Newsletter);
        CHECK_FALSE(reports.account_of(address)->has_news);
    }
}

TEST_CASE("a request for a release is not declined once its message is on its way", "[store]")
{
    const auto config = protected_database();
    const auto reference = hold(config, 1, "a@example.com", Class::Dangerous);
    store::Database portal{as_role(config, "lazaret_portal")};
    store::Database admin{as_role(config, "lazaret_admin")};
    const auto request =
        store::Requests{portal}.ask(store::RequestKind::Release, reference, "", ada).value();
    store::Requests answering{admin};
    for (const std::string state : {"releasing", "released"}) {
        Sql{config.connection}.run("update lazaret.held_copy set state = '" + state + "'");
        const auto declined =
            answering.answer(request.id, store::RequestState::Declined, "no", root);
        CHECK(declined.value().state == store::RequestState::Open);
    }
    const auto accepted = answering.answer(request.id, store::RequestState::Accepted, "", root);
    CHECK(accepted.value().state == store::RequestState::Accepted);
}
