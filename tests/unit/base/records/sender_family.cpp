#include "base/records/list_entry.hpp"
#include "tests/support/catch.hpp"

using namespace lazaret;

TEST_CASE("the family of an address that is made for one message", "[list]")
{
    struct Row {
        const char* says;
        std::string address;
        std::string steady;
    };
    const auto row = GENERATE(values<Row>({
        {"a plain address", "ada@example.org", ""},
        {"a tag", "news+8f3a@example.org", "news+@example.org"},
        {"nothing before the tag", "+tag@example.org", ""},
        {"VERP", "bounce-77-bob=example.com@lists.example.org", "bounce-@lists.example.org"},
        {"VERP with a tag", "bounce+bob=example.com@lists.example.org",
         "bounce+@lists.example.org"},
        {"an empty tag", "news+@example.org", ""},
        {"an equals sign alone", "a=b@example.org", ""},
    }));
    DYNAMIC_SECTION(row.says)
    {
        const auto steady = sender_family(parse_address(row.address).value());
        CHECK((steady ? steady->key() : "") == row.steady);
    }
}
