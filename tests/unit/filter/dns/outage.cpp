#include "milter/filter/dns/outage.hpp"

#include "tests/support/catch.hpp"

namespace lazaret::filter::dns {
namespace {

using namespace std::chrono_literals;
using Send = Outage::Send;

const Outage::Moment begin{};

TEST_CASE("the DNS is away when nothing was answered for a while", "[dns]")
{
    Outage outage;
    for (const auto at : {0s, 1s, 5s}) CHECK(outage.send(begin + at) == Send::AndWait);
    CHECK_FALSE(outage.is_on());
    CHECK(outage.send(begin + 6s) == Send::Only);
    CHECK(outage.is_on());
    CHECK(outage.send(begin + 6500ms) == Send::Not);
    CHECK(outage.send(begin + 7s) == Send::Only);
    outage.answered();
    CHECK_FALSE(outage.is_on());
    CHECK(outage.send(begin + 7100ms) == Send::AndWait);
}

TEST_CASE("many questions at once are no outage", "[dns]")
{
    Outage outage;
    for (int message = 0; message < 1000; ++message)
        CHECK(outage.send(begin + 1ms * message) == Send::AndWait);
}

TEST_CASE("what was not answered long ago is no outage", "[dns]")
{
    Outage outage;
    for (int minute = 0; minute < 10; ++minute)
        for (const auto at : {0ms, 10ms, 20ms})
            CHECK(outage.send(begin + 1min * minute + at) == Send::AndWait);
    CHECK_FALSE(outage.is_on());
}

TEST_CASE("one answer among failures is no outage", "[dns]")
{
    Outage outage;
    for (int second = 0; second < 100; ++second) {
        CHECK(outage.send(begin + 1s * second) == Send::AndWait);
        if (second % 3 == 2) outage.answered();
    }
}

}  // namespace
}  // namespace lazaret::filter::dns
