#include "milter/filter/rules/patterns/required_part.hpp"

#include "tests/support/catch.hpp"

namespace lazaret::filter::rules {

TEST_CASE("something in a pattern is what each of its matches has", "[patterns]")
{
    struct Row {
        const char* text;
        const char* part;  // the last one; null: there is none
        std::size_t times;
    };
    const auto row = GENERATE(values<Row>({
        {"(?:x?(?:name|street)(?:\\sone)?[:=]+){3}", "name|street", 3},
        {"^\\s?a?(?:bc|d)+e*$", "bc|d", 1},
        {"(?:name|street)", "name|street", 1},
        {"(?:x?|name)", nullptr, 1},
        {"a*", nullptr, 1},
        {"(?:a|b){0,3}", nullptr, 1},
        {"ab(?:first|second|third)?cd", "a", 1},
        {"a(?:first|second){0,2}(?:b|c)(?:third)*d", "b|c", 1},
        {"(?:a\\)|[)|]b){2,}", "a\\)|[)|]b", 2},
    }));
    DYNAMIC_SECTION(row.text)
    {
        const auto parts = required_parts(row.text);
        REQUIRE(parts.empty() == (row.part == nullptr));
        if (parts.empty()) return;
        CHECK(parts.back().text == row.part);
        CHECK(parts.back().times == row.times);
    }
}

}  // namespace lazaret::filter::rules
