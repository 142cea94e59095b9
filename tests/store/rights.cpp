#include "base/error.hpp"
#include "quarantine-store/doctor.hpp"
#include "quarantine-store/keeper.hpp"
#include "quarantine-store/schema.hpp"
#include "tests/store/cluster.hpp"
#include "tests/store/samples.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/print.hpp"

using namespace lazaret;
using namespace lazaret::test;

TEST_CASE("the milter's role can hold mail, and read none of it", "[store]")
{
    const auto config = fresh_database();
    const SampleMail sample{1};
    store::make_keeper(as_role(config, "lazaret_milter"), 1)
        ->hold(sample.mail, std::vector{sample_copy("a@example.com")});
    Sql milter{as_role(config, "lazaret_milter").connection};
    const std::vector<std::string> refused = {
        "select bytes from lazaret.held_mail",
        "select subject from lazaret.held_mail",
        "select preview from lazaret.held_mail",
        "select preview_images from lazaret.held_mail",
        "select * from lazaret.held_mail",
        "select * from lazaret.held_copy",
        "select * from lazaret.held_mail_default",
        "select * from lazaret.held_mail_legal",
        "delete from lazaret.held_mail",
        "update lazaret.held_copy set state = 'deleted'",
        "update lazaret.held_copy set state = 'released'",
        "insert into lazaret.list_entry (tenant_id, owner, kind, sender, proof) values (0, 'site', "
        "'allow', '.example.org', 'none')",
        "insert into lazaret.model (version, is_snapshot, bytes, checksum) values (1, true, '', "
        "'')",
        "select * from lazaret.vote",
        "select * from lazaret.vote_mail",
        "select * from lazaret.lot",
        "select * from lazaret.message_bytes",
        "select lazaret.tidy_votes(now())",
        "select lazaret.tidy_changes(current_date)",
        "select lazaret.tidy_text_forwards(current_date)",
        "select lazaret.tidy_newsletters(current_date)",
        "select lazaret.tidy_old_deeds(current_date)",
        "select lazaret.tidy_what_was_said(current_date)",
        "select lazaret.say(1, 1, '', 'ham', 'forward', 0, now())",
        "select * from lazaret.audit",
        "select * from lazaret.passage",
        "select lazaret.drop_expiry_day(current_date)",
        "select lazaret.next_change()",
        "select * from lazaret.waiting",
        "delete from lazaret.waiting",
        "select lazaret.take_back('0', '{}', '1')",
        "select lazaret.tell_of_held(1, 1, 'a@example.com', '0', now())",
        "select * from lazaret.notification",
        "select lazaret.move_legal(1, '', current_date, current_date)",
        "create table lazaret.mine (a int)"};
    for (const auto& statement : refused) {
        INFO(statement);
        try {
            milter.run(statement);
            FAIL("it was let");
        } catch (const SqlFailed& failed) {
            CHECK(failed.state == "42501");
        }
    }
}

TEST_CASE("the portal's role changes what its pages offer, and nothing else", "[store]")
{
    const auto config = fresh_database();
    Sql owner{config.connection};
    owner.run("select lazaret.account_of(1, 'a@example.com')");
    owner.run(
        "insert into lazaret.list_entry (tenant_id, owner, kind, sender, proof, origin) values "
        "(0, 'site', 'deny', '@a.example', 'none', 'lazaretctl'), "
        "(1, 'account:1', 'deny', '@b.example', 'none', 'lazaretctl'), "
        "(1, 'account:1', 'deny', 'c@c.example', 'none', 'report')");
    Sql portal{as_role(config, "lazaret_portal").connection};
    const std::string add =
        "insert into lazaret.list_entry (tenant_id, owner, kind, sender, proof, origin) values ";
    const std::vector<std::string> refused = {
        add + "(0, 'site', 'allow', '.com', 'any', 'report')",
        add + "(1, 'tenant:1', 'allow', '.com', 'any', 'report')",
        add + "(1, 'domain:example.com', 'allow', '.com', 'any', 'report')",
        add + "(1, 'account:1', 'allow', '.com', 'any', 'lazaretctl')",
        add + "(1, 'address:a@example.com', 'allow', '.com', 'any', 'account')",
        add +
            "(1, 'account:1', 'deny', '@b.example', 'none', 'report') "
            "on conflict (tenant_id, owner, kind, sender, list_id) do update set origin = "
            "excluded.origin",
        "update lazaret.list_entry set owner = 'site' where origin = 'report'",
        "select * from lazaret.lot",
        "delete from lazaret.list_entry",
        "insert into lazaret.setting (tenant_id, owner, chosen) values "
        "(0, 'site', '{\"action.virus\": \"deliver\"}')",
        "update lazaret.setting set gone = true",
        "update lazaret.setting set chosen = '{}'",
        "select * from lazaret.vote_mail",
        "select * from lazaret.message_bytes",
        "select lazaret.tidy_votes(now())",
        "select lazaret.tidy_changes(current_date)",
        "select lazaret.tidy_text_forwards(current_date)",
        "select lazaret.tidy_newsletters(current_date)",
        "select lazaret.tidy_old_deeds(current_date)",
        "select lazaret.tidy_what_was_said(current_date)"};
    for (const auto& statement : refused) {
        INFO(statement);
        try {
            portal.run(statement);
            FAIL("it was let");
        } catch (const SqlFailed& failed) {
            CHECK(failed.state == "42501");
        }
    }
    // Of an address: when it is somebody's, and its domain is of the same tenant.
    owner.run("insert into lazaret.domain (tenant_id, name) values (1, 'example.com')");
    for (const auto* row : {"(0, 'address:a@example.com', 'allow', '.com', 'any', 'account')",
                            "(1, 'address:b@example.com', 'allow', '.com', 'any', 'account')",
                            "(1, 'address:a@example.com', 'allow', '.com', 'any', 'lazaretctl')"}) {
        INFO(row);
        CHECK_THROWS_AS(portal.run(add + row), SqlFailed);
    }
    portal.run(add + "(1, 'address:a@example.com', 'deny', '.org', 'none', 'account')");
    owner.run("delete from lazaret.list_entry where owner like 'address:%'");
    // Those of others are as if they were not there.
    CHECK(portal.rows("update lazaret.list_entry set gone = true returning sender") ==
          std::vector<std::vector<std::string>>{{"c@c.example"}});
    // Nobody is written to but the owners of accounts.
    portal.run("select lazaret.notify_of(1, 1, 'report-now', 'x@elsewhere.example', null, now())");
    CHECK(owner.one("select count(*) from lazaret.notification") == "0");
    portal.run("select lazaret.notify_of(1, 1, 'report-now', 'a@example.com', null, now())");
    CHECK(owner.one("select count(*) from lazaret.notification") == "1");
    // And not without end.
    for (int time = 0; time < 15; ++time) {
        owner.run("update lazaret.notification set state = 'sent'");
        portal.run("select lazaret.notify_of(1, 1, 'report-now', 'a@example.com', null, now())");
    }
    CHECK(owner.one("select count(*) from lazaret.notification") == "10");
    // The others see and change all that their grants name.
    for (const auto* role : {"lazaret_milter", "lazaret_report", "lazaret_admin"})
        CHECK(Sql{as_role(config, role).connection}.one(
                  "select count(*) from lazaret.list_entry") == "3");
    Sql{as_role(config, "lazaret_admin").connection}.run("delete from lazaret.list_entry");
    CHECK(owner.one("select count(*) from lazaret.list_entry") == "0");
}

TEST_CASE("the schema is applied once, and refused when it is another", "[store]")
{
    auto config = fresh_database();
    const auto status = store::schema_status(config);
    CHECK(status.is_current());
    CHECK(status.steps.size() == static_cast<std::size_t>(store::known_schema_version()));
    CHECK(status.steps.back().applied);
    CHECK(store::upgrade_schema(config).empty());

    const auto refused = [&] {
        const SampleMail sample{1};
        try {
            store::make_keeper(config, 1)->hold(sample.mail,
                                                std::vector{sample_copy("a@example.com")});
            return std::string{"it held"};
        } catch (const Error& error) {
            CHECK(error.kind() == Error::Kind::Setup);
            return error.hint();
        }
    };
    Sql sql{config.connection};
    sql.run("insert into lazaret.schema_version (version, name) values (999, 'later')");
    CHECK(refused() == "upgrade this program");
    CHECK_THROWS_AS(store::upgrade_schema(config), Error);
    CHECK_FALSE(store::schema_status(config).is_current());
    CHECK(store::examine_database(config).schema.present == 999);
    sql.run("drop schema lazaret cascade");
    CHECK(refused() == "run 'lazaretctl schema upgrade'");
    CHECK(store::schema_status(config).present == 0);
    CHECK(store::upgrade_schema(config).size() == status.steps.size());
}

TEST_CASE("who is not let in hears where it is told how", "[store]")
{
    auto config = fresh_database();
    config.connection += " user=lazaret_test_nobody";
    try {
        store::schema_status(config);
        FAIL("it was let in");
    } catch (const Error& error) {
        CHECK(error.hint().find("README.Debian") != std::string::npos);
    }
    config.connection += " port=1";
    try {
        store::schema_status(config);
        FAIL("somebody answered");
    } catch (const Error& error) {
        CHECK(error.hint().find("is PostgreSQL running") != std::string::npos);
    }
}

TEST_CASE("an owner who may not make the roles that are missing is told what to do", "[store]")
{
    Sql postgres{"dbname=postgres"};
    const auto config = fresh_database();
    Sql sql{config.connection};
    sql.run("drop schema lazaret cascade");
    postgres.run("drop role if exists lazaret_test_owner");
    postgres.run("create role lazaret_test_owner");
    sql.run("grant create on database " + sql.one("select current_database()") +
            " to lazaret_test_owner");
    postgres.run("alter role lazaret_report rename to lazaret_report_away");
    std::string told;
    try {
        store::upgrade_schema(as_role(config, "lazaret_test_owner"));
    } catch (const Error& error) {
        CHECK(error.kind() == Error::Kind::Setup);
        told = error.hint();
    }
    postgres.run("alter role lazaret_report_away rename to lazaret_report");
    CHECK(told.find("CREATEROLE") != std::string::npos);
    // What is missing is made by the next try.
    CHECK_FALSE(store::schema_status(config).is_current());
    CHECK_FALSE(store::upgrade_schema(as_role(config, "lazaret_test_owner")).empty());
    CHECK(store::schema_status(config).is_current());
    sql.run("drop schema lazaret cascade");
    sql.run("revoke all on database " + sql.one("select current_database()") +
            " from lazaret_test_owner");
    postgres.run("drop role lazaret_test_owner");
}

TEST_CASE("an owner who may not make roles needs none when they are there", "[store]")
{
    Sql postgres{"dbname=postgres"};
    const auto config = fresh_database();
    Sql sql{config.connection};
    sql.run("drop schema lazaret cascade");
    postgres.run("drop role if exists lazaret_test_owner");
    postgres.run("create role lazaret_test_owner");
    sql.run("grant create on database " + sql.one("select current_database()") +
            " to lazaret_test_owner");
    // The roles are there: then the owner of a database needs no more rights.
    CHECK_FALSE(store::upgrade_schema(as_role(config, "lazaret_test_owner")).empty());
    const auto facts = store::examine_database(as_role(config, "lazaret_test_owner"));
    CHECK(facts.missing_roles.empty());
    CHECK(facts.missing_rights.empty());
    CHECK(facts.excess_rights.empty());
    CHECK(facts.days_ahead >= facts.days_needed);
    const SampleMail sample{1};
    const auto copy = sample_copy("a@example.com");
    CHECK(store::make_keeper(as_role(config, "lazaret_milter"), 1)
              ->hold(sample.mail, std::vector{copy})
              .at(0) == copy.reference);
    sql.run("drop schema lazaret cascade");
    sql.run("revoke all on database " + sql.one("select current_database()") +
            " from lazaret_test_owner");
    postgres.run("drop role lazaret_test_owner");
}

TEST_CASE("the doctor sees what is wrong with a database", "[store]")
{
    const auto config = fresh_database();
    const auto well = store::examine_database(config);
    CHECK(well.schema.is_current());
    CHECK(well.rows_in_default == 0);
    CHECK(well.expired_partitions == 0);
    CHECK(well.days_needed == 14);
    CHECK(well.days_ahead == 16);

    {
        Sql other{config.connection + " application_name=lazaret"};
        CHECK(store::examine_database(config).milter_owner.empty());
        Sql owner{config.connection + " application_name=lazaret-milter"};
        CHECK(store::examine_database(config).milter_owner == owner.one("select current_user"));
    }

    const SampleMail sample{1};
    store::make_keeper(config, 1)->hold(
        sample.mail, std::vector{sample_copy("a@example.com", today() + std::chrono::days{100})});
    Sql sql{config.connection};
    // Asked for two hours ago; the last try was a moment ago.
    sql.run(
        "update lazaret.held_copy set state = 'releasing', attempts = 2, last_error = '451', "
        "changed = now() - interval '2 hours', claimed = now()");
    sql.run("grant select on lazaret.held_mail to lazaret_milter");
    sql.run("grant select (recipient) on lazaret.held_copy_legal to lazaret_milter");
    sql.run("grant delete on lazaret.setting to lazaret_milter");
    sql.run("grant update (chosen) on lazaret.setting to lazaret_portal");
    sql.run("grant select on lazaret.message_bytes to lazaret_milter");
    sql.run("grant select (bytes, preview) on lazaret.held_mail to lazaret_report");
    sql.run("grant truncate on lazaret.held_copy to lazaret_report");
    sql.run("grant execute on function lazaret.drop_expiry_day to lazaret_portal");
    sql.run("grant create on schema lazaret to lazaret_portal");
    sql.run("alter table lazaret.list_entry disable row level security");
    sql.run("revoke execute on function lazaret.note from lazaret_milter");
    sql.run("revoke update (state) on lazaret.report_sent from lazaret_report");
    sql.run("revoke insert on lazaret.request from lazaret_portal");
    const auto ill = store::examine_database(config);
    CHECK(ill.rows_in_default == 2);
    CHECK(ill.releasing_too_long == 1);
    CHECK(ill.excess_rights ==
          std::vector<std::string>{"lazaret_milter may delete from lazaret.setting",
                                   "lazaret_milter may read lazaret.held_copy_legal",
                                   "lazaret_milter may read lazaret.held_mail",
                                   "lazaret_milter may read lazaret.message_bytes",
                                   "lazaret_portal may change all of lazaret.list_entry",
                                   "lazaret_portal may change lazaret.setting (chosen)",
                                   "lazaret_portal may execute lazaret.drop_expiry_day",
                                   "lazaret_portal may make things in the schema lazaret",
                                   "lazaret_report may delete from lazaret.held_copy",
                                   "lazaret_report may read lazaret.held_mail (preview, bytes)"});
    CHECK(ill.missing_rights ==
          std::vector<std::string>{"lazaret_milter may not execute lazaret.note",
                                   "lazaret_portal may not add to lazaret.request",
                                   "lazaret_report may not change lazaret.report_sent (state)"});
    sql.run("grant " + sql.one("select current_user") + " to lazaret_report");
    const auto owning = store::examine_database(config).excess_rights;
    CHECK(owning.back() == "lazaret_report may do all: it has the role of who owns the tables");
    sql.run("revoke " + sql.one("select current_user") + " from lazaret_report");
}

TEST_CASE("nothing of a tenant is read or changed but by its administrator's session", "[store]")
{
    const auto config = fresh_database();
    Sql owner{config.connection};
    owner.run("insert into lazaret.domain (tenant_id, name) values (1, 'example.com')");
    owner.run(
        "select lazaret.account_of(1, 'a@example.com'), lazaret.account_of(1, 'b@example.com')");
    owner.run("insert into lazaret.tenant (name) values ('other')");
    // a@ administers the tenant, b@ nothing; each has a full session, and a@ a limited one.
    owner.run(
        "insert into lazaret.administrator (tenant_id, address, over) "
        "values (1, 'a@example.com', 1)");
    const auto session = [&](const std::string& hash, const std::string& whose,
                             const std::string& kind) {
        owner.run(
            "insert into lazaret.session (tenant_id, account_id, address, token_hash, kind, "
            "client, "
            "agent, made, seen, expires) select 1, account_id, address, '" +
            hash + "', '" + kind +
            "', '', '', now(), now(), now() + interval '1 hour' from lazaret.address "
            "where address = '" +
            whose + "'");
    };
    session("full of a", "a@example.com", "full");
    session("full of b", "b@example.com", "full");
    session("link of a", "a@example.com", "link");
    owner.run(
        "insert into lazaret.counter (tenant_id, mailbox, day, class, action, messages) values "
        "(1, 'a@example.com', current_date, 'clean', 'deliver', 7), "
        "(2, 'c@example.net', current_date, 'clean', 'deliver', 7)");
    owner.run(
        "insert into lazaret.sender_counter (tenant_id, mailbox, month, is_newsletter, sender, "
        "messages) select 1, m, date_trunc('month', current_date), false, 'x@example.org', 1 "
        "from unnest(array['a', 'b', 'c']) m");
    Sql portal{as_role(config, "lazaret_portal").connection};
    for (const std::string statement :
         {"select * from lazaret.sender_counter", "select * from lazaret.administrator",
          "select lazaret.administrator_right(1, 1, 1)"}) {
        INFO(statement);
        CHECK_THROWS_AS(portal.run(statement), SqlFailed);
    }
    const auto count = [&](const std::string& hash, const std::string& tenant) {
        const auto in = "('" + hash + "', " + tenant + ", ";
        return portal.one("select (select count(*) from lazaret.tenant_counters" + in +
                          "current_date - 9, now())) || ' ' || (select count(*) from "
                          "lazaret.top_recipients" +
                          in +
                          "current_date - 9, 9, now())) || ' ' || (select count(*) from "
                          "lazaret.tenant_senders" +
                          in + "current_date - 9, false, 9, now()))");
    };
    const auto put = [&](const std::string& hash, const std::string& of) {
        return portal.one("select lazaret.put_tenant_entry('" + hash + "', '" + of +
                          "', 'deny', '@x.example', null, '', '', now())");
    };
    CHECK(count("full of a", "1") == "1 1 1");
    CHECK(put("full of a", "tenant:1") == "t");
    const auto choose = [&](const std::string& hash, const std::string& of,
                            const std::string& wanted) {
        return portal.one("select lazaret.choose_for_tenant('" + hash + "', '" + of + "', '" +
                          wanted + "', '', now())");
    };
    for (const std::string wanted :
         {R"({"action.virus": "deliver"})", R"({"rule_scores": "X=1"})", R"({"hold_at": "x"})"})
        CHECK_THROWS_AS(choose("full of a", "tenant:1", wanted), SqlFailed);
    const auto entry = owner.one("select entry_id from lazaret.list_entry");
    const auto change = [&](const std::string& hash, const std::string& tenant) {
        return portal.one("select lazaret.change_tenant_entry('" + hash + "', " + tenant + ", " +
                          entry + ", 'remove', '', now())");
    };
    for (const auto& [hash, tenant] :
         std::vector<std::pair<std::string, std::string>>{{"full of a", "0"},
                                                          {"full of a", "2"},
                                                          {"full of b", "1"},
                                                          {"link of a", "1"},
                                                          {"nobody", "1"}}) {
        INFO(hash << " in " << tenant);
        CHECK(count(hash, tenant) == "0 0 0");
        CHECK(put(hash, tenant == "0" ? "site" : "tenant:" + tenant) == "f");
        CHECK(change(hash, tenant) == "foreign");
        CHECK(choose(hash, tenant == "0" ? "site" : "tenant:" + tenant, R"({"hold_at": "9"})") ==
              "f");
        portal.run("select lazaret.note_search('" + hash + "', " + tenant + ", '', '', '', now())");
    }
    CHECK(owner.one("select count(*) from lazaret.list_entry where not gone") == "1");
    CHECK(owner.one("select count(*) from lazaret.audit where what = 'search'") == "0");
    CHECK(owner.one("select count(*) from lazaret.setting") == "0");
    CHECK(choose("full of a", "tenant:1", R"({"hold_at": "9"})") == "t");
    CHECK(change("full of a", "1") == "done");
}
