#include "milter/filter/rules/patterns/found_times.hpp"

#include <vector>

#include "tests/support/catch.hpp"

namespace lazaret::filter::rules {

TEST_CASE("what is needed several times is counted where it stands apart", "[patterns]")
{
    struct Row {
        std::vector<std::size_t> ends;
        std::size_t times;
        std::size_t apart;
        std::size_t enough_at;  ///< which of them was the last that was needed; else as many
    };
    const auto row = GENERATE(values<Row>({
        {{5}, 1, 3, 0},
        {{5, 6, 7}, 2, 3, 3},       // one word, and what goes on from it
        {{5, 6, 7, 8}, 2, 3, 3},    // so far apart they may be two
        {{5, 8, 11, 14}, 3, 3, 2},  // one behind the other
        {{5, 5, 5}, 2, 0, 1},
        {{9, 4, 5}, 2, 3, 1},  // in whatever order they come
    }));
    CAPTURE(row.ends, row.times, row.apart);
    FoundTimes found;
    std::size_t at = 0;
    while (at < row.ends.size() && !found.add(row.ends[at], row.times, row.apart)) ++at;
    CHECK(at == row.enough_at);
}

}  // namespace lazaret::filter::rules
