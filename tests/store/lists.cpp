#include <sodium.h>

#include <array>
#include <fstream>
#include <map>
#include <memory>
#include <set>

#include "quarantine-store/directory.hpp"
#include "quarantine-store/keeper.hpp"
#include "quarantine-store/likeness.hpp"
#include "quarantine-store/policy_feed.hpp"
#include "quarantine-store/schema.hpp"
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

store::NewEntry allow(const std::string& sender, const Proof& proof)
{
    return {.owner = Owner::site(),
            .kind = ListKind::Allow,
            .sender = parse_sender_pattern(sender).value(),
            .proof = proof};
}

// The tables as they were before list_entry knew proofs.
void go_back_to_version_11(Sql& sql)
{
    sql.run(
        "alter table lazaret.list_entry drop constraint list_entry_unproven_is_narrow, "
        "drop constraint list_entry_proof_check, "
        "add constraint list_entry_proof_check check (proof in ('none', 'any'))");
    sql.run("delete from lazaret.schema_version where version = 12");
}

// A copy from bob@a.example, MAIL FROM x@b.example, of 192.0.2.7.
store::HeldDetails copy_with(const std::optional<Explanation::Proved>& proved)
{
    store::HeldDetails copy{.summary = {.reference = Reference::random()}};
    copy.from_address = "bob@a.example";
    copy.summary.sender = "x@b.example";
    copy.client_ip = "192.0.2.7";
    copy.explanation.proved = proved;
    return copy;
}

}  // namespace

TEST_CASE("entries that were made before proofs were stored keep their meaning", "[store]")
{
    const auto config = fresh_database();
    Sql sql{config.connection};
    go_back_to_version_11(sql);
    sql.run(
        "insert into lazaret.list_entry (tenant_id, owner, kind, sender, proof) values "
        "(0, 'site', 'allow', 'a@a.example', 'any'), (0, 'site', 'allow', '@a.example', "
        "'none'), (0, 'site', 'deny', '@b.example', 'none'), "
        "(0, 'site', 'newsletter', '@c.example', 'any')");
    CHECK(store::upgrade_schema(config) == std::vector<std::string>{"0012_list_proofs"});

    store::Database database{as_role(config, "lazaret_admin")};
    std::map<std::string, std::string> proofs;
    for (const auto& row : store::Directory{database}.entries({}, {}))
        proofs[row.entry.sender.text] = row.entry.proof.text();
    CHECK(proofs == std::map<std::string, std::string>{{"a@a.example", "any"},
                                                       {"@a.example", "any"},
                                                       {"@b.example", "none"},
                                                       {"@c.example", "any"}});
    // A milter that has them hears of the one that changed.
    Policy policy;
    store::make_policy_feed(as_role(config, "lazaret_milter"))->refresh(policy);
    CHECK(policy.lists.find(list_key(Owner::site(), "@a.example"))->front().proof == Proof::any());
}

TEST_CASE("what an entry asks for reaches the milter", "[store]")
{
    const auto config = fresh_database();
    store::Database database{as_role(config, "lazaret_admin")};
    store::Directory directory{database};
    const auto feed = store::make_policy_feed(as_role(config, "lazaret_milter"));
    Policy policy;
    for (const auto& proof : {Proof::dmarc("a.example"), Proof::dkim("a.example"),
                              Proof::spf("a.example"), Proof::network("192.0.2.0/24")}) {
        INFO(proof);
        const auto made = directory.add_entry(allow("bob@a.example", proof), ada).value();
        CHECK(made.entry.proof == proof);
        REQUIRE(feed->refresh(policy));
        CHECK(policy.lists.find(list_key(Owner::site(), "bob@a.example"))->front() == made.entry);
    }
}

// A milter that was upgraded and finds no database, or one of the version before, goes on with it.
TEST_CASE("a policy file of the version before is read", "[store]")
{
    const PrivateFolder folder;
    const auto file = folder.at("policy");
    ListEntry entry;
    entry.id = 7;
    entry.sender = parse_sender_pattern("bob@a.example").value();
    Policy policy;
    policy.change = 17;
    policy.domains.set("example.com", 3);
    policy.accounts.set("bob@example.com", 5);
    policy.accounts.set("bob@gone.example", 6);
    policy.lists.set(list_key(entry.owner, entry.sender.text), {entry});
    store::save_policy(policy, file);

    std::string bytes;
    {
        std::ifstream in{file, std::ios::binary};
        bytes.assign(std::istreambuf_iterator<char>{in}, {});
    }
    std::array<unsigned char, 32> hash{};
    bytes.resize(bytes.size() - hash.size());
    bytes.replace(bytes.find("policy-3"), 8, "policy-2");
    crypto_generichash(hash.data(), hash.size(),
                       reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), nullptr,
                       0);
    bytes.append(hash.begin(), hash.end());
    std::ofstream{file, std::ios::binary} << bytes;

    const auto back = store::load_policy(file);
    REQUIRE(back);
    CHECK(*back->lists.find(list_key(entry.owner, entry.sender.text)) == std::vector{entry});
    CHECK(policy_for(*back, parse_address("bob@example.com").value()).account == 5);
    CHECK(back->accounts.size() == 1);

    // It lacks accounts of other tenants: all is asked for when the database is there.
    const auto config = fresh_database();
    auto next = *back;
    REQUIRE(store::make_policy_feed(config)->refresh(next));
    CHECK(next.accounts.size() == 0);
    CHECK(next.lists.size() == 0);
}

TEST_CASE("an entry without proof is narrow", "[store]")
{
    const auto config = fresh_database();
    const Moment now = system_now();
    store::Database database{as_role(config, "lazaret_admin"), [now] { return now; }};
    store::Directory directory{database};
    const auto network = Proof::network("192.0.2.0/24");
    CHECK(directory.add_entry(allow("bob@a.example", network), ada).value().entry.expires ==
          now + usual_unproven_life);
    auto long_one = allow("bob@a.example", network);
    long_one.expires = now + longest_unproven_life;
    CHECK(directory.add_entry(long_one, ada).value().entry.expires == long_one.expires);
    long_one.expires = now + longest_unproven_life + 1s;
    CHECK(directory.add_entry(long_one, ada).error() == store::DirectoryFault::TooLong);
    for (const auto* wide : {"@a.example", ".a.example"})
        CHECK(directory.add_entry(allow(wide, network), ada).error() ==
              store::DirectoryFault::TooWide);
    auto deny = allow("bob@a.example", network);
    deny.kind = ListKind::Deny;
    CHECK(directory.add_entry(deny, ada).error() == store::DirectoryFault::TooWide);
    CHECK(directory.entries({}, {}).size() == 1);

    // Nor can anybody else make a wide one.
    Sql sql{config.connection};
    const std::string insert =
        "insert into lazaret.list_entry (tenant_id, owner, kind, sender, proof, expires) values "
        "(0, 'site', ";
    CHECK_THROWS_AS(sql.run(insert + "'allow', '@c.example', 'network=192.0.2.0/24', now())"),
                    SqlFailed);
    CHECK_THROWS_AS(sql.run(insert + "'allow', 'c@c.example', 'network=192.0.2.0/24', null)"),
                    SqlFailed);
    CHECK_THROWS_AS(sql.run(insert + "'allow', 'c@c.example', 'sworn', now())"), SqlFailed);
}

TEST_CASE("an entry is made like the sender of a copy proved himself", "[store]")
{
    using Proved = Explanation::Proved;
    struct Row {
        const char* says;
        std::optional<Proved> proved;
        const char* sender;
        const char* proof;
    };
    const auto row = GENERATE(values<Row>({
        {"the best of From", Proved{{Proof::dmarc("a.example"), Proof::dkim("a.example")}, {}},
         "bob@a.example", "dmarc=a.example"},
        {"for the domain", Proved{{Proof::dkim("a.example")}, {}}, "@a.example", "dkim=a.example"},
        {"MAIL FROM", Proved{{Proof::dkim("a.example")}, {Proof::spf("b.example")}}, "x@b.example",
         "spf=b.example"},
        {"not recorded", std::nullopt, "@a.example", "any"},
        {"nothing proved", Proved{}, "bob@a.example", "network=192.0.2.0/24"},
        {"MAIL FROM says nothing of From", Proved{{}, {Proof::spf("b.example")}}, "bob@a.example",
         "network=192.0.2.0/24"},
        {"nothing proved, and a domain", Proved{}, "@a.example", nullptr},
        {"another sender", Proved{{Proof::dkim("a.example")}, {}}, "eve@a.example", nullptr},
    }));
    DYNAMIC_SECTION(row.says)
    {
        const auto proof =
            store::proof_like(copy_with(row.proved), parse_sender_pattern(row.sender).value());
        REQUIRE(proof.has_value() == (row.proof != nullptr));
        if (proof) CHECK(proof->text() == row.proof);
    }
    auto local = copy_with(Proved{});
    local.client_ip.clear();
    CHECK(store::proof_like(local, parse_sender_pattern("bob@a.example").value()).error() ==
          store::LikenessFault::NoNetwork);
}

TEST_CASE("what a sender proved is kept with the copy", "[store]")
{
    const auto config = fresh_database();
    store::Database database{as_role(config, "lazaret_admin")};
    store::Directory{database}.add_domain("example.com", "", ada);
    const auto kept = [&](int number, const std::optional<Explanation::Proved>& proved) {
        const SampleMail sample{number};
        auto copy = sample_copy("bob@example.com");
        copy.explanation.proved = proved;
        copy.explanation.unproven.front().needs = "dmarc=example.org";
        const auto reference =
            store::make_keeper(config, 1)->hold(sample.mail, std::vector{copy}).at(0);
        const auto found = store::Quarantine{database}.find(reference).value();
        CHECK(found.explanation == copy.explanation);
    };
    kept(1, std::nullopt);
    kept(2, Explanation::Proved{});
    kept(3, Explanation::Proved{{Proof::dmarc("example.org"), Proof::dkim("example.org")},
                                {Proof::spf("b.example")}});
}

TEST_CASE("an entry of one address stands beside its account's, and goes with its domain",
          "[store]")
{
    const auto config = fresh_database();
    store::Database database{as_role(config, "lazaret_admin")};
    store::Directory directory{database};
    directory.add_domain("example.com", "one", ada);
    const auto bob = Owner::address("bob@example.com");
    store::NewEntry entry{.owner = Owner::address("bob+tag@example.com"),
                          .only_address = true,
                          .kind = ListKind::Deny,
                          .sender = parse_sender_pattern("a.example").value()};
    const auto first = directory.add_entry(entry, ada).value();
    CHECK(first.entry.owner == bob);
    CHECK(first.owner_name == "bob@example.com");
    entry.owner = bob;
    CHECK(directory.add_entry(entry, ada).value().entry.id == first.entry.id);
    entry.only_address = false;
    const auto second = directory.add_entry(entry, ada).value();
    CHECK(second.entry.owner.level == Level::Account);
    CHECK(directory.entries(bob, {}).size() == 2);
    CHECK(directory.entries(second.entry.owner, {}).size() == 1);
    const auto account = directory.account_of(parse_address("bob@example.com").value()).value();
    CHECK(directory.entries_of_account(first.entry.tenant, account).size() == 2);

    directory.add_domain("example.com", "two", ada);
    CHECK(directory.entries_of_account(first.entry.tenant, account).empty());
    CHECK(directory.remove_entries(bob, ListKind::Deny, entry.sender, ada) == 2);
    CHECK(directory.entries({}, {}).empty());
}

TEST_CASE("a domain that moves takes along what its people chose", "[store]")
{
    const auto config = fresh_database();
    store::Database database{as_role(config, "lazaret_admin")};
    store::Directory directory{database};
    const auto feed = store::make_policy_feed(as_role(config, "lazaret_milter"));
    Policy milters;
    Sql sql{config.connection};
    directory.add_domain("example.com", "one", ada);
    directory.add_domain("example.net", "one", ada);
    const auto bob = parse_address("bob@example.com").value();
    const auto ann = parse_address("ann@example.com").value();
    const auto old = directory.account_of(bob).value();
    // Ann's account has another address, of a domain that stays.
    sql.run(
        "insert into lazaret.address (tenant_id, address, account_id) values (2, "
        "'ann@example.net', " +
        std::to_string(directory.account_of(ann).value()) + ")");
    const auto block = [](const std::string& owner) {
        return store::NewEntry{.owner = Owner::address(owner),
                               .kind = ListKind::Deny,
                               .sender = parse_sender_pattern("a.example").value()};
    };
    for (const auto* who : {"bob@example.com", "ann@example.com"}) {
        directory.add_entry(block(who), ada).value();
        sql.run(
            "insert into lazaret.setting (tenant_id, owner, chosen) select 2, 'account:' || "
            "account_id, '{\"hold_at\": \"4\"}' from lazaret.address "
            "where address = '" +
            std::string{who} + "'");
    }
    feed->refresh(milters);

    directory.add_domain("example.com", "two", ada);
    const auto now = directory.account_of(bob).value();
    CHECK(now != old);
    feed->refresh(milters);
    for (const auto& one : {bob, ann, parse_address("ann@example.net").value()}) {
        INFO(one.key());
        CHECK(directory.settings_for(one).hold_at == 4.0);
        CHECK(policy_for(milters, one).settings.hold_at == 4.0);
        CHECK(policy_for(milters, one).account == directory.account_of(one).value());
        CHECK(directory.entries(Owner::address(one.key()), {}).size() == 1);
    }
    CHECK(directory.entries({}, {}).size() == 3);
    CHECK(directory.entries_of_account(3, now).size() == 1);

    // What is written for him from now on is his new account's.
    auto more = block("bob@example.com");
    more.sender = parse_sender_pattern("b.example").value();
    CHECK(directory.add_entry(more, ada).value().entry.owner == Owner::account(now));

    // And back.
    directory.add_domain("example.com", "one", ada);
    CHECK(directory.account_of(bob).value() == old);
    CHECK(directory.entries(Owner::address(bob.key()), {}).size() == 2);
    CHECK(directory.settings_for(bob).hold_at == 4.0);
    // Ann's two addresses are one account's again: neither chose anything meanwhile.
    CHECK(directory.account_of(ann) ==
          directory.account_of(parse_address("ann@example.net").value()));
}

namespace {

/// Two tenants, 2 and 3, between which example.com moves; example.net stays the first one's.
struct Movers {
    DatabaseConfig config = fresh_database();
    Sql sql{config.connection};
    store::Database database{as_role(config, "lazaret_admin")};
    store::Directory directory{database};
    std::unique_ptr<store::PolicyFeed> feed =
        store::make_policy_feed(as_role(config, "lazaret_milter"));
    Policy milters{};

    Movers()
    {
        directory.add_domain("example.com", "one", ada);
        directory.add_domain("example.net", "one", ada);
        directory.add_domain("example.org", "two", ada);
    }
    void move_to(const std::string& tenant)
    {
        feed->refresh(milters);
        directory.add_domain("example.com", tenant, ada);
        feed->refresh(milters);
    }
    AccountId account(const std::string& address)
    {
        return directory.account_of(parse_address(address).value()).value();
    }
    void block(const std::string& owner, const std::string& sender)
    {
        directory
            .add_entry({.owner = Owner::address(owner),
                        .kind = ListKind::Deny,
                        .sender = parse_sender_pattern(sender).value()},
                       ada)
            .value();
    }
    void unblock(const std::string& owner, const std::string& sender)
    {
        directory.remove_entries(Owner::address(owner), ListKind::Deny,
                                 parse_sender_pattern(sender).value(), ada);
    }
    /// One account from then on: of the second, what it chose and all its addresses.
    void join(int tenant, const std::string& one, const std::string& other)
    {
        const auto both = std::to_string(account(other)) + ", " + std::to_string(account(one));
        const auto in = std::to_string(tenant);
        sql.run("select lazaret.move_address(" + in + ", '" + other + "', " + both +
                ", true, now())");
        sql.run("select lazaret.move_lists(" + in + ", " + both + ")");
    }
    /// As lazaret.remove_address does.
    void leave(int tenant, const std::string& address, AccountId account)
    {
        const auto in = std::to_string(tenant);
        const auto fresh = sql.one("insert into lazaret.account (tenant_id) values (" + in +
                                   ") returning account_id");
        sql.run("select lazaret.move_address(" + in + ", '" + address + "', " +
                std::to_string(account) + ", " + fresh + ", false, now())");
    }
    /// Whom an address blocks, for the pages; and that milters, running and new ones, say the same.
    std::set<std::string> blocked(const std::string& address)
    {
        INFO(address);
        std::set<std::string> shown;
        for (const auto& one : directory.entries(Owner::address(address), ListKind::Deny))
            shown.insert(one.entry.sender.text);
        feed->refresh(milters);
        Policy anew;
        store::make_policy_feed(as_role(config, "lazaret_milter"))->refresh(anew);
        for (const auto* policy : {&milters, &anew}) {
            std::set<std::string> done;
            for (const auto& owner : policy_for(*policy, parse_address(address).value()).owners)
                for (const std::string sender : {"@a.example", "@b.example", "@c.example"})
                    if (policy->lists.find(list_key(owner, sender))) done.insert(sender);
            CHECK(done == shown);
        }
        return shown;
    }
};

using Senders = std::set<std::string>;

}  // namespace

TEST_CASE("an entry that is made after a domain moved is its new account's", "[store]")
{
    Movers all;
    const auto old = all.account("bob@example.com");
    all.move_to("two");
    all.block("bob@example.com", "a.example");
    CHECK(all.account("bob@example.com") != old);  // as when mail is held for him
    CHECK(all.blocked("bob@example.com") == Senders{"@a.example"});
}

TEST_CASE("addresses that joined keep their lists when their domain comes back", "[store]")
{
    Movers all;
    all.block("ann@example.com", "a.example");
    all.block("bob@example.com", "b.example");
    all.move_to("two");
    all.join(3, "ann@example.com", "bob@example.com");
    all.block("bob@example.com", "c.example");
    all.move_to("one");
    const Senders both{"@a.example", "@b.example", "@c.example"};
    CHECK(all.account("ann@example.com") == all.account("bob@example.com"));
    CHECK(all.blocked("ann@example.com") == both);
    CHECK(all.blocked("bob@example.com") == both);
}

TEST_CASE("addresses that parted do not meet again when their domain comes back", "[store]")
{
    Movers all;
    all.block("ann@example.com", "a.example");
    all.account("bob@example.com");
    all.join(2, "ann@example.com", "bob@example.com");
    all.move_to("two");
    all.leave(3, "bob@example.com", all.account("ann@example.com"));
    all.block("bob@example.com", "b.example");
    all.move_to("one");
    CHECK(all.account("ann@example.com") != all.account("bob@example.com"));
    CHECK(all.blocked("ann@example.com") == Senders{"@a.example"});
    CHECK(all.blocked("bob@example.com") == Senders{"@b.example"});
}

TEST_CASE("what was taken back in another tenant stays that when a domain comes back", "[store]")
{
    Movers all;
    all.block("ann@example.com", "a.example");
    all.account("ann@example.net");
    const bool joined = GENERATE(false, true);
    CAPTURE(joined);
    if (joined) all.join(2, "ann@example.com", "ann@example.net");
    all.move_to("two");
    all.unblock("ann@example.com", "a.example");
    all.block("ann@example.com", "b.example");
    all.move_to("one");
    CHECK(all.blocked("ann@example.com") == Senders{"@b.example"});
    // The other address keeps what it chose.
    CHECK(all.blocked("ann@example.net") == (joined ? Senders{"@a.example"} : Senders{}));
}

TEST_CASE("the pages of the old tenant change nothing of an address that moved", "[store]")
{
    Movers all;
    all.block("ann@example.com", "a.example");
    all.account("ann@example.net");
    all.join(2, "ann@example.com", "ann@example.net");
    const auto old = all.account("ann@example.com");
    all.move_to("two");
    SECTION("where it is removed")
    {
        all.leave(2, "ann@example.com", old);
        CHECK(all.blocked("ann@example.com") == Senders{"@a.example"});
    }
    SECTION("where its old account chooses something")
    {
        all.block("ann@example.net", "b.example");
        CHECK(all.blocked("ann@example.com") == Senders{"@a.example"});
        CHECK(all.blocked("ann@example.net") == Senders{"@a.example", "@b.example"});
    }
    all.block("ann@example.com", "c.example");
    all.move_to("one");
    CHECK(all.blocked("ann@example.com") == Senders{"@a.example", "@c.example"});
}

TEST_CASE("a large domain may take its time to move", "[store]")
{
    Movers all;
    all.block("ann@example.com", "a.example");
    // As slow as thousands of people.
    all.sql.run(
        "create function lazaret.slow() returns trigger language plpgsql as "
        "$$ begin perform pg_sleep(0.6); return new; end $$");
    all.sql.run(
        "create trigger slow after insert on lazaret.list_entry for each row "
        "execute function lazaret.slow()");
    auto hasty = as_role(all.config, "lazaret_admin");
    hasty.statement_timeout = 300ms;
    store::Database database{hasty};
    CHECK(store::Directory{database}.add_domain("example.com", "two", ada));
    CHECK(all.blocked("ann@example.com") == Senders{"@a.example"});
}

TEST_CASE("of two customers who had a domain one after the other the lists never meet", "[store]")
{
    Movers all;
    all.block("ann@example.com", "a.example");
    all.account("ann@example.net");
    all.join(2, "ann@example.com", "ann@example.net");
    CHECK(all.blocked("ann@example.com") == Senders{"@a.example"});
    all.directory.remove_domain("example.com", ada);
    const bool is_forgotten = GENERATE(false, true);
    CAPTURE(is_forgotten);
    if (is_forgotten) all.sql.run("delete from lazaret.domain where gone");
    all.directory.add_domain("example.com", "two", ada);

    // The address that stays with the first keeps all; the second one's begins with nothing.
    CHECK(all.blocked("ann@example.net") == Senders{"@a.example"});
    CHECK(all.blocked("ann@example.com").empty());
    all.block("ann@example.net", "b.example");
    CHECK(all.blocked("ann@example.com").empty());
    all.block("ann@example.com", "c.example");
    CHECK(all.blocked("ann@example.com") == Senders{"@c.example"});
    CHECK(all.blocked("ann@example.net") == Senders{"@a.example", "@b.example"});
}

TEST_CASE("entries of a domain and of one address move there and back without shadows", "[store]")
{
    Movers all;
    const auto domain = Owner::domain("example.com");
    const auto bob = Owner::address("bob@example.com");
    const auto bad = parse_sender_pattern("a.example").value();
    const auto deny = [&] {
        for (const auto& owner : {domain, bob}) {
            store::NewEntry entry{.owner = owner, .kind = ListKind::Deny, .sender = bad};
            entry.only_address = owner == bob;
            all.directory.add_entry(entry, ada).value();
        }
    };
    const auto undo = [&] {
        for (const auto& owner : {domain, bob})
            all.directory.remove_entries(owner, ListKind::Deny, bad, ada);
    };
    deny();
    undo();
    all.move_to("two");
    deny();
    CHECK_FALSE(all.directory.set(bob, "hold_at", "4", ada));
    all.move_to("one");
    CHECK(all.directory.entries(domain, ListKind::Deny).size() == 1);
    CHECK(all.sql.one("select count(*) from lazaret.list_entry where not gone") == "2");
    CHECK(all.sql.one("select tenant_id from lazaret.setting where not gone") == "2");
    CHECK(all.directory.chosen(bob).hold_at == 4.0);
    undo();
    CHECK(all.sql.one("select count(*) from lazaret.list_entry where not gone") == "0");
    all.feed->refresh(all.milters);
    CHECK(all.milters.lists.size() == 0);
}

TEST_CASE("a report from before its domain moved turns nobody's reports off", "[store]")
{
    Movers all;
    all.block("ann@example.com", "a.example");
    const auto old = all.account("ann@example.com");
    all.move_to("two");
    const auto now = all.account("ann@example.com");
    store::Database portal{as_role(all.config, "lazaret_portal")};
    store::Directory pages{portal};
    CHECK_FALSE(pages.turn_reports_off(2, old, ada));
    CHECK(all.directory.settings_for(parse_address("ann@example.com").value()).report_frequency ==
          ReportFrequency::Daily);
    CHECK(pages.turn_reports_off(3, now, ada));
    CHECK(all.directory.settings_for(parse_address("ann@example.com").value()).report_frequency ==
          ReportFrequency::None);
}

TEST_CASE("who administers does so also when his domain moved", "[store]")
{
    Movers all;
    all.sql.run(
        "insert into lazaret.administrator (tenant_id, address, over) "
        "values (2, 'ann@example.com', 0), (2, 'ann@example.net', 2)");
    all.move_to("two");
    CHECK(all.sql.one("select string_agg(tenant_id || ' ' || address, ', ' order by address) "
                      "from lazaret.administrator") == "3 ann@example.com, 2 ann@example.net");
    all.directory.remove_domain("example.com", ada);
    all.directory.add_domain("example.com", "one", ada);
    CHECK(all.sql.one("select count(*) from lazaret.administrator") == "1");
}

TEST_CASE("no move takes an address out of an account with a second step", "[store]")
{
    Movers all;
    all.block("ann@example.com", "a.example");
    all.block("bob@example.com", "b.example");
    const auto bob = all.account("bob@example.com");
    all.sql.run(
        "insert into lazaret.second_factor (tenant_id, account_id, secret, last_step, made) "
        "values (2, " +
        std::to_string(bob) + ", 'x', 0, now())");
    all.move_to("two");
    all.join(3, "ann@example.com", "bob@example.com");
    all.move_to("one");
    CHECK(all.account("bob@example.com") == bob);
    CHECK(all.account("ann@example.com") != bob);
    CHECK(all.blocked("ann@example.com") == Senders{"@a.example", "@b.example"});
}

TEST_CASE("a domain moves in a time that grows with its people and no faster", "[store]")
{
    const auto read_for = [](int people) {
        Movers all;
        const auto many = std::to_string(people);
        all.sql.run("insert into lazaret.account (tenant_id) select 2 from generate_series(1, " +
                    many + ")");
        all.sql.run(
            "insert into lazaret.address (tenant_id, address, account_id, change) "
            "select 2, 'p' || account_id || '@example.com', account_id, "
            "lazaret.next_change() from lazaret.account where tenant_id = 2");
        all.sql.run(
            "insert into lazaret.list_entry (tenant_id, owner, kind, sender, proof) "
            "select 2, 'account:' || account_id, 'deny', '@a.example', 'none' "
            "from lazaret.account where tenant_id = 2");
        all.sql.run("begin");
        const auto rows = [&] {
            return std::stoll(all.sql.one(
                "select sum(idx_tup_fetch + seq_tup_read) from pg_stat_xact_user_tables "
                "where schemaname = 'lazaret'"));
        };
        const auto before = rows();
        all.sql.one("select lazaret.move_accounts('example.com', 2, 3)");
        const auto after = rows();
        all.sql.run("commit");
        return after - before;
    };
    const auto few = read_for(50);
    const auto many = read_for(400);
    CAPTURE(few, many);
    CHECK(many < 12 * few);
}
