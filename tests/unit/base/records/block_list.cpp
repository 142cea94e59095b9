#include "base/records/block_list.hpp"

#include "tests/support/catch.hpp"

namespace lazaret {
namespace {

TEST_CASE("a block list is a zone, what counts, and a name for it", "[settings]")
{
    struct Row {
        std::string text, zone, name, counts, does_not;
    };
    const auto row = GENERATE(values<Row>({
        {"Zen.Example.ORG.", "zen.example.org", "zen.example.org", "127.0.0.9", "192.0.2.1"},
        {"bl.example=127.0.0.2", "bl.example", "bl.example", "127.0.0.2", "127.0.0.3"},
        {"bl.example = 127.0.0.2 , 127.0.0.4/30", "bl.example", "bl.example", "127.0.0.7",
         "127.0.0.8"},
        {"k3y.bl.example as The List", "k3y.bl.example", "The List", "127.0.0.2", "128.0.0.2"},
        {"k3y.bl.example=127.0.0.4 as list.example", "k3y.bl.example", "list.example", "127.0.0.4",
         "127.0.0.2"},
    }));
    INFO(row.text);
    const auto list = BlockList::parse(row.text);
    REQUIRE(list);
    CHECK(list->zone == row.zone);
    CHECK(list->name == row.name);
    CHECK(list->counts.hold(row.counts));
    CHECK_FALSE(list->counts.hold(row.does_not));
}

TEST_CASE("what is no block list is refused", "[settings]")
{
    const auto text = GENERATE(values<std::string>(
        {"", "example", "a b.example", "bl.example=", "bl.example=127.0.0.x",
         "bl.example=127.0.0.2,", "bl.example as ", "bl.example as caf\xc3\xa9", "bl.example as 5%",
         "=127.0.0.2", "bl..example", std::string(300, 'a') + ".example"}));
    INFO(text);
    CHECK_FALSE(BlockList::parse(text));
}

}  // namespace
}  // namespace lazaret
