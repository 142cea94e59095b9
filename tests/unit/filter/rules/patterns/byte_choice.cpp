#include "milter/filter/rules/patterns/byte_choice.hpp"

#include <random>
#include <string>

#include "milter/filter/rules/patterns/expression.hpp"
#include "tests/support/catch.hpp"

namespace lazaret::filter::rules {

TEST_CASE("byte choice: what is one")
{
    struct Row {
        std::string_view text;
        std::string_view flags;
        bool is_one;
    };
    const auto row = GENERATE(values<Row>({
        {"e", "", true},
        {"e", "i", true},
        {"abc", "", true},
        {"(?:e|\\xc3[\\xa8-\\xab])", "", true},
        {"(a|b[cd])", "s", true},
        {"[[:digit:]]", "", true},
        {"[[:punct:]]", "", false},
        {"[^a]", "i", false},
        {"(?:ab|ac)", "", false},  // not told apart by the first byte
        {"(?:a|A)", "i", false},
        {"a|", "", false},
        {"", "", false},
        {"e+", "", false},
        {"^e", "", false},
        {"e\\b", "", false},
        {"e(?!a)", "", false},
        {"(?i)e", "", false},
        {".", "", true},
        {".", "s", false},
        {"(a)\\1", "", false},
    }));
    CAPTURE(row.text, row.flags);
    CHECK(ByteChoice::of({std::string{row.text}, std::string{row.flags}}).has_value() ==
          row.is_one);
}

TEST_CASE("byte choice: counts as PCRE2 does")
{
    const auto pattern = GENERATE(values<Pattern>({{"a", "i"},
                                                   {"aa", ""},
                                                   {".", ""},
                                                   {"a.", "i"},
                                                   {"[[:lower:]]", "i"},
                                                   {"[[:xdigit:]_]", ""},
                                                   {"(?:a|bc|c[ab])", ""},
                                                   {"(?:\\xc3[\\xa9\\xa0]|b|ab)", "i"}}));
    CAPTURE(pattern.text);
    const auto choice = ByteChoice::of(pattern);
    REQUIRE(choice.has_value());
    // So the same expression is none.
    const auto same = Expression::compile({"(?:" + pattern.text + ")(?:)", pattern.flags});
    REQUIRE_FALSE(ByteChoice::of({"(?:" + pattern.text + ")(?:)", pattern.flags}).has_value());
    REQUIRE(same.has_value());
    std::mt19937 random{3};
    constexpr std::string_view alphabet = "abcABC\n\xc3\xa9\xa0";
    for (int round = 0; round < 500; ++round) {
        std::string text;
        for (auto length = random() % 40; length > 0; --length)
            text += alphabet[random() % alphabet.size()];
        for (const std::uint32_t most : {0U, 1U, 3U, 100U})
            CHECK(choice->count(text, most) == same->count(text, most));
    }
}

}  // namespace lazaret::filter::rules
