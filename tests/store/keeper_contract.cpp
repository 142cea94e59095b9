#include <functional>

#include "quarantine-store/keeper.hpp"
#include "tests/store/cluster.hpp"
#include "tests/store/samples.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/memory_keeper.hpp"
#include "tests/support/print.hpp"

// What every Keeper does, asked of the one in memory and of PostgreSQL alike.
using namespace lazaret;
using namespace lazaret::test;
using namespace std::chrono_literals;

namespace {

/// What a copy looks like from behind.
struct Seen {
    std::string state, verdict, sender;
    bool kept_after_refusal = false;
    bool operator==(const Seen&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Seen& seen)
{
    return out << seen.state << ' ' << seen.verdict << ' ' << seen.sender << ' '
               << seen.kept_after_refusal;
}

struct Subject {
    store::Keeper& keeper;
    std::function<void(const Reference&, const char* state)> put;
    std::function<Seen(const Reference&)> look;
};

void finds_the_copies_that_are_there(const Subject& subject)
{
    const SampleMail one{1};
    const SampleMail two{2};
    auto& keeper = subject.keeper;
    const std::vector first = {sample_copy("a@example.com"), sample_copy("b@example.com")};
    const auto references = keeper.hold(one.mail, first);
    REQUIRE(references == std::vector{first[0].reference, first[1].reference});

    // A retry finds them, in its own order, with other expiry days, and whatever the case.
    const std::vector retry = {sample_copy("B@Example.com", today() + std::chrono::days{15}),
                               sample_copy("a@example.com", today() + std::chrono::days{15})};
    CHECK(keeper.hold(one.mail, retry) == std::vector{references[1], references[0]});

    // A recipient that comes later gets his own.
    const std::vector later = {sample_copy("a@example.com"), sample_copy("c@example.com")};
    CHECK(keeper.hold(one.mail, later) == std::vector{references[0], later[1].reference});

    // Another message, another tenant: other copies.
    const std::vector other = {sample_copy("a@example.com")};
    CHECK(keeper.hold(two.mail, other) == std::vector{other[0].reference});
    auto elsewhere = sample_copy("a@example.com");
    elsewhere.tenant = 0;
    CHECK(keeper.hold(one.mail, std::vector{elsewhere}) == std::vector{elsewhere.reference});

    // What a person released or deleted does not count, nor does what has expired.
    subject.put(references[0], "released");
    const std::vector again = {sample_copy("a@example.com"), sample_copy("b@example.com")};
    CHECK(keeper.hold(one.mail, again) == std::vector{again[0].reference, references[1]});
    subject.put(references[1], "deleted");
    const std::vector once_more = {sample_copy("b@example.com")};
    CHECK(keeper.hold(one.mail, once_more) == std::vector{once_more[0].reference});
    const auto old = sample_copy("d@example.com", today() - std::chrono::days{1});
    keeper.hold(one.mail, std::vector{old});
    const auto fresh = sample_copy("d@example.com");
    CHECK(keeper.hold(one.mail, std::vector{fresh}).at(0) == fresh.reference);

    CHECK(keeper.hold(one.mail, {}).empty());
}

// A list may write to each subscriber from another address.
void keeps_each_envelope(const Subject& subject)
{
    SampleMail list{3};
    list.mail.sender = "bounces+bob@list.example";
    const auto bob = sample_copy("bob@example.com");
    subject.keeper.hold(list.mail, std::vector{bob});
    list.mail.sender = "bounces+eve@list.example";
    const auto eve = sample_copy("eve@example.com");
    subject.keeper.hold(list.mail, std::vector{eve});
    CHECK(subject.look(bob.reference).sender == "bounces+bob@list.example");
    CHECK(subject.look(eve.reference).sender == "bounces+eve@list.example");
}

// Signatures are mended, and a sender who was told 550 is told 250 now.
void judges_a_held_copy_anew(const Subject& subject)
{
    const SampleMail mail{4};
    auto copy = sample_copy("bob@example.com");
    copy.verdict = Class::Virus;
    copy.kept_after_refusal = true;
    subject.keeper.hold(mail.mail, std::vector{copy});
    auto retry = sample_copy("bob@example.com");
    retry.kept_after_refusal = true;
    CHECK(subject.keeper.hold(mail.mail, std::vector{retry}).at(0) == copy.reference);
    CHECK(subject.look(copy.reference) == Seen{"held", "spam", "ada@example.org", true});
    retry.kept_after_refusal = false;
    subject.keeper.hold(mail.mail, std::vector{retry});
    CHECK(subject.look(copy.reference) == Seen{"held", "spam", "ada@example.org", false});
    retry.kept_after_refusal = true;
    subject.keeper.hold(mail.mail, std::vector{retry});
    CHECK_FALSE(subject.look(copy.reference).kept_after_refusal);
}

// Released mail whose seal is not believed comes back and is to be held.
void holds_again_what_comes_back(const Subject& subject)
{
    SampleMail mail{5};
    auto copy = sample_copy("bob@example.com");
    copy.verdict = Class::Newsletter;
    subject.keeper.hold(mail.mail, std::vector{copy});
    subject.put(copy.reference, "releasing");
    CHECK(subject.keeper.hold(mail.mail, std::vector{sample_copy("bob@example.com")}).at(0) ==
          copy.reference);
    CHECK(subject.look(copy.reference) == Seen{"held", "newsletter", "ada@example.org", false});

    // Changed on its way, so that it is another message; for the same recipient only.
    subject.put(copy.reference, "releasing");
    mail.mail.digest = digest_number(6);
    mail.mail.seal_of = copy.reference;
    const auto eve = sample_copy("eve@example.com");
    CHECK(subject.keeper.hold(mail.mail, std::vector{eve}).at(0) == eve.reference);
    CHECK(subject.look(copy.reference).state == "releasing");
    const auto changed = sample_copy("Bob@example.com");
    CHECK(subject.keeper.hold(mail.mail, std::vector{changed}).at(0) == changed.reference);
    CHECK(subject.look(copy.reference).state == "held");
    CHECK(subject.look(changed.reference).state == "held");
    subject.put(copy.reference, "released");
    subject.keeper.hold(mail.mail, std::vector{sample_copy("Bob@example.com")});
    CHECK(subject.look(copy.reference).state == "released");
}

void remembers_deferrals(const Subject& subject)
{
    auto& keeper = subject.keeper;
    const auto now = system_now();
    CHECK(keeper.first_deferred(1, digest_number(1), now) == now);
    CHECK(keeper.first_deferred(1, digest_number(1), now + 1h) == now);
    CHECK(keeper.first_deferred(2, digest_number(1), now + 2h) == now + 2h);
}

void keeps_its_contract(const Subject& subject)
{
    finds_the_copies_that_are_there(subject);
    keeps_each_envelope(subject);
    judges_a_held_copy_anew(subject);
    holds_again_what_comes_back(subject);
    remembers_deferrals(subject);
}

}  // namespace

TEST_CASE("the keeper in memory keeps the contract", "[store]")
{
    MemoryKeeper keeper;
    const auto look = [&](const Reference& reference) {
        for (const auto& one : keeper.all())
            if (one.copy.reference == reference)
                return Seen{one.state, std::string{token(one.copy.verdict)}, one.sender,
                            one.copy.kept_after_refusal};
        return Seen{};
    };
    keeps_its_contract(
        {keeper,
         [&](const Reference& reference, const char* state) { keeper.put(reference, state); },
         look});
}

TEST_CASE("PostgreSQL keeps the contract", "[store]")
{
    const auto config = fresh_database();
    const auto keeper = store::make_keeper(as_role(config, "lazaret_milter"), 2);
    Sql sql{config.connection};
    const auto look = [&](const Reference& reference) {
        const auto row = sql.rows(
            "select state, class, sender, kept_after_refusal from lazaret.held_copy where "
            "reference = '" +
            reference.text() + "'")[0];
        return Seen{row[0], row[1], row[2], row[3] == "t"};
    };
    keeps_its_contract({*keeper,
                        [&](const Reference& reference, const char* state) {
                            sql.run("update lazaret.held_copy set last_error = '', state = '" +
                                    std::string{state} + "' where reference = '" +
                                    reference.text() + "'");
                        },
                        look});
    // Whoever is waiting stands in the table in which a retry looks, and nobody else.
    CHECK(sql.one("select count(*) from lazaret.waiting w full join (select * from "
                  "lazaret.held_copy where state in ('held', 'releasing') and expires >= "
                  "(now() at time zone 'UTC')::date) h on h.reference = w.reference and h.expires "
                  "= w.expires where h.reference is null or w.reference is null") == "0");
    CHECK(sql.one("select string_agg(detail, '; ') from lazaret.audit where who = "
                  "'lazaret-milter'") == "virus, now spam");
}

TEST_CASE("both keepers are unavailable when they are away", "[store]")
{
    const SampleMail one{1};
    const std::vector copies = {sample_copy("a@example.com")};
    MemoryKeeper memory;
    memory.go_away();
    DatabaseConfig nowhere;
    nowhere.connection = "host=127.0.0.1 port=1 dbname=none";
    const auto postgres = store::make_keeper(nowhere, 2);
    for (store::Keeper* keeper : {static_cast<store::Keeper*>(&memory), postgres.get()}) {
        try {
            keeper->hold(one.mail, copies);
            FAIL("it held");
        } catch (const Error& error) {
            CHECK(error.kind() == Error::Kind::Unavailable);
        }
    }
}
