#include <string_view>
#include <thread>

#include "quarantine-store/doctor.hpp"
#include "quarantine-store/passwords.hpp"
#include "quarantine-store/sessions.hpp"
#include "tests/store/cluster.hpp"
#include "tests/support/catch.hpp"

using namespace lazaret;
using namespace lazaret::test;
using namespace std::chrono_literals;

namespace {

void refused(Sql& sql, const std::string& statement)
{
    INFO(statement);
    try {
        sql.run(statement);
        FAIL("it was let");
    } catch (const SqlFailed& failed) {
        CHECK(failed.state == "42501");
    }
}

}  // namespace

TEST_CASE("no program's role reads or writes sessions, passwords, links or tries", "[store]")
{
    const auto config = fresh_database();
    for (const std::string role : {"lazaret_portal", "lazaret_milter", "lazaret_report"}) {
        INFO(role);
        Sql sql{as_role(config, role).connection};
        for (const std::string table : {"session", "password", "password_link", "password_request",
                                        "attempt", "second_factor", "recovery_code", "code_wanted"})
            for (const std::string statement :
                 {"select * from lazaret.", "select count(*) from lazaret.", "delete from lazaret.",
                  "truncate lazaret."})
                refused(sql, statement + table);
        refused(sql, "insert into lazaret.password values (1, 1, '$argon2id$x', now())");
        refused(sql, "update lazaret.password set hash = '$argon2id$x'");
        refused(sql, "update lazaret.session set kind = 'full'");
        refused(sql, "select lazaret.lock_out('a@example.com', true)");
        refused(sql, "select lazaret.renew_password(1, 1, 'a', '$argon2id$x', '', now())");
        refused(sql, "select lazaret.forget_factor(1, 1)");
        refused(sql, "select lazaret.use_code(1, 1, 1, '', null)");
        refused(sql, "select lazaret.add_session(1, 1, 'a', 'full', '', '', '', now(), now())");
    }
    Sql admin{as_role(config, "lazaret_admin").connection};
    refused(admin, "select * from lazaret.password");
    refused(admin, "select lazaret.password_of('a@example.com')");
    // Who sends the links sets no password, and who sets passwords makes no links.
    Sql portal{as_role(config, "lazaret_portal").connection};
    refused(portal, "select lazaret.make_password_link(1, 1, '', now())");
    refused(portal, "select lazaret.answer_password_requests(now())");
    Sql report{as_role(config, "lazaret_report").connection};
    refused(report, "select lazaret.use_password_link('', '$argon2id$x', '', now())");
    refused(report, "select lazaret.password_of('a@example.com')");
    refused(report, "select lazaret.begin_connected_session(1, 1, 'a', '', '', '', now(), now())");
    refused(report, "select lazaret.factor_wanted('', now())");
    refused(report, "select lazaret.begin_session(1, 1, 'a', null, '', '', '', now(), now())");
}

TEST_CASE("doctor names who may read passwords or sessions", "[store]")
{
    const auto config = fresh_database();
    CHECK(store::examine_database(config).excess_rights.empty());
    Sql owner{config.connection};
    owner.run("grant select (hash) on lazaret.password to lazaret_portal");
    owner.run("grant update on lazaret.session to lazaret_report");
    owner.run("revoke execute on function lazaret.begin_session from lazaret_portal");
    const auto ill = store::examine_database(config);
    CHECK(ill.excess_rights ==
          std::vector<std::string>{"lazaret_portal may read lazaret.password (hash)",
                                   "lazaret_report may change lazaret.session"});
    CHECK(ill.missing_rights ==
          std::vector<std::string>{"lazaret_portal may not execute lazaret.begin_session"});
}

TEST_CASE("a full session is begun only with the hash that counts now, for the account's address",
          "[store]")
{
    const auto config = fresh_database();
    Sql owner{config.connection};
    for (const std::string address : {"a@example.com", "b@example.com"})
        owner.run("select lazaret.account_of(1, '" + address + "')");
    owner.run("insert into lazaret.domain (tenant_id, name, change) values (1, 'example.com', 1)");
    owner.run("insert into lazaret.password values (1, 1, '$argon2id$one', now())");
    store::Database portal{as_role(config, "lazaret_portal")};
    store::Sessions sessions{portal};
    store::Passwords passwords{portal};
    const auto later = system_now() + 1h;
    const auto full = [&](AccountId account, const std::string& address, const std::string& hash) {
        return sessions.begin_full(1, account, address, hash, {}, later);
    };
    CHECK(passwords.find("a@example.com").value().hash == "$argon2id$one");
    CHECK_FALSE(passwords.find("b@example.com"));
    CHECK_FALSE(passwords.find(""));
    CHECK_FALSE(passwords.find("%"));
    CHECK_FALSE(full(1, "a@example.com", "$argon2id$two"));
    CHECK_FALSE(full(2, "b@example.com", "$argon2id$one"));
    CHECK_FALSE(full(1, "b@example.com", "$argon2id$one"));
    CHECK_FALSE(full(3, "a@example.com", "$argon2id$one"));
    CHECK_FALSE(sessions.begin(1, 2, "a@example.com", {}, later));
    const auto token = full(1, "a@example.com", "$argon2id$one");
    REQUIRE(token);
    CHECK(sessions.find(*token).value().kind == store::SessionKind::Full);
    CHECK_FALSE(sessions.find(*token + "x"));
    // Changed by a session, and that with the hash of before no longer works.
    CHECK_FALSE(passwords.change(*token, "$argon2id$two", "$argon2id$three", ""));
    CHECK(passwords.change(*token, "$argon2id$one", "$argon2id$three", "192.0.2.1"));
    CHECK_FALSE(sessions.find(*token));
    CHECK_FALSE(full(1, "a@example.com", "$argon2id$one"));
    CHECK(full(1, "a@example.com", "$argon2id$three"));
    CHECK(owner.one("select count(*) from lazaret.audit where what = 'password set' and "
                    "who = 'a@example.com' and from_where = '192.0.2.1'") == "1");
}

TEST_CASE("who begins a session while he is locked out has none after it", "[store]")
{
    struct Row {
        const char* says;
        const char* begins;
    };
    const auto row = GENERATE(values<Row>({
        {"by a report's link",
         "begin_session(1, 1, 'a@example.com', null, '\\x07', '', '', now(), "
         "now() + interval '1 day')"},
        {"by another server's word",
         "begin_connected_session(1, 1, 'a@example.com', '\\x07', '', '', now(), "
         "now() + interval '1 day')"},
        {"by a code",
         "begin_with_code('\\x08', 5, null, null, '\\x07', '', '', now(), "
         "now() + interval '1 day')"},
    }));
    const auto config = fresh_database();
    Sql owner{config.connection};
    owner.run("select lazaret.account_of(1, 'a@example.com')");
    owner.run("insert into lazaret.domain (tenant_id, name, change) values (1, 'example.com', 1)");
    if (std::string_view{row.begins}.starts_with("begin_with_code"))
        owner.run(
            "insert into lazaret.second_factor values (1, 1, 'sealed', 0, now()); insert into "
            "lazaret.code_wanted values (1, '\\x08', 1, 'a@example.com', null, "
            "now() + interval '1 minute')");
    INFO(row.says);
    Sql person{config.connection};
    person.run("begin");
    CHECK(person.one(std::string{"select lazaret."} + row.begins) == "t");
    Sql administrator{config.connection};
    administrator.start("select lazaret.lock_out('a@example.com', false)");
    std::this_thread::sleep_for(200ms);
    CHECK(administrator.is_busy());
    person.run("commit");
    administrator.finish();
    CHECK(owner.one("select count(*) from lazaret.session") == "0");
}

TEST_CASE("a client's network is what its customer has", "[store]")
{
    struct Row {
        const char* says;
        const char* client;
        const char* network;
    };
    const auto row = GENERATE(values<Row>({
        {"IPv4", "192.0.2.77", "192.0.2.0/24"},
        {"IPv6", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"},
        {"IPv4 in IPv6", "::ffff:192.0.2.77", "192.0.2.0/24"},
        {"nothing", "", "unknown"},
        {"something else", "a b", "unknown"},
    }));
    DYNAMIC_SECTION(row.says) { CHECK(store::network_of(row.client) == row.network); }
}
