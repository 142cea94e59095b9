#include "milter/filter/rules/patterns/weaker_pattern.hpp"

#include <optional>
#include <string>

#include "tests/support/catch.hpp"

namespace lazaret::filter::rules {

TEST_CASE("a weaker pattern matches wherever the pattern does", "[patterns]")
{
    struct Row {
        const char* text;
        const char* weaker;
    };
    const auto row = GENERATE(values<Row>({
        {"(?:[aA\\xe0]|\\xc3[\\xa0-\\xa2])b", "(?:[Aa\\xe0]|[\\xc3][\\xa0-\\xa2]{1,1})b"},
        {"(?:[aA]|\\xe1(?:\\x80|\\x81\\x82)){1,2}", "(?:[Aa]|[\\xe1][\\x80-\\x82]{1,2}){1,2}"},
        {"(?:o|&#48;|\\xd6)", "(?:[o\\xd6]|[\\x26][\\x2348\\x3b]{1,4})"},
        {"(?:foo|bar)", "(?:foo|bar)"},
        {"(?!foo)(?=[ab])ac", "ac"},
        {"(?>a++)b*?", "(?:a+)b*"},
        {"(?:[^a]|\\xe9)", "(?:[^a]|\\xe9)"},
        {"a(?#b)", nullptr},
        {"a\\Qb", nullptr},
        {"(?:a", nullptr},
        {"a)", nullptr},
        {"[a", nullptr},
        {"a\\", nullptr},
    }));
    DYNAMIC_SECTION(row.text)
    {
        CHECK(weaker_pattern(row.text, Counts::LeftOut) ==
              (row.weaker ? std::optional<std::string>{row.weaker} : std::nullopt));
    }
}

}  // namespace lazaret::filter::rules
