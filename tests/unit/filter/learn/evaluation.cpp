#include "milter/filter/learn/evaluation.hpp"

#include <cmath>
#include <vector>

#include "tests/support/catch.hpp"

using namespace lazaret::filter;

namespace {

std::vector<Judged> judged(const std::vector<double>& ham, const std::vector<double>& spam)
{
    std::vector<Judged> all;
    for (const auto score : ham) all.push_back({Label::Ham, score});
    for (const auto score : spam) all.push_back({Label::Spam, score});
    return all;
}

bool nearly(double left, double right) { return std::abs(left - right) < 1e-12; }

std::vector<double> counting_up(std::size_t count)
{
    std::vector<double> scores;
    for (std::size_t i = 0; i < count; ++i) scores.push_back(static_cast<double>(i));
    return scores;
}

}  // namespace

TEST_CASE("scores tell how well the kinds are told apart", "[learn]")
{
    struct Row {
        const char* says;
        std::vector<double> ham, spam;
        double one_minus_auc, threshold, missed;
    };
    const auto row = GENERATE(values<Row>({
        {"all apart", {-2, -1}, {1, 2}, 0.0, -1, 0.0},
        {"all the wrong way round", {1, 2}, {-2, -1}, 1.0, 2, 1.0},
        {"one of each", {0}, {1}, 0.0, 0, 0.0},
        {"a tie counts half", {0}, {0}, 0.5, 0, 1.0},
        {"all the same", {3, 3, 3}, {3, 3}, 0.5, 3, 1.0},
        {"one pair of four", {0, 2}, {1, 3}, 0.25, 2, 0.5},
        {"one tie of four", {0, 1}, {1, 2}, 0.125, 1, 0.5},
        {"spam at the threshold is missed", {0, 5}, {5, 6, 7, 8}, 0.0625, 5, 0.25},
        {"below a thousand the highest counts", counting_up(999), {998, 999}, 0.5 / 1998, 998, 0.5},
        {"of a thousand the second", counting_up(1'000), {998, 999}, 2.0 / 2000, 998, 0.5},
        {"of two thousand the third", counting_up(2'000), {1997, 1997.5}, 4.5 / 4000, 1997, 0.5},
    }));
    DYNAMIC_SECTION(row.says)
    {
        const auto result = evaluate(judged(row.ham, row.spam));
        CHECK(result.ham == row.ham.size());
        CHECK(result.spam == row.spam.size());
        REQUIRE(result.one_minus_auc);
        CHECK(nearly(*result.one_minus_auc, row.one_minus_auc));
        REQUIRE(result.threshold);
        CHECK(nearly(*result.threshold, row.threshold));
        REQUIRE(result.missed);
        CHECK(nearly(*result.missed, row.missed));
    }
}

TEST_CASE("what needs a kind that is missing is not known", "[learn]")
{
    CHECK_FALSE(evaluate({}).one_minus_auc);
    CHECK_FALSE(evaluate({}).threshold);
    const auto only_spam = evaluate(judged({}, {1, 2}));
    CHECK(only_spam.spam == 2);
    CHECK_FALSE(only_spam.one_minus_auc);
    CHECK_FALSE(only_spam.missed);
    const auto only_ham = evaluate(judged({1, 2}, {}));
    CHECK(only_ham.threshold == 2.0);
    CHECK_FALSE(only_ham.one_minus_auc);
    CHECK_FALSE(only_ham.missed);
}

TEST_CASE("a score that is reached counts", "[learn]")
{
    const auto messages = judged({1, 5, 6}, {5});
    CHECK(share_at_least(messages, Label::Ham, 5.0) == 2.0 / 3.0);
    CHECK(share_at_least(messages, Label::Spam, 5.0) == 1.0);
    CHECK(share_at_least(messages, Label::Spam, 5.1) == 0.0);
    CHECK_FALSE(share_at_least(judged({1}, {}), Label::Spam, 5.0));
}
