#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "base/error.hpp"
#include "quarantine-store/directory.hpp"
#include "quarantine-store/keeper.hpp"
#include "quarantine-store/policy_feed.hpp"
#include "quarantine-store/upkeep.hpp"
#include "tests/store/cluster.hpp"
#include "tests/store/samples.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/print.hpp"
#include "tests/support/private_folder.hpp"

using namespace lazaret;
using namespace lazaret::test;
using namespace std::chrono_literals;

namespace {

const store::Actor ada{"ada", "test"};

Address address(const std::string& text) { return parse_address(text).value(); }

store::NewEntry allow(const Owner& owner, const std::string& sender)
{
    return {
        .owner = owner, .kind = ListKind::Allow, .sender = parse_sender_pattern(sender).value()};
}

}  // namespace

TEST_CASE("an owner is read as people write it", "[store]")
{
    struct Row {
        const char* text;
        const char* owner;
    };
    const auto row = GENERATE(values<Row>({
        {"*", "site"},
        {"@Example.ORG", "domain:example.org"},
        {"tenant:3", "tenant:3"},
        {"tenant:03", "tenant:3"},
        {"tenant:x", nullptr},
        {"tenant:", nullptr},
        {"tenant:-1", nullptr},
        {"Bob@Example.org", "address:bob@example.org"},
        {"bob", nullptr},
        {"@", nullptr},
        {"account:3", nullptr},
    }));
    DYNAMIC_SECTION(row.text)
    {
        const auto owner = store::parse_owner(row.text);
        REQUIRE(owner.has_value() == (row.owner != nullptr));
        if (owner) CHECK(owner->text() == row.owner);
    }
}

TEST_CASE("a milter sees each change of domains, settings and lists", "[store]")
{
    const auto config = fresh_database();
    store::Database database{as_role(config, "lazaret_admin")};
    store::Directory directory{database};
    const auto feed = store::make_policy_feed(as_role(config, "lazaret_milter"));
    Policy policy;
    CHECK_FALSE(feed->refresh(policy));

    CHECK(directory.add_domain("example.com", "", ada));
    CHECK_FALSE(directory.add_domain("example.com", "main", ada));
    CHECK_FALSE(directory.set(Owner::domain("example.com"), "hold_at", "4", ada));
    CHECK_FALSE(
        directory.set(Owner::address("bob@example.com"), "action.newsletter", "deliver", ada));
    CHECK(directory.set(Owner::site(), "hold_at", "much", ada));
    CHECK(directory.set(Owner::domain("elsewhere.example"), "hold_at", "4", ada));
    const auto entry =
        directory.add_entry(allow(Owner::address("bob+tag@example.com"), "eve@example.org"), ada)
            .value();
    CHECK(entry.owner_name == "bob@example.com");
    CHECK(entry.entry.proof == Proof::any());
    CHECK(directory.add_entry(allow(Owner::address("x@elsewhere.example"), "eve@example.org"), ada)
              .error() == store::DirectoryFault::NotProtected);

    REQUIRE(feed->refresh(policy));
    CHECK_FALSE(feed->refresh(policy));
    const auto bob = policy_for(policy, address("bob+x@example.com"));
    CHECK(bob.tenant == 1);
    CHECK(bob.mailbox == "bob@example.com");
    CHECK(bob.settings.hold_at == 4.0);
    CHECK(bob.settings.action(Class::Newsletter) == Action::Deliver);
    REQUIRE(bob.account);
    const auto* listed =
        policy.lists.find(list_key(Owner::account(*bob.account), "eve@example.org"));
    REQUIRE(listed);
    REQUIRE(listed->size() == 1);
    CHECK(listed->front() == entry.entry);

    // What it sees is what the administrator is shown.
    const auto shown = directory.settings_of(Owner::address("bob+y@example.com")).value();
    CHECK(std::count_if(shown.begin(), shown.end(), [](const auto& one) {
              return one.winner && one.name == "hold_at" && one.value == "4" &&
                     one.winner->text() == "domain:example.com";
          }) == 1);

    CHECK(directory.enable_entry(entry.entry.id, false, ada));
    REQUIRE(feed->refresh(policy));
    CHECK_FALSE(policy.lists.find(list_key(Owner::account(*bob.account), "eve@example.org"))
                    ->front()
                    .enabled);

    CHECK(directory.remove_entries(Owner::address("bob@example.com"), ListKind::Allow,
                                   parse_sender_pattern("eve@example.org").value(), ada) == 1);
    CHECK(directory.unset(Owner::domain("example.com"), "hold_at", ada));
    CHECK_FALSE(directory.unset(Owner::domain("example.com"), "hold_at", ada));
    REQUIRE(feed->refresh(policy));
    CHECK(policy.lists.size() == 0);
    CHECK(policy_for(policy, address("bob@example.com")).settings.hold_at == 5.0);
    CHECK(directory.entries(std::nullopt, std::nullopt).empty());

    // Back again, by the same numbers as a new milter sees them.
    directory.add_entry(allow(Owner::site(), ".example.net"), ada).value();
    CHECK(directory.remove_domain("example.com", ada));
    CHECK(directory.add_domain("example.com", "other", ada));
    REQUIRE(feed->refresh(policy));
    Policy anew;
    REQUIRE(feed->refresh(anew));
    CHECK(anew.change == policy.change);
    CHECK(policy.tenant_of("example.com") == anew.tenant_of("example.com"));
    CHECK(anew.tenant_of("example.com") != 1);
    CHECK(anew.lists.size() == policy.lists.size());
    CHECK(directory.remove_domain("example.com", ada));
    REQUIRE(feed->refresh(policy));
    CHECK_FALSE(policy.tenant_of("example.com"));
}

TEST_CASE("a domain that goes to another customer begins anew", "[store]")
{
    const auto config = fresh_database();
    store::Database database{config};
    store::Directory directory{database};
    const auto feed = store::make_policy_feed(config);
    const auto domain = Owner::domain("cust.example");
    const auto bob = Owner::address("bob@cust.example");
    const auto choose_all = [&](const std::string& value) {
        CHECK_FALSE(directory.set(domain, "hold_at", value, ada));
        CHECK_FALSE(directory.set(bob, "hold_at", value, ada));
        CHECK(directory.add_entry(allow(domain, "friend@old.example"), ada));
        CHECK(directory.add_entry(allow(bob, "friend@old.example"), ada));
    };
    const auto seen = [&] {
        Policy policy;
        feed->refresh(policy);
        const auto all = policy_for(policy, address("bob@cust.example"));
        const auto lists = std::count_if(all.owners.begin(), all.owners.end(), [&](auto& owner) {
            return policy.lists.find(list_key(owner, "friend@old.example")) != nullptr;
        });
        return std::pair{all.settings.hold_at, lists};
    };
    using Seen = std::pair<double, std::ptrdiff_t>;
    directory.add_domain("cust.example", "one", ada);
    choose_all("4");
    CHECK(seen() == Seen{4.0, 2});

    // Removed by mistake and added again: all is as it was.
    CHECK(directory.remove_domain("cust.example", ada));
    CHECK(directory.add_domain("cust.example", "one", ada));
    CHECK(seen() == Seen{4.0, 2});

    // It comes to another customer: nothing of the old one's counts.
    CHECK(directory.remove_domain("cust.example", ada));
    CHECK(directory.add_domain("cust.example", "three", ada));
    CHECK(seen() == Seen{5.0, 0});
    CHECK(directory.chosen(domain).empty());
    choose_all("7");
    CHECK(seen() == Seen{7.0, 2});
    CHECK(directory.unset(domain, "hold_at", ada));
    CHECK(directory.unset(bob, "hold_at", ada));
    CHECK(seen().first == 5.0);
}

TEST_CASE("the site is no tenant that has domains, and a number is no name of one", "[store]")
{
    const auto config = fresh_database();
    store::Database database{config};
    store::Directory directory{database};
    for (const std::string tenant : {"site", "0", "17"})
        CHECK_THROWS_AS(directory.add_domain("example.com", tenant, ada), Error);
    CHECK(directory.domains().empty());
    CHECK(directory.add_domain("example.com", "1", ada));
}

TEST_CASE("an address with quotes and backslashes is one as others are", "[store]")
{
    const auto config = fresh_database();
    store::Database database{config};
    store::Directory directory{database};
    directory.add_domain("example.com", "", ada);
    const auto owner = store::parse_owner(R"("a\"b\\c, {d}"@example.com)").value();
    CHECK_FALSE(directory.set(owner, "hold_at", "4", ada));
    CHECK(directory.chosen(owner).hold_at == 4.0);
    const auto all = directory.settings_of(owner).value();
    CHECK(std::count_if(all.begin(), all.end(), [&](const auto& one) {
              return one.name == "hold_at" && one.value == "4" && one.winner == owner;
          }) == 1);
    CHECK(directory.add_entry(allow(owner, "eve@example.org"), ada));
    CHECK(directory.entries(owner, ListKind::Allow).size() == 1);
}

TEST_CASE("settings that only a newer program knows stay", "[store]")
{
    const auto config = fresh_database();
    Sql sql{config.connection};
    sql.run(
        "insert into lazaret.setting (tenant_id, owner, chosen) values (0, 'site', "
        "'{\"colour\": \"blue\", \"hold_at\": \"4\"}')");
    store::Database database{config};
    store::Directory directory{database};
    CHECK_FALSE(directory.set(Owner::site(), "hold_at", "3", ada));
    CHECK(sql.one("select chosen ->> 'colour' || (chosen ->> 'hold_at') from lazaret.setting") ==
          "blue3");
}

TEST_CASE("a change committed late is not skipped, and holds do not wait for it", "[store]")
{
    const auto config = fresh_database();
    Sql first{config.connection};
    Sql second{config.connection};
    const auto add = [](const std::string& name) {
        return "insert into lazaret.domain (tenant_id, name) values (1, '" + name + "')";
    };
    const auto feed = store::make_policy_feed(config);
    Policy policy;
    first.run("begin");
    first.run(add("late.example"));
    second.start(add("early.example"));
    std::this_thread::sleep_for(100ms);
    CHECK(second.is_busy());  // it may not overtake the first

    // A message to somebody new takes another way.
    const SampleMail sample{1};
    const auto copy = sample_copy("new@example.com");
    CHECK(store::make_keeper(config, 1)->hold(sample.mail, std::vector{copy}).at(0) ==
          copy.reference);

    CHECK_FALSE(feed->refresh(policy));
    first.run("commit");
    second.finish();
    REQUIRE(feed->refresh(policy));
    CHECK(policy.tenant_of("late.example") == 1);
    CHECK(policy.tenant_of("early.example") == 1);
}

TEST_CASE("a milter that sleeps is woken by a change", "[store]")
{
    const auto config = fresh_database();
    const auto feed = store::make_policy_feed(as_role(config, "lazaret_milter"));
    Policy policy;
    feed->refresh(policy);
    const auto began = std::chrono::steady_clock::now();
    std::jthread change{[&] {
        std::this_thread::sleep_for(200ms);
        Sql{config.connection}.run(
            "insert into lazaret.domain (tenant_id, name) values (1, 'a.example')");
    }};
    CHECK(feed->wait(30s));
    CHECK(std::chrono::steady_clock::now() - began < 15s);
    change.join();
    CHECK(feed->refresh(policy));
    const auto slept = std::chrono::steady_clock::now();
    CHECK_FALSE(feed->wait(100ms));
    CHECK(std::chrono::steady_clock::now() - slept >= 90ms);
}

TEST_CASE("a milter whose snapshot is too old or from elsewhere reads all anew", "[store]")
{
    const auto config = fresh_database();
    Sql sql{config.connection};
    sql.run(
        "insert into lazaret.domain (tenant_id, name) values (1, 'gone.example'), (1, "
        "'there.example')");
    const auto feed = store::make_policy_feed(config);
    Policy old;
    REQUIRE(feed->refresh(old));

    sql.run("update lazaret.domain set gone = true where name = 'gone.example'");
    sql.run("alter table lazaret.domain disable trigger numbered");
    sql.run("update lazaret.domain set changed = now() - interval '40 days' where gone");
    sql.run("alter table lazaret.domain enable trigger numbered");
    store::Database database{config};
    CHECK(store::Upkeep{database}.run().notes_removed == 1);
    CHECK(sql.one("select count(*) from lazaret.domain") == "1");
    auto policy = old;
    REQUIRE(feed->refresh(policy));
    CHECK_FALSE(policy.tenant_of("gone.example"));
    CHECK(policy.tenant_of("there.example") == 1);
    CHECK_FALSE(feed->refresh(policy));  // and then no more

    policy.change = 1'000'000;  // the database was restored from before
    policy.domains.set("phantom.example", 1);
    REQUIRE(feed->refresh(policy));
    CHECK_FALSE(policy.tenant_of("phantom.example"));
    CHECK(policy.change < 1'000'000);
}

TEST_CASE("a policy comes back from its file as it was, or not at all", "[store]")
{
    const PrivateFolder folder;
    const auto file = folder.at("policy");
    CHECK_FALSE(store::load_policy(file));

    Policy policy;
    policy.change = 17;
    policy.domains.set("example.com", 3);
    policy.accounts.set(account_key(3, "bob@example.com"), 5);
    ChosenSettings chosen;
    CHECK_FALSE(choose(chosen, "hold_at", "4.25"));
    CHECK_FALSE(choose(chosen, "action.spam", "tag"));
    CHECK_FALSE(choose(chosen, "subject_mark", "[?]"));
    CHECK_FALSE(choose(chosen, "rule_scores", "MISSING_MID=+0.1 FREEMAIL_FROM=-1"));
    policy.settings.set("domain:example.com", chosen);
    const ListEntry entry{9,
                          3,
                          Owner::account(5),
                          ListKind::Newsletter,
                          parse_sender_pattern("@example.org").value(),
                          "news.example.org",
                          Proof::any(),
                          system_now(),
                          false};
    auto proven = entry;
    proven.proof = Proof::dmarc("example.org");
    auto warning = entry;
    warning.kind = ListKind::Warn;
    policy.lists.set(list_key(entry.owner, entry.sender.text), {entry, proven, warning});
    store::save_policy(policy, file);
    const auto back = store::load_policy(file);
    REQUIRE(back);
    CHECK(back->change == 17);
    CHECK(back->tenant_of("example.com") == 3);
    CHECK(*back->accounts.find(account_key(3, "bob@example.com")) == 5);
    CHECK(*back->settings.find("domain:example.com") == chosen);
    CHECK(*back->lists.find(list_key(entry.owner, "@example.org")) ==
          std::vector{entry, proven, warning});

    std::string bytes;
    {
        std::ifstream in{file, std::ios::binary};
        bytes.assign(std::istreambuf_iterator<char>{in}, {});
    }
    for (const std::size_t at : {std::size_t{0}, bytes.size() / 2, bytes.size() - 1}) {
        auto damaged = bytes;
        damaged[at] = static_cast<char>(damaged[at] ^ 1);
        std::ofstream{file, std::ios::binary} << damaged;
        CHECK_FALSE(store::load_policy(file));
    }
    for (const std::size_t size : {std::size_t{0}, std::size_t{10}, bytes.size() - 1}) {
        std::ofstream{file, std::ios::binary} << bytes.substr(0, size);
        CHECK_FALSE(store::load_policy(file));
    }
    try {
        store::save_policy(policy, folder.at("nowhere/policy"));
        FAIL("it was saved");
    } catch (const Error& error) {
        CHECK(error.kind() == Error::Kind::Unavailable);
    }
}
