#include "milter/gate.hpp"

#include <thread>
#include <vector>

#include "tests/support/catch.hpp"

using namespace lazaret::milter;
using namespace std::chrono_literals;

TEST_CASE("so many sessions have a place, and no more", "[gate]")
{
    const auto gate = std::make_shared<Gate>(2);
    auto first = Gate::enter_session(gate);
    auto second = Gate::enter_session(gate);
    CHECK(first);
    CHECK(second);
    CHECK_FALSE(Gate::enter_session(gate));
    CHECK_FALSE(Gate::enter_session(gate));
    first = {};
    CHECK(gate->sessions() == 1);
    auto third = Gate::enter_session(gate);
    CHECK(third);
    auto moved = std::move(third);
    CHECK(gate->sessions() == 2);
    CHECK(moved);
}

TEST_CASE("a closed gate lets no message begin, and waits for those in hand", "[gate]")
{
    const auto gate = std::make_shared<Gate>(2);
    auto message = Gate::enter_message(gate);
    REQUIRE(message);
    gate->close();
    CHECK_FALSE(Gate::enter_message(gate));
    CHECK_FALSE(gate->wait_for_messages(20ms));
    std::thread last{[place = std::move(message)]() mutable {
        std::this_thread::sleep_for(50ms);
        place = {};
    }};
    CHECK(gate->wait_for_messages(10s));
    last.join();
}

TEST_CASE("a place may outlive everybody else's interest in the gate", "[gate]")
{
    auto gate = std::make_shared<Gate>(1);
    auto place = Gate::enter_session(gate);
    gate.reset();
    CHECK(place);
}
