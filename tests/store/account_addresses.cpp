#include "quarantine-store/account_addresses.hpp"

#include <thread>

#include "quarantine-store/account_settings.hpp"
#include "quarantine-store/directory.hpp"
#include "quarantine-store/keeper.hpp"
#include "quarantine-store/link/secret_token.hpp"
#include "quarantine-store/notifications.hpp"
#include "quarantine-store/passwords.hpp"
#include "quarantine-store/policy_feed.hpp"
#include "quarantine-store/reports.hpp"
#include "quarantine-store/sessions.hpp"
#include "tests/store/cluster.hpp"
#include "tests/store/samples.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/print.hpp"

using namespace lazaret;
using namespace lazaret::test;
using namespace std::chrono_literals;

namespace {

/// A tenant with people: bob, who asks, and ann, whose address is asked for.
struct House {
    DatabaseConfig config = fresh_database();
    Moment now = system_now();
    Sql owner{config.connection};
    store::Database admin{as_role(config, "lazaret_admin"), [this] { return now; }};
    store::Database portal{as_role(config, "lazaret_portal"), [this] { return now; }};
    store::Directory directory{admin};
    store::AccountAddresses addresses{portal};
    AccountId bob = 0;
    AccountId ann = 0;
    std::string token{};

    House()
    {
        directory.add_domain("example.com", "main", {"test", "test"});
        bob = account("bob@example.com");
        ann = account("ann@example.com");
        owner.run("insert into lazaret.password values (1, " + std::to_string(bob) +
                  ", '$argon2id$bob', now()), (1, " + std::to_string(ann) +
                  ", '$argon2id$ann', now())");
        token = session(bob, "bob@example.com", "$argon2id$bob");
    }
    AccountId account(const std::string& mailbox)
    {
        return directory.account_of(parse_address(mailbox).value()).value();
    }
    std::string account_of(const std::string& mailbox)
    {
        return owner.one("select account_id from lazaret.address where address = '" + mailbox +
                         "'");
    }
    std::string session(AccountId whose, const std::string& address, const std::string& hash)
    {
        return store::Sessions{portal}.begin_full(1, whose, address, hash, {}, now + 24h).value();
    }
    /// A link as lazaret-report makes one.
    std::string link(const std::string& address)
    {
        auto secret = store::new_secret_token();
        owner.run("insert into lazaret.address_link values (1, '\\x" +
                  hex(store::hash_of_token(secret)) + "', " + std::to_string(bob) + ", '" +
                  address + "', lazaret.moment(" +
                  std::to_string((now + 30min).time_since_epoch().count()) + "))");
        return secret;
    }
    static std::string hex(const std::string& bytes)
    {
        std::string text;
        for (const char c : bytes) {
            constexpr auto digits = "0123456789abcdef";
            text += digits[static_cast<unsigned char>(c) / 16];
            text += digits[static_cast<unsigned char>(c) % 16];
        }
        return text;
    }
    Reference hold(const std::string& mailbox)
    {
        const SampleMail sample{++number_};
        return store::make_keeper(config, 1)
            ->hold(sample.mail, std::vector{sample_copy(mailbox)})
            .at(0);
    }
    void join(const std::string& address)
    {
        CHECK(addresses.confirm(token, link(address), "192.0.2.1") == address);
    }
    std::string copies_of(AccountId whose)
    {
        return owner.one("select count(*) from lazaret.held_copy where account_id = " +
                         std::to_string(whose));
    }

private:
    int number_ = 0;
};

}  // namespace

TEST_CASE("an account whose address joins another one ends, and its mail comes along", "[store]")
{
    House house;
    house.hold("ann@example.com");
    house.hold("ann@example.com");
    house.hold("bob@example.com");
    const auto anns = house.session(house.ann, "ann@example.com", "$argon2id$ann");
    house.directory.set(Owner::account(house.ann), "language", "fr", {"test", "test"});
    house.directory.set(Owner::account(house.bob), "language", "de", {"test", "test"});
    house.owner.run("insert into lazaret.password_link values (1, '\\x07', " +
                    std::to_string(house.ann) + ", 'ann@example.com', now() + interval '1 hour')");
    const auto ask = house.addresses.of_link(house.token, house.link("ann@example.com")).value();
    CHECK(ask.held == 2);
    CHECK(ask.ends_account);

    house.join("ann@example.com");
    CHECK(house.copies_of(house.ann) == "0");
    CHECK(house.copies_of(house.bob) == "3");
    CHECK(house.account_of("ann@example.com") == std::to_string(house.bob));
    store::Sessions sessions{house.portal};
    CHECK_FALSE(sessions.find(anns));
    CHECK(sessions.find(house.token).value().addresses ==
          std::vector<std::string>{"bob@example.com", "ann@example.com"});
    // By either address, with bob's password.
    CHECK(store::Passwords{house.portal}.find("ann@example.com").value().hash == "$argon2id$bob");
    CHECK(house.owner.one("select count(*) from lazaret.password") == "1");
    CHECK(house.owner.one("select count(*) from lazaret.password_link") == "0");
    CHECK(house.owner.one("select count(*) from lazaret.address_link") == "0");
    CHECK(house.directory.settings_for(parse_address("ann@example.com").value()).language == "de");
    CHECK(house.owner.one("select string_agg(subject || ' ' || what, ', ' order by audit_id) from "
                          "lazaret.audit where what like 'address %' and who = 'bob@example.com' "
                          "and from_where = '192.0.2.1'") ==
          "account:" + std::to_string(house.ann) +
              " address left, account:" + std::to_string(house.bob) + " address added");
    // What comes later is held for bob at once.
    house.hold("ann@example.com");
    CHECK(house.copies_of(house.bob) == "4");
}

TEST_CASE("no mail takes an address from an account that wants a code", "[store]")
{
    House house;
    house.hold("ann@example.com");
    const auto anns = house.session(house.ann, "ann@example.com", "$argon2id$ann");
    house.owner.run("insert into lazaret.second_factor values (1, " + std::to_string(house.ann) +
                    ", 'sealed', 0, now())");
    const auto link = house.link("ann@example.com");
    CHECK(house.addresses.of_link(house.token, link).value().wants_code);
    CHECK_FALSE(house.addresses.confirm(house.token, link, "192.0.2.1"));
    CHECK(house.account_of("ann@example.com") == std::to_string(house.ann));
    CHECK(house.copies_of(house.ann) == "1");
    CHECK(store::Sessions{house.portal}.find(anns));
    CHECK(house.owner.one("select count(*) from lazaret.audit where what like 'address %'") == "0");
    // When she has switched it off, the link is still good.
    house.owner.run("delete from lazaret.second_factor");
    CHECK_FALSE(house.addresses.of_link(house.token, link).value().wants_code);
    CHECK(house.addresses.confirm(house.token, link, "192.0.2.1") == "ann@example.com");
    CHECK(house.copies_of(house.bob) == "1");
}

TEST_CASE("what is still to be said of a held copy is said when its address has moved", "[store]")
{
    House house;
    const SampleMail sample{4};
    auto copy = sample_copy("ann@example.com");
    copy.explanation.warned = {9, ListKind::Warn, Owner::account(house.ann), "@example.org", ""};
    store::make_keeper(house.config, 1)->hold(sample.mail, std::vector{copy});
    REQUIRE(house.owner.one("select count(*) from lazaret.notification where kind = 'warned'") ==
            "1");
    house.join("ann@example.com");
    store::Database mailer{as_role(house.config, "lazaret_report"), [&] { return house.now; }};
    store::Notifications notifications{mailer};
    const auto waiting = notifications.claim(notifications.waiting());
    REQUIRE(waiting.size() == 1);
    CHECK(waiting[0].kind == store::NotificationKind::Warned);
    CHECK(waiting[0].account == house.bob);
    CHECK(waiting[0].mailbox == "ann@example.com");
    CHECK(waiting[0].held);
}

TEST_CASE("of two lists that meet the newer entry of each sender counts", "[store]")
{
    House house;
    const auto put = [&](AccountId whose, const std::string& kind, const std::string& sender,
                         const std::string& comment) {
        house.owner.run(
            "insert into lazaret.list_entry (tenant_id, owner, kind, sender, proof, "
            "comment, origin) values (1, 'account:" +
            std::to_string(whose) + "', '" + kind + "', '" + sender + "', 'none', '" + comment +
            "', 'account')");
    };
    put(house.bob, "deny", "older@a.example", "of bob");
    put(house.ann, "deny", "older@a.example", "of ann");
    put(house.ann, "deny", "newer@a.example", "of ann");
    put(house.bob, "deny", "newer@a.example", "of bob");
    put(house.bob, "deny", "gone@a.example", "of bob");
    put(house.ann, "deny", "gone@a.example", "of ann");
    house.owner.run(
        "update lazaret.list_entry set gone = true where comment = 'of bob' and "
        "sender = 'gone@a.example'");
    put(house.ann, "deny", "only@a.example", "of ann");
    auto feed = store::make_policy_feed(house.config);
    Policy policy;
    feed->refresh(policy);

    house.join("ann@example.com");
    const auto mine = "'account:" + std::to_string(house.bob) + "'";
    CHECK(house.owner.rows("select sender, comment from lazaret.list_entry where not gone and "
                           "owner = " +
                           mine + " order by sender") ==
          std::vector<std::vector<std::string>>{{"gone@a.example", "of ann"},
                                                {"newer@a.example", "of bob"},
                                                {"older@a.example", "of ann"},
                                                {"only@a.example", "of ann"}});
    CHECK(house.owner.one("select count(*) from lazaret.list_entry where not gone and owner <> " +
                          mine) == "0");
    // Milters that had the lists of before hear of it.
    CHECK(feed->refresh(policy));
    const auto found = policy_for(policy, parse_address("ann@example.com").value());
    CHECK(found.account == house.bob);
    CHECK(policy.lists.find(list_key(Owner::account(house.bob), "only@a.example")));
    CHECK_FALSE(policy.lists.find(list_key(Owner::account(house.ann), "only@a.example")));
}

TEST_CASE("an address leaves an account with others alone, save for what is its own", "[store]")
{
    House house;
    house.owner.run(
        "insert into lazaret.address (tenant_id, address, account_id) values "
        "(1, 'cy@example.com', " +
        std::to_string(house.ann) + ")");
    house.hold("ann@example.com");
    house.hold("cy@example.com");
    house.owner.run(
        "insert into lazaret.list_entry (tenant_id, owner, kind, sender, proof) values "
        "(1, 'account:" +
        std::to_string(house.ann) + "', 'deny', 'x@a.example', 'none')");
    const auto anns = house.session(house.ann, "ann@example.com", "$argon2id$ann");
    const auto cys = house.session(house.ann, "cy@example.com", "$argon2id$ann");
    CHECK_FALSE(
        house.addresses.of_link(house.token, house.link("cy@example.com")).value().ends_account);
    house.join("cy@example.com");
    CHECK(house.copies_of(house.ann) == "1");
    CHECK(house.copies_of(house.bob) == "1");
    store::Sessions sessions{house.portal};
    CHECK(sessions.find(anns));
    CHECK_FALSE(sessions.find(cys));
    CHECK(store::Passwords{house.portal}.find("ann@example.com").value().hash == "$argon2id$ann");
    CHECK(house.owner.one("select owner from lazaret.list_entry where not gone") ==
          "account:" + std::to_string(house.ann));
}

TEST_CASE("an address that nobody had is one of the account's from then on", "[store]")
{
    House house;
    CHECK(house.addresses.of_link(house.token, house.link("new@example.com")).value().held == 0);
    house.join("new@example.com");
    CHECK(house.account_of("new@example.com") == std::to_string(house.bob));
    house.hold("new@example.com");
    CHECK(house.copies_of(house.bob) == "1");
}

TEST_CASE("what no report told before an address joined stands in the next one", "[store]")
{
    House house;
    house.hold("ann@example.com");
    const auto told = house.hold("ann@example.com");
    const auto micros = [](Moment moment) {
        return "lazaret.moment(" + std::to_string(moment.time_since_epoch().count()) + ")";
    };
    // One was told to ann an hour ago; bob had his report since then.
    house.owner.run("update lazaret.held_copy set received = " + micros(house.now - 2h) +
                    " where reference = '" + told.text() + "'");
    house.owner.run("update lazaret.held_copy set received = " + micros(house.now - 30min) +
                    " where reference <> '" + told.text() + "'");
    const auto report = [&](AccountId whose, Moment end) {
        house.owner.run(
            "insert into lazaret.report_sent (tenant_id, account_id, period_end, "
            "message_id, state, claimed, changed) values (1, " +
            std::to_string(whose) + ", " + micros(end) + ", 'x', 'sent', now(), now())");
    };
    report(house.ann, house.now - 1h);
    report(house.bob, house.now - 10min);
    house.join("ann@example.com");
    store::Database mailer{as_role(house.config, "lazaret_report"), [&] { return house.now; }};
    const auto content =
        store::Reports{mailer}.content(1, house.bob, {house.now - 10min, house.now + 1min}, 10);
    REQUIRE(content.rows.size() == 1);
    CHECK(content.rows[0].copy.reference.text() != told.text());
}

TEST_CASE("mail that is held while an address joins is held for one of the two", "[store]")
{
    House house;
    std::vector<std::thread> holders;
    for (int holder = 0; holder < 2; ++holder)
        holders.emplace_back([&, holder] {
            auto keeper = store::make_keeper(house.config, 1);
            for (int nr = 0; nr < 30; ++nr) {
                const SampleMail sample{1000 * (holder + 1) + nr};
                keeper->hold(sample.mail, std::vector{sample_copy("ann@example.com")});
            }
        });
    house.join("ann@example.com");
    for (auto& holder : holders) holder.join();
    CHECK(house.copies_of(house.bob) == "60");
    CHECK(house.copies_of(house.ann) == "0");
}

TEST_CASE("an address that is removed has an account of its own, with its mail", "[store]")
{
    House house;
    house.join("ann@example.com");
    house.hold("ann@example.com");
    house.hold("bob@example.com");
    CHECK_FALSE(house.addresses.remove(house.token, "cy@example.com", ""));
    CHECK_FALSE(house.addresses.remove(house.token + "x", "ann@example.com", ""));
    const auto other = house.session(house.bob, "ann@example.com", "$argon2id$bob");
    REQUIRE(house.addresses.remove(house.token, "ann@example.com", "192.0.2.1"));
    const auto fresh = house.account_of("ann@example.com");
    CHECK(fresh != std::to_string(house.bob));
    CHECK(fresh != std::to_string(house.ann));
    CHECK(house.copies_of(house.bob) == "1");
    CHECK(house.owner.one("select mailbox from lazaret.held_copy where account_id = " + fresh) ==
          "ann@example.com");
    CHECK_FALSE(store::Passwords{house.portal}.find("ann@example.com"));
    store::Sessions sessions{house.portal};
    CHECK(sessions.find(house.token));
    CHECK_FALSE(sessions.find(other));
    CHECK_FALSE(house.addresses.remove(house.token, "bob@example.com", ""));
    auto feed = store::make_policy_feed(house.config);
    Policy policy;
    feed->refresh(policy);
    CHECK(std::to_string(
              policy_for(policy, parse_address("ann@example.com").value()).account.value_or(0)) ==
          fresh);
}

TEST_CASE("whoever removes the address that he came in by stays in", "[store]")
{
    House house;
    house.join("ann@example.com");
    CHECK(house.addresses.remove(house.token, "bob@example.com", ""));
    const auto session = store::Sessions{house.portal}.find(house.token).value();
    CHECK(session.address == "ann@example.com");
    CHECK(session.addresses == std::vector<std::string>{"ann@example.com"});
}

TEST_CASE("a link adds nothing to another tenant, nor from a domain that left", "[store]")
{
    House house;
    house.directory.add_domain("other.example", "others", {"test", "test"});
    using Answer = store::AddressAsked::Answer;
    const auto ask = [&](const std::string& address) {
        return house.addresses.ask(house.token, parse_address(address).value(), "192.0.2.0/24")
            .answer;
    };
    CHECK(ask("x@other.example") == Answer::Foreign);
    CHECK(ask("x@unknown.example") == Answer::Foreign);
    CHECK(ask("bob+tag@example.com") == Answer::Own);
    CHECK(ask("ann@example.com") == Answer::Asked);
    const auto link = house.link("x@left.example");
    CHECK_FALSE(house.addresses.confirm(house.token, link, ""));
    CHECK(house.account_of("bob@example.com") == std::to_string(house.bob));
    CHECK(house.owner.one("select count(*) from lazaret.address") == "2");
}

TEST_CASE("no program's role moves an address or chooses a setting but through a session",
          "[store]")
{
    House house;
    for (const std::string role : {"lazaret_portal", "lazaret_milter", "lazaret_report"}) {
        INFO(role);
        Sql sql{as_role(house.config, role).connection};
        for (const std::string statement :
             {"select * from lazaret.address_link", "delete from lazaret.address_link",
              "insert into lazaret.address_link values (1, '', 1, 'a', now())",
              "update lazaret.address set account_id = 1",
              "select lazaret.move_address(1, 'a', 1, 2, true, now())",
              "select lazaret.move_lists(1, 1, 2)", "select lazaret.end_account(1, 1, now())",
              "select lazaret.full_session_of('', now())"}) {
            INFO(statement);
            try {
                sql.run(statement);
                FAIL("it was let");
            } catch (const SqlFailed& failed) {
                CHECK(failed.state == "42501");
            }
        }
    }
    const auto link = "select lazaret.make_address_link(1, 1, '', now())";
    CHECK_THROWS_AS(Sql{as_role(house.config, "lazaret_portal").connection}.run(link), SqlFailed);
    CHECK_THROWS_AS(Sql{as_role(house.config, "lazaret_report").connection}.run(
                        "select lazaret.use_address_link('', '', '', now())"),
                    SqlFailed);
}
