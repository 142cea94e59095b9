#include "base/words/reason.hpp"

#include "tests/support/catch.hpp"

using namespace lazaret;

TEST_CASE("a reason is said as it was recorded in that language, else looked up", "[words]")
{
    const Hit hit{"OFFER", 1.0, "Offers (x)", Translations{{{"de", "Bietet\netwas an"}}}};
    CHECK(reason(Words{"de", "UTC"}, hit) == "Bietet etwas an");
    CHECK(reason(Words{"fr", "UTC"}, hit) == "Offers (x)");
    CHECK(reason(Words{"en", "UTC"}, hit) == "Offers (x)");
}
