#include "base/records/rule_scores.hpp"

#include <fmt/format.h>

#include "tests/support/catch.hpp"

using namespace lazaret;

TEST_CASE("rule scores are names and points, within bounds", "[settings]")
{
    struct Row {
        const char* says;
        std::string text;
        std::optional<RuleScores> scores;
    };
    const auto row = GENERATE(values<Row>({
        {"none", "", RuleScores{}},
        {"only separators", " ,, ", RuleScores{}},
        {"one", "FREEMAIL_FROM=0.5", RuleScores{{"FREEMAIL_FROM", 0.5}}},
        {"spaces and commas", " A=1,B=-2  C=+3, ", RuleScores{{"A", 1}, {"B", -2}, {"C", 3}}},
        {"the last counts", "A=1 A=2", RuleScores{{"A", 2}}},
        {"the bounds", "A=100 B=-100", RuleScores{{"A", 100}, {"B", -100}}},
        {"small letters", "from_us2=1", RuleScores{{"from_us2", 1}}},
        {"above the bounds", "A=100.01", std::nullopt},
        {"below the bounds", "A=-101", std::nullopt},
        {"not a number", "A=nan", std::nullopt},
        {"infinity", "A=inf", std::nullopt},
        {"more than a double", "A=1e999", std::nullopt},
        {"two signs", "A=+-1", std::nullopt},
        {"more behind", "A=1x", std::nullopt},
        {"no points", "A=", std::nullopt},
        {"no sign of equality", "A 1", std::nullopt},
        {"spaces around it", "A = 1", std::nullopt},
        {"two of them", "A=1=2", std::nullopt},
        {"no name", "=1", std::nullopt},
        {"a digit first", "1A=1", std::nullopt},
        {"no letter", "A-B=1", std::nullopt},
        {"another line", "A=1\nB=2", std::nullopt},
        {"a long name", std::string(100, 'A') + "=1", RuleScores{{std::string(100, 'A'), 1}}},
        {"too long a name", std::string(101, 'A') + "=1", std::nullopt},
    }));
    DYNAMIC_SECTION(row.says)
    {
        CHECK((parse_rule_scores(row.text) == row.scores));
        if (row.scores) CHECK((parse_rule_scores(text_of(*row.scores)) == row.scores));
    }
}

TEST_CASE("there are 200 rule scores at most", "[settings]")
{
    std::string text;
    for (int at = 0; at < 200; ++at) text += fmt::format("RULE_{}=0.25 ", at);
    REQUIRE(parse_rule_scores(text).has_value());
    CHECK(text_of(*parse_rule_scores(text)).starts_with("RULE_0=0.25 RULE_1=0.25 "));
    CHECK(parse_rule_scores(text + "RULE_7=1").has_value());
    CHECK_FALSE(parse_rule_scores(text + "ONE_MORE=1").has_value());
}
