#include "milter/filter/rules/patterns/resting_patterns.hpp"

#include <chrono>
#include <cstdint>
#include <vector>

#include "tests/support/catch.hpp"

namespace lazaret::filter::rules {

TEST_CASE("a pattern rests for an hour when it was slow in half of the messages", "[patterns]")
{
    RestingPatterns::Clock::time_point now{};
    RestingPatterns patterns{[&now] { return now; }};
    // One of every so many messages is slow; as many as it takes, and one.
    const auto slow_in_one_of = [&](int messages) {
        for (std::uint32_t slow = 0; slow <= RestingPatterns::most_slow; ++slow)
            for (int at = 0; at < messages; ++at) {
                const auto resting = patterns.begin_message();
                if (at == 0 && resting.empty()) patterns.note_slow(7);
            }
        return patterns.all();
    };
    CHECK(slow_in_one_of(3).empty());
    CHECK(slow_in_one_of(100).empty());
    CHECK(slow_in_one_of(2) == std::vector<std::size_t>{7});
    now += RestingPatterns::rest - std::chrono::seconds{1};
    CHECK(patterns.begin_message() == std::vector<std::size_t>{7});
    now += std::chrono::seconds{1};
    CHECK(patterns.begin_message().empty());
    // And is tried anew.
    patterns.note_slow(7);
    CHECK(patterns.all().empty());
}

}  // namespace lazaret::filter::rules
