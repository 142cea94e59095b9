#include "quarantine-store/models.hpp"

#include "base/error.hpp"
#include "tests/store/cluster.hpp"
#include "tests/store/samples.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/print.hpp"

using namespace lazaret;
using namespace lazaret::test;

namespace {

// The versions and bytes of steps, as one text.
std::string shown(const std::vector<store::ModelStep>& steps)
{
    std::string text;
    for (const auto& step : steps)
        text += std::to_string(step.version) + (step.is_snapshot ? "S" : "d") + step.bytes + ' ';
    return text;
}

}  // namespace

TEST_CASE("a milter gets the deltas it lacks, or a snapshot and what is behind it", "[store]")
{
    const auto config = fresh_database();
    store::Database database{as_role(config, "lazaret_admin")};
    store::Models models{database};
    const auto feed = store::make_policy_feed(as_role(config, "lazaret_milter"));
    CHECK(models.newest() == 0);
    CHECK(feed->newer_models(0).empty());

    const std::string zero{"z\0z", 3};
    CHECK(models.add(0, true, zero, "first", {}) == 1);
    CHECK(models.add(1, false, "b", "", {}) == 2);
    CHECK(models.add(2, false, "c", "", {}) == 3);
    CHECK_FALSE(models.add(2, false, "too late", "", {}));
    CHECK(shown(feed->newer_models(0)) == "1S" + zero + " 2db 3dc ");
    CHECK(shown(feed->newer_models(2)) == "3dc ");
    CHECK(feed->newer_models(3).empty());

    CHECK(models.add(3, true, "D", "", {}) == 4);
    CHECK(models.add(4, false, "e", "", {}) == 5);
    CHECK(shown(feed->newer_models(0)) == "4SD 5de ");
    CHECK(shown(feed->newer_models(2)) == "4SD 5de ");
    CHECK(shown(feed->newer_models(4)) == "5de ");
    CHECK(shown(feed->newer_models(99)) == "4SD 5de ");  // from before a restore

    CHECK(models.list(2).size() == 2);
    CHECK(models.list(9).back().note == "first");
    CHECK(models.prune(1) == 3);
    CHECK(shown(models.newer(0)) == "4SD 5de ");

    Sql{config.connection}.run("update lazaret.model set bytes = 'X' where version = 5");
    // It ends with the damaged one, which has no bytes: what came before is the last to be had.
    CHECK(shown(feed->newer_models(4)) == "5d ");
    CHECK(shown(feed->newer_models(0)) == "4SD 5d ");
    CHECK(models.add(5, true, "F", "", {}) == 6);
    CHECK(shown(feed->newer_models(4)) == "6SF ");
}

TEST_CASE("a damaged snapshot is passed over for the one before", "[store]")
{
    const auto config = fresh_database();
    store::Database database{config};
    store::Models models{database};
    REQUIRE(models.add(0, true, "A", "", {}) == 1);
    REQUIRE(models.add(1, false, "b", "", {}) == 2);
    REQUIRE(models.add(2, true, "C", "", {}) == 3);
    REQUIRE(models.add(3, false, "d", "", {}) == 4);
    CHECK(shown(models.up_to(2)) == "1SA 2db ");
    CHECK(shown(models.up_to(4)) == "3SC 4dd ");
    Sql{config.connection}.run("update lazaret.model set bytes = 'X' where version = 3");
    CHECK(shown(models.newer(0)) == "1SA 2db 3S ");
    CHECK(shown(models.newer(2)) == "3S ");
    CHECK(shown(models.newer(3)) == "4dd ");
}

TEST_CASE("what the model was told of a message is kept with the version", "[store]")
{
    const auto config = fresh_database();
    store::Database database{config};
    store::Models models{database};
    const std::vector<store::Told> told = {{digest_number(1), "spam"}, {digest_number(2), "ham"}};
    REQUIRE(models.add(0, true, "a", "", told) == 1);
    REQUIRE(models.add(1, false, "b", "", std::vector<store::Told>{{digest_number(1), "ham"}}) ==
            2);
    const std::vector asked = {digest_number(1), digest_number(2), digest_number(3)};
    const auto known = models.told(asked);
    REQUIRE(known.size() == 2);
    for (const auto& one : known) CHECK(one.label == "ham");
    CHECK(models.told({}).empty());
}
