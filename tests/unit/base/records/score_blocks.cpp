#include "base/records/score_blocks.hpp"

#include <cmath>

#include "tests/support/catch.hpp"

using namespace lazaret;

TEST_CASE("a score fills so many blocks as it is on its way to certain spam", "[score]")
{
    CHECK(filled_blocks(-3.0, 15.0) == 0);
    CHECK(filled_blocks(0.0, 15.0) == 0);
    CHECK(filled_blocks(0.1, 15.0) == 1);
    CHECK(filled_blocks(5.0, 15.0) == 2);
    CHECK(filled_blocks(7.5, 15.0) == 2);
    CHECK(filled_blocks(7.6, 15.0) == 3);
    CHECK(filled_blocks(15.0, 15.0) == 4);
    CHECK(filled_blocks(1e300, 15.0) == 4);
    CHECK(filled_blocks(1.0, 0.0) == 4);
    CHECK(filled_blocks(std::nan(""), 15.0) == 0);
    CHECK(filled_blocks(INFINITY, 15.0) == 4);
}
