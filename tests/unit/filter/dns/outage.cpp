#include "milter/filter/dns/outage.hpp"

#include "tests/support/catch.hpp"

namespace lazaret::filter::dns {
namespace {

using namespace std::chrono_literals;

const Outage::Moment begin{};

TEST_CASE("the DNS is away when a name that nobody chose has no answer either", "[dns]")
{
    Outage outage;
    for (const auto at : {0ms, 10ms, 20ms}) CHECK(outage.asks(begin + at));
    CHECK_FALSE(outage.probes(begin + 500ms));
    CHECK(outage.probes(begin + 1s));
    CHECK_FALSE(outage.probes(begin + 1500ms));
    CHECK(outage.probes(begin + 2s));
    CHECK(outage.asks(begin + 2500ms));
    CHECK_FALSE(outage.is_on());
    CHECK(outage.probes(begin + 3s));
    CHECK(outage.is_on());
    CHECK_FALSE(outage.asks(begin + 3s));
    CHECK_FALSE(outage.probes(begin + 3500ms));
    CHECK(outage.probes(begin + 4s));
    outage.answered();
    CHECK_FALSE(outage.is_on());
    CHECK(outage.asks(begin + 5s));
    CHECK_FALSE(outage.probes(begin + 5s));
}

TEST_CASE("names whose servers are silent on purpose are no outage", "[dns]")
{
    Outage outage;
    for (int step = 0; step < 1000; ++step) {
        const auto now = begin + 10ms * step;
        CHECK(outage.asks(now));
        if (outage.probes(now)) outage.answered();  // the probe is
    }
    CHECK_FALSE(outage.is_on());
}

TEST_CASE("a few questions without an answer are no reason to probe", "[dns]")
{
    Outage outage;
    for (int minute = 0; minute < 10; ++minute) {
        const auto now = begin + 1min * minute;
        CHECK(outage.asks(now));
        CHECK(outage.asks(now + 10ms));
        CHECK_FALSE(outage.probes(now + 5s));
    }
    CHECK_FALSE(outage.is_on());
}

TEST_CASE("while the DNS is away, something is asked once a second", "[dns]")
{
    Outage outage;
    for (const auto at : {0ms, 10ms, 20ms}) CHECK(outage.asks(begin + at));
    CHECK(outage.probes(begin + 1s));
    CHECK(outage.probes(begin + 3s));
    REQUIRE(outage.is_on());
    int sent = 0;
    for (auto at = 3000ms; at < 13s; at += 100ms) sent += outage.asks(begin + at) ? 1 : 0;
    CHECK(sent == 10);
    CHECK(outage.is_on());
}

TEST_CASE("what was not answered long ago says nothing", "[dns]")
{
    Outage outage;
    for (const auto at : {0s, 1s, 2s}) CHECK(outage.asks(begin + at));
    CHECK(outage.probes(begin + 2s));
    CHECK(outage.probes(begin + 5s));
    CHECK(outage.is_on());
    CHECK(outage.asks(begin + 1min));
    CHECK_FALSE(outage.is_on());
}

}  // namespace
}  // namespace lazaret::filter::dns
