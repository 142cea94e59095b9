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

struct Subject {
    store::Keeper& keeper;
    std::function<void(const Reference&, const char* state)> end;
};

void keeps_its_contract(const Subject& subject)
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

    // One on its way still counts; what a person released or deleted does not.
    subject.end(references[0], "releasing");
    CHECK(keeper.hold(one.mail, std::vector{sample_copy("a@example.com")}).at(0) == references[0]);
    subject.end(references[0], "released");
    const std::vector again = {sample_copy("a@example.com"), sample_copy("b@example.com")};
    CHECK(keeper.hold(one.mail, again) == std::vector{again[0].reference, references[1]});
    subject.end(references[1], "deleted");
    const std::vector once_more = {sample_copy("b@example.com")};
    CHECK(keeper.hold(one.mail, once_more) == std::vector{once_more[0].reference});

    CHECK(keeper.hold(one.mail, {}).empty());

    const auto now = system_now();
    CHECK(keeper.first_deferred(1, digest_number(1), now) == now);
    CHECK(keeper.first_deferred(1, digest_number(1), now + 1h) == now);
    CHECK(keeper.first_deferred(2, digest_number(1), now + 2h) == now + 2h);
}

}  // namespace

TEST_CASE("the keeper in memory keeps the contract", "[store]")
{
    MemoryKeeper keeper;
    keeps_its_contract({keeper, [&](const Reference& reference, const char* state) {
                            if (std::string_view{state} != "releasing") keeper.end(reference);
                        }});
}

TEST_CASE("PostgreSQL keeps the contract", "[store]")
{
    const auto config = fresh_database();
    const auto keeper = store::make_keeper(as_role(config, "lazaret_milter"), 2);
    keeps_its_contract({*keeper, [&](const Reference& reference, const char* state) {
                            Sql{config.connection}.run(
                                "update lazaret.held_copy set state = '" + std::string{state} +
                                "' where reference = '" + reference.text() + "'");
                        }});
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
