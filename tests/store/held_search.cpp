#include "quarantine-store/held_search.hpp"

#include <functional>

#include "quarantine-store/held_deeds.hpp"
#include "quarantine-store/keeper.hpp"
#include "tests/store/cluster.hpp"
#include "tests/store/samples.hpp"
#include "tests/support/catch.hpp"

using namespace lazaret;
using namespace lazaret::test;
using namespace lazaret::store;

namespace {

const Moment noon{std::chrono::floor<std::chrono::days>(system_now())};

// A site with held mail, seen as the portal sees it.
struct Held {
    DatabaseConfig config = fresh_database();
    Sql sql{config.connection};
    Database database{as_role(config, "lazaret_portal")};
    std::unique_ptr<Keeper> keeper = make_keeper(config, 1);

    struct Mail {
        int minute = 0;
        std::string subject = "number";
        std::string from = "Ada <ada@example.org>";
        double score = 5;
        Class verdict = Class::Spam;
        std::string recipient = "bob@example.com";
        bool kept = false;
        int days = 14;
    };

    Reference hold(const Mail& wanted)
    {
        SampleMail sample{++number_};
        sample.mail.received = noon + std::chrono::minutes{wanted.minute};
        sample.mail.subject = wanted.subject;
        sample.mail.from = wanted.from;
        auto copy = sample_copy(wanted.recipient, today() + std::chrono::days{wanted.days});
        copy.score = wanted.score;
        copy.verdict = wanted.verdict;
        copy.kept_after_refusal = wanted.kept;
        return keeper->hold(sample.mail, std::vector{copy}).at(0);
    }

    HeldSearch of(const std::string& address)
    {
        HeldSearch search{.tenant = 1};
        search.account = std::stoll(
            sql.one("select account_id from lazaret.address where address = '" + address + "'"));
        return search;
    }

    std::vector<std::string> subjects(const HeldSearch& search)
    {
        std::vector<std::string> all;
        for (const auto& row : held_rows(database, search, {}, Turn::Onwards, 100))
            all.push_back(row.copy.subject);
        return all;
    }

private:
    int number_ = 0;
};

using Texts = std::vector<std::string>;
const Actor bob{"bob@example.com", "192.0.2.1", Role::Recipient};

}  // namespace

TEST_CASE("pages of held copies are stable while mail comes and goes", "[store]")
{
    Held site;
    // Several of one moment, score and sender, on several days of expiry.
    for (int number = 0; number < 23; ++number)
        site.hold({.minute = number / 3,
                   .from = "Ada " + std::to_string(number % 2),
                   .score = 5.0 + number % 4 / 10.0,
                   .days = 10 + number % 3});
    auto search = site.of("bob@example.com");
    for (const auto order : {HeldOrder::Date, HeldOrder::Score, HeldOrder::Sender}) {
        search.order = order;
        const auto all = held_rows(site.database, search, {}, Turn::Onwards, 1'000);
        std::vector<Reference> whole;
        for (const auto& row : all) whole.push_back(row.copy.reference);
        std::vector<Reference> paged;
        std::vector<std::vector<HeldRow>> pages;
        std::optional<HeldPlace> from;
        while (true) {
            auto page = held_rows(site.database, search, from, Turn::Onwards, 5);
            if (page.empty()) break;
            for (const auto& row : page) paged.push_back(row.copy.reference);
            from = held_place(order, page.back().key, page.back().copy.reference.text());
            REQUIRE(from == page.back().place());
            pages.push_back(std::move(page));
            // The newest comes in front of all by date, and is passed over on the pages behind.
            if (order == HeldOrder::Date) site.hold({.minute = 100});
        }
        CHECK(paged == whole);
        // And back again, to where it came from.
        const auto before =
            held_rows(site.database, search, pages[2].front().place(), Turn::Back, 5);
        REQUIRE(before.size() == 5);
        for (std::size_t at = 0; at < 5; ++at)
            CHECK(before[at].copy.reference == pages[1][at].copy.reference);
    }
}

TEST_CASE("held copies are found by sender, subject, class, period and state", "[store]")
{
    Held site;
    site.hold({.minute = 1, .subject = "Invoice 50 % off", .from = "Zoe <zoe@example.org>"});
    site.hold({.minute = 2, .subject = "Élan VITAL", .score = 9, .verdict = Class::Newsletter});
    const auto gone = site.hold({.minute = 3, .subject = "a_b"});
    site.hold({.minute = 4, .subject = "kept", .kept = true});
    site.hold({.minute = 5, .subject = "of somebody else", .recipient = "ann@example.com"});
    const auto base = site.of("bob@example.com");
    struct Row {
        const char* says;
        std::function<void(HeldSearch&)> change;
        Texts found;
    };
    const Row rows[] = {
        {"all", [](auto&) {}, {"a_b", "Élan VITAL", "Invoice 50 % off"}},
        {"by score",
         [](auto& s) {
             s.order = HeldOrder::Score;
             s.text = "vital";
         },
         {"Élan VITAL"}},
        {"a sender", [](auto& s) { s.text = "ZOE@"; }, {"Invoice 50 % off"}},
        {"a percent sign is one", [](auto& s) { s.text = "50 %"; }, {"Invoice 50 % off"}},
        {"and no more", [](auto& s) { s.text = "5%o"; }, {}},
        {"an underscore is one", [](auto& s) { s.text = "_"; }, {"a_b"}},
        {"a backslash is one", [](auto& s) { s.text = "\\"; }, {}},
        {"a quote is one", [](auto& s) { s.text = "' or '1' = '1"; }, {}},
        {"letters of others", [](auto& s) { s.text = "élan"; }, {"Élan VITAL"}},
        {"a class", [](auto& s) { s.verdict = Class::Newsletter; }, {"Élan VITAL"}},
        {"since", [](auto& s) { s.since = noon + std::chrono::minutes{3}; }, {"a_b"}},
        {"until", [](auto& s) { s.until = noon + std::chrono::minutes{1}; }, {"Invoice 50 % off"}},
        {"another address", [](auto& s) { s.mailbox = "ann@example.com"; }, {}},
        {"its own address",
         [](auto& s) {
             s.mailbox = "bob@example.com";
             s.text = "_";
         },
         {"a_b"}},
        {"another tenant", [](auto& s) { s.tenant = 2; }, {}},
        {"released", [](auto& s) { s.state = CopyState::Released; }, {}},
    };
    for (const auto& row : rows) {
        INFO(row.says);
        auto search = base;
        row.change(search);
        CHECK(site.subjects(search) == row.found);
        CHECK(held_count(site.database, search, 100) == row.found.size());
        CHECK(held_places(site.database, search, 100).size() == row.found.size());
    }
    CHECK(held_count(site.database, base, 2) == 2);
    delete_many(site.database, {1, base.account, {gone}}, bob);
    auto search = base;
    CHECK(site.subjects(search) == Texts{"Élan VITAL", "Invoice 50 % off"});
    search.state = CopyState::Deleted;
    const auto deleted = held_rows(site.database, search, {}, Turn::Onwards, 10);
    REQUIRE(deleted.size() == 1);
    CHECK(deleted[0].changed_by == "bob@example.com");
    CHECK(deleted[0].changed.has_value());
    search.state.reset();
    CHECK(site.subjects(search).size() == 3);
}

TEST_CASE("a place that a browser sent is one of its order, or none", "[store]")
{
    const auto name = Reference::random().text();
    CHECK(held_place(HeldOrder::Date, "1760000000000000", name));
    for (const auto* key : {"", "-1", "1.5", "1e9", "x", "99999999999999999999", "1; drop"})
        CHECK_FALSE(held_place(HeldOrder::Date, key, name));
    CHECK(held_place(HeldOrder::Score, "-5.25", name));
    for (const auto* key : {"", "nan", "inf", "5,2", "5x"})
        CHECK_FALSE(held_place(HeldOrder::Score, key, name));
    CHECK(held_place(HeldOrder::Sender, "\"o'hara\"", name));
    CHECK_FALSE(held_place(HeldOrder::Sender, std::string(401, 'a'), name));
    CHECK_FALSE(held_place(HeldOrder::Sender, std::string(1, '\0'), name));
    CHECK_FALSE(held_place(HeldOrder::Date, "1", "short"));
    CHECK_FALSE(held_place(HeldOrder::Date, "1", ""));
}

TEST_CASE("what was refused is listed for the addresses of the account alone", "[store]")
{
    Held site;
    site.hold({});
    for (int number = 0; number < 7; ++number)
        site.sql.run(
            "insert into lazaret.refusal (at, tenant_id, reference, mailbox, queue_id, sender, "
            "client_ip, class, action, score, hits, explanation) values (now() - interval '" +
            std::to_string(number / 2) + " min', 1, '" + Reference::random().text() + "', '" +
            (number == 6 ? "ann" : "bob") + "@example.com', '', 's" + std::to_string(number) +
            "@example.org', '', 'virus', 'refuse', 20, '[{\"name\": \"A\", \"points\": 1, "
            "\"why\": \"x\"}]', '{}')");
    const RefusalSearch search{.tenant = 1, .mailboxes = {"bob@example.com"}};
    const auto all = refused_rows(site.database, search, {}, Turn::Onwards, 10);
    REQUIRE(all.size() == 6);
    CHECK(all[0].hits.size() == 1);
    CHECK(all[0].verdict == Class::Virus);
    const auto first = refused_rows(site.database, search, {}, Turn::Onwards, 3);
    const auto second = refused_rows(site.database, search, first.back().place, Turn::Onwards, 10);
    REQUIRE(second.size() == 3);
    CHECK(second[0].sender == all[3].sender);
    CHECK(refused_rows(site.database, search, second[0].place, Turn::Back, 10).size() == 3);
    auto one = search;
    one.text = "S4@";
    CHECK(refused_rows(site.database, one, {}, Turn::Onwards, 10).size() == 1);
    one.tenant = 2;
    CHECK(refused_rows(site.database, one, {}, Turn::Onwards, 10).empty());
}

TEST_CASE("many are released or deleted once, by their owner, as far as he may", "[store]")
{
    Held site;
    std::vector<Reference> chosen;
    for (int number = 0; number < 3; ++number) chosen.push_back(site.hold({}));
    chosen.push_back(site.hold({.verdict = Class::Dangerous}));
    chosen.push_back(site.hold({.verdict = Class::Spam, .kept = true}));
    chosen.push_back(site.hold({.recipient = "ann@example.com"}));
    const auto account = site.of("bob@example.com").account;
    const HeldChoice choice{1, account, chosen};
    CHECK(begin_releases(site.database, {2, account, chosen}, bob).empty());

    std::size_t open = 0;
    std::size_t known = 0;
    for (const auto& kind : kinds_of(site.database, choice)) {
        known += kind.count;
        if (is_open_to(Role::Recipient, Deed::Release, kind.like)) open += kind.count;
    }
    CHECK(known == 5);
    CHECK(open == 3);

    CHECK(begin_releases(site.database, choice, bob).size() == 3);
    CHECK(begin_releases(site.database, choice, bob).empty());
    const auto audited = [&](const std::string& what) {
        return site.sql.one(
            "select count(*) from lazaret.audit where who = 'bob@example.com' "
            "and from_where = '192.0.2.1' and what = '" +
            what + "'");
    };
    CHECK(audited("release") == "3");
    // Those on their way wait for their first try, and can be stopped.
    CHECK(delete_many(site.database, {1, account, {chosen[0]}}, bob).size() == 1);
    CHECK(delete_many(site.database, choice, bob).size() == 3);
    CHECK(delete_many(site.database, choice, bob).empty());
    CHECK(audited("delete") == "4");
    CHECK(site.sql.one("select count(*) from lazaret.held_copy where state = 'deleted'") == "4");
    CHECK(site.sql.one("select count(*) from lazaret.waiting") == "2");
}

TEST_CASE("the first page of ten thousand reads no more than it shows", "[store]")
{
    Held site;
    site.hold({.minute = -1});
    const auto search = site.of("bob@example.com");
    site.sql.run(
        "insert into lazaret.held_copy (reference, tenant_id, expires, digest, recipient, "
        "recipient_key, mailbox, account_id, sender, eight_bit, utf8, client_ip, helo, queue_id, "
        "class, score, hits, received, kept_after_refusal, explanation) "
        "select lpad(n::text, 12, '0'), 1, current_date + 14, '', 'r', 'r', 'bob@example.com', " +
        std::to_string(search.account) +
        ", '', false, false, '', '', '', 'spam', 5, '[]', now() - n * interval '1 second', false, "
        "'{}' from generate_series(1, 10000) n");
    site.sql.run("analyze lazaret.held_copy");
    const auto read = [&] {
        while (site.sql.one("select count(*) from pg_stat_activity where datname = "
                            "current_database() and application_name = 'lazaret'") != "0")
            site.sql.run("select pg_sleep(0.02)");
        site.sql.run("select pg_stat_clear_snapshot()");
        return std::stoll(
            site.sql.one("select sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) from "
                         "pg_stat_user_tables where relname like 'held_copy%'"));
    };
    site.keeper.reset();
    site.database = Database{as_role(site.config, "lazaret_admin")};
    const auto looked = [&](const std::optional<HeldPlace>& from) {
        auto rows = held_rows(site.database, search, from, Turn::Onwards, 51);
        CHECK(held_count(site.database, search, 101) == 101);
        return rows.back().place();
    };
    const auto before = [&] {
        {
            const auto over = std::move(site.database);
        }
        const auto now = read();
        site.database = Database{as_role(site.config, "lazaret_portal")};
        return now;
    };
    const auto first = before();
    looked(looked({}));
    CHECK(before() - first < 1'000);
}
