#include "portal/password_checks.hpp"

#include <sodium.h>

#include <thread>

#include "tests/support/catch.hpp"

using namespace lazaret::portal;
using namespace std::chrono_literals;

namespace {

constexpr PasswordChecks::Options cheap{.at_once = 1,
                                        .waiting = 1,
                                        .patience = 10min,
                                        .operations = crypto_pwhash_OPSLIMIT_MIN,
                                        .memory = crypto_pwhash_MEMLIMIT_MIN};

}  // namespace

TEST_CASE("a password fits its own hash, and none fits where there is no hash", "[portal]")
{
    PasswordChecks checks{cheap};
    const auto turn = checks.take_turn();
    REQUIRE(turn);
    const auto hash = turn->hash("three green umbrellas");
    CHECK(hash.starts_with("$argon2id$"));
    CHECK(hash != turn->hash("three green umbrellas"));
    CHECK(turn->matches(hash, "three green umbrellas"));
    CHECK_FALSE(turn->matches(hash, "three green umbrella"));
    CHECK_FALSE(turn->matches(std::nullopt, "nobody's"));
    CHECK_FALSE(turn->matches("no hash", "nobody's"));
    CHECK(checks.compared() == 4);
}

TEST_CASE("hashes cost what libsodium calls interactive", "[portal]")
{
    const PasswordChecks::Options usual;
    CHECK(usual.operations == crypto_pwhash_OPSLIMIT_INTERACTIVE);
    CHECK(usual.memory == crypto_pwhash_MEMLIMIT_INTERACTIVE);
}

TEST_CASE("so many are at work, so many wait, and more are sent away", "[portal]")
{
    PasswordChecks checks{cheap};
    auto first = checks.take_turn();
    REQUIRE(first);
    std::optional<PasswordChecks::Turn> second;
    std::thread waits{[&] {
        if (auto turn = checks.take_turn()) second.emplace(std::move(*turn));
    }};
    // Whoever comes while one waits is sent away at once.
    while (checks.waiting() == 0) std::this_thread::yield();
    CHECK_FALSE(checks.take_turn());
    first.reset();
    waits.join();
    CHECK(second);
    CHECK_FALSE(PasswordChecks{PasswordChecks::Options{.at_once = 0,
                                                       .waiting = 1,
                                                       .patience = 1ms,
                                                       .operations = cheap.operations,
                                                       .memory = cheap.memory}}
                    .take_turn());
}
