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

TEST_CASE("a link leaves alone what the owner made himself", "[store]")
{
    const auto config = fresh_database();
    store::Database database{as_role(config, "lazaret_admin")};
    store::Directory directory{database};
    directory.add_domain("example.com", "", ada);
    auto own = allow("bob@a.example", Proof::dkim("a.example"));
    own.owner = Owner::address("ann@example.com");
    own.origin = store::made_in_account;
    own.comment = "my brother";
    const auto made = directory.add_entry(own, ada).value();
    auto by_link = own;
    by_link.origin = store::made_by_link;
    by_link.comment = "";
    const auto after = directory.add_entry(by_link, ada).value();
    CHECK(after.entry.id == made.entry.id);
    CHECK(after.origin == store::made_in_account);
    CHECK(after.comment == "my brother");
    // What lets mail through that the entry did not is the link's, and its owner's report tells it.
    by_link.proof = Proof::spf("b.example");
    const auto wider = directory.add_entry(by_link, ada).value();
    CHECK(wider.origin == store::made_by_link);
    CHECK(wider.entry.proof == Proof::spf("b.example"));
    CHECK(wider.created > made.created);
}

TEST_CASE("an entry that did not count is new when a link makes it count", "[store]")
{
    const auto config = fresh_database();
    store::Database database{as_role(config, "lazaret_admin")};
    store::Directory directory{database};
    directory.add_domain("example.com", "", ada);
    Sql sql{config.connection};
    auto own = allow("bob@a.example", Proof::any());
    own.owner = Owner::address("ann@example.com");
    own.origin = GENERATE(std::string{store::made_in_account}, std::string{store::made_by_link});
    const auto made = directory.add_entry(own, ada).value();
    sql.run(GENERATE("update lazaret.list_entry set enabled = false",
                     "update lazaret.list_entry set expires = now() - interval '1 day'",
                     "update lazaret.list_entry set gone = true"));
    own.origin = store::made_by_link;
    const auto again = directory.add_entry(own, store::Actor{"eve", "test"}).value();
    CHECK(again.entry.id == made.entry.id);
    CHECK(again.entry.enabled);
    CHECK(again.created > made.created);
    CHECK(again.created_by == "eve");
    // To press again is no news.
    const auto pressed = directory.add_entry(own, ada).value();
    CHECK(pressed.created == again.created);
    CHECK(pressed.created_by == "eve");
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

    directory.remove_domain("example.com", ada);
    directory.add_domain("example.com", "two", ada);
    CHECK(directory.entries(bob, {}).empty());
    directory.remove_domain("example.com", ada);
    directory.add_domain("example.com", "one", ada);
    CHECK(directory.entries(bob, {}).size() == 1);
    CHECK(directory.remove_entries(bob, ListKind::Deny, entry.sender, ada) == 1);
    CHECK(directory.entries({}, {}).empty());
}

namespace {

/// Two tenants, 2 and 3, between which example.com moves; example.net stays the first one's.
struct Customers {
    DatabaseConfig config = fresh_database();
    Sql sql{config.connection};
    store::Database database{as_role(config, "lazaret_admin")};
    store::Directory directory{database};
    std::unique_ptr<store::PolicyFeed> feed =
        store::make_policy_feed(as_role(config, "lazaret_milter"));
    Policy milters{};

    Customers()
    {
        directory.add_domain("example.com", "one", ada);
        directory.add_domain("example.net", "one", ada);
        directory.add_domain("example.org", "two", ada);
    }
    void hand_on(const std::string& tenant)
    {
        feed->refresh(milters);
        directory.remove_domain("example.com", ada);
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
    /// One account from then on: of the second, what it chose and all its addresses.
    void join(int tenant, const std::string& one, const std::string& other)
    {
        const auto both = std::to_string(account(other)) + ", " + std::to_string(account(one));
        const auto in = std::to_string(tenant);
        sql.run("select lazaret.move_address(" + in + ", '" + other + "', " + both +
                ", true, now())");
        sql.run("select lazaret.move_lists(" + in + ", " + both + ")");
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

TEST_CASE("of two customers who had a domain one after the other the lists never meet", "[store]")
{
    Customers all;
    all.block("ann@example.com", "a.example");
    all.account("ann@example.net");
    all.join(2, "ann@example.com", "ann@example.net");
    CHECK(all.blocked("ann@example.com") == Senders{"@a.example"});
    all.feed->refresh(all.milters);
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

TEST_CASE("while a tenant has a domain no other gets it", "[store]")
{
    Customers all;
    all.block("ann@example.com", "a.example");
    CHECK_THROWS_WITH(all.directory.add_domain("example.com", "two", ada),
                      "example.com is protected for tenant \"one\"");
    CHECK_FALSE(all.directory.add_domain("example.com", "one", ada));
    CHECK(all.blocked("ann@example.com") == Senders{"@a.example"});
}

TEST_CASE("a domain that comes back to its tenant has what its people chose", "[store]")
{
    Customers all;
    all.block("ann@example.com", "a.example");
    all.hand_on("two");
    all.block("ann@example.com", "b.example");
    all.hand_on("one");
    CHECK(all.blocked("ann@example.com") == Senders{"@a.example"});
    all.hand_on("two");
    CHECK(all.blocked("ann@example.com") == Senders{"@b.example"});
}

TEST_CASE("what is demanded and who administers goes with the customer", "[store]")
{
    Customers all;
    all.sql.run(
        "insert into lazaret.administrator (tenant_id, address, over) values "
        "(2, 'ann@example.com', 0), (2, 'ann@example.com', 2), (2, 'ann@example.net', 2)");
    all.sql.run(
        "insert into lazaret.delegate (tenant_id, account_id, address, made) values "
        "(2, 1, 'ann@example.com', now()), (2, 1, 'ann@example.net', now())");
    all.sql.run(
        "insert into lazaret.second_step_demand (tenant_id, owner) values "
        "(2, 'domain:example.com'), (2, 'domain:example.net')");
    all.hand_on("one");
    const auto counts =
        "select (select count(*) from lazaret.administrator) || ' ' || (select count(*) from "
        "lazaret.delegate) || ' ' || (select count(*) from lazaret.second_step_demand)";
    CHECK(all.sql.one(counts) == "3 2 2");
    all.hand_on("two");
    CHECK(all.sql.one(counts) == "1 1 1");
}

TEST_CASE("an account changes no setting of an address that is another customer's now", "[store]")
{
    Customers all;
    const auto old = all.account("ann@example.com");
    all.hand_on("two");
    const auto ann = Owner::address("ann@example.com");
    CHECK_FALSE(all.directory.set(ann, "report.frequency", "daily", ada));
    store::Database portal{as_role(all.config, "lazaret_portal")};
    CHECK(store::Directory{portal}.turn_reports_off(2, old, ada));
    CHECK(all.directory.settings_for(parse_address("ann@example.com").value()).report_frequency ==
          ReportFrequency::Daily);
}
