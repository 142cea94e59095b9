#include "quarantine-store/directory.hpp"
#include "quarantine-store/keeper.hpp"
#include "quarantine-store/quarantine.hpp"
#include "quarantine-store/trace.hpp"
#include "tests/store/cluster.hpp"
#include "tests/store/samples.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/print.hpp"

// "Where is my mail?" is asked of a quarantine that has the mail of everybody, and must not read
// all of it.
using namespace lazaret;
using namespace lazaret::test;

namespace {

constexpr int others = 20'000;

/// How many rows the tables of one kind had to show, to all sessions that have ended.
class RowsRead {
public:
    RowsRead(const DatabaseConfig& config, std::string table)
        : sql_{config.connection}, table_{std::move(table)}, before_{count()}
    {
    }

    std::int64_t since() { return count() - before_; }

private:
    std::int64_t count()
    {
        // Sessions tell what they read when they end.
        while (sql_.one("select count(*) from pg_stat_activity where datname = current_database() "
                        "and application_name = 'lazaret'") != "0")
            sql_.run("select pg_sleep(0.02)");
        sql_.run("select pg_stat_clear_snapshot()");
        return std::stoll(sql_.one(
            "select sum(seq_tup_read + coalesce(idx_tup_fetch, "
            "0)) from pg_stat_user_tables where schemaname = 'lazaret' and relname like '" +
            table_ + "%'"));
    }

    Sql sql_;
    std::string table_;
    std::int64_t before_;
};

std::string numbers() { return "generate_series(1, " + std::to_string(others) + ") as n"; }

}  // namespace

TEST_CASE("held mail of one mailbox is found without reading that of all", "[store]")
{
    const auto config = fresh_database();
    const SampleMail sample{1};
    const auto copy = sample_copy("bob+x@example.com");
    store::make_keeper(config, 1)->hold(sample.mail, std::vector{copy});
    Sql sql{config.connection};
    sql.run(
        "insert into lazaret.held_copy (reference, tenant_id, expires, digest, recipient, "
        "recipient_key, mailbox, account_id, sender, eight_bit, utf8, client_ip, helo, "
        "queue_id, class, score, hits, received, kept_after_refusal, explanation) select "
        "'r' || n, 1, current_date + 14, '\\x02', 'x', 'r' || n, 'r' || n, 1000 + n, '', "
        "false, false, '', '', '', 'spam', 5, '[]', now(), false, '{}' from " +
        numbers());
    sql.run("analyze lazaret.held_copy");
    RowsRead read{config, "held_copy"};
    {
        store::Database database{config};
        store::Quarantine quarantine{database};
        CHECK(quarantine.list({.recipient = "bob+x@example.com"}).size() == 1);
    }
    CHECK(read.since() < others / 10);
}

TEST_CASE("messages to or from an address are traced without reading those of all", "[store]")
{
    const auto config = fresh_database();
    Sql sql{config.connection};
    for (const std::string table : {"passage", "refusal"}) {
        sql.run(
            "insert into lazaret." + table +
            " (at, tenant_id, mailbox, queue_id, sender, client_ip, class, action, score, "
            "reference, hits, explanation) select current_date, 1, 'r' || n || '@example.com', '', "
            "'s' || n || '@example.org', '', 'spam', 'refuse', 7, 'ref' || n, '[]', '{}' "
            "from " +
            numbers());
        sql.run("analyze lazaret." + table);
    }
    RowsRead passages{config, "passage"};
    RowsRead refusals{config, "refusal"};
    {
        store::Database database{config};
        store::Trace trace{database};
        // Each refusal is a passage, too, and is shown once.
        CHECK(trace.passages("r17@example.com", std::nullopt, 10).size() == 1);
        CHECK(trace.passages("S18@Example.org", std::nullopt, 10).size() == 1);
        sql.run("delete from lazaret.passage where mailbox = 'r17@example.com'");
        CHECK(trace.passages("r17@example.com", std::nullopt, 10).size() == 1);
    }
    CHECK(passages.since() < others / 10);
    CHECK(refusals.since() < others / 10);
}

TEST_CASE("the hits of a list entry are counted without reading all lists", "[store]")
{
    const auto config = fresh_database();
    Sql sql{config.connection};
    sql.run(
        "insert into lazaret.list_entry (tenant_id, owner, kind, sender, proof) select 0, "
        "'site', 'allow', 's' || n || '@example.org', 'none' from " +
        numbers());
    sql.run("analyze lazaret.list_entry");
    RowsRead read{config, "list_entry"};
    {
        store::Database database{config};
        Sql{config.connection}.run(
            "select lazaret.note('b', false, '[{\"at\": 0, \"tenant\": 0, \"mailbox\": \"\", "
            "\"queue_id\": \"\", \"sender\": \"\", \"client_ip\": \"\", \"class\": \"spam\", "
            "\"action\": \"deliver\", \"score\": 0, \"reference\": \"\", \"hits\": [], "
            "\"explanation\": "
            "{}, \"entry\": "
            "17, \"warned\": 18}]')");
        CHECK(store::Directory{database}.enable_entry(17, false, {"ada", "test"}));
    }
    CHECK(sql.one("select hits from lazaret.list_entry where entry_id = 17") == "1");
    CHECK(sql.one("select hits from lazaret.list_entry where entry_id = 18") == "1");
    CHECK(read.since() < others / 10);
}
