#include "milter/filter/rules/language/arithmetic.hpp"

#include "tests/support/catch.hpp"

namespace lazaret::filter::rules {
namespace {

/// A = 0, B = 1, C = 2, ...: the value of a name is its letter's place.
std::uint32_t index_of(std::string_view name) { return static_cast<std::uint32_t>(name[0] - 'A'); }
const std::vector<double> letters{0, 1, 2, 3, 4, 5};

}  // namespace

TEST_CASE("expressions are worked out as Perl does", "[rules][arithmetic]")
{
    struct Row {
        const char* text;
        double value;
    };
    const auto row = GENERATE(values<Row>({
        {"A", 0},
        {"C", 2},
        {"B && C", 2},
        {"A && C", 0},
        {"A || C", 2},
        {"C || A", 2},
        {"!A", 1},
        {"!!C", 1},
        {"B + C * D", 7},
        {"(B + C) * D", 9},
        {"D - C - B", 0},
        {"-C + D", 1},
        {"C > B", 1},
        {"(B + C + D) >= 6", 1},
        {"B == B && C != D", 1},
        {"A == !B", 1},
        {"B < C < D", 1},
        {"B <= A <= D", 0},
        {"B <= D <= C", 0},
        {"E > D > C > B", 1},
        {"E > D > C > C > A", 0},
        {"C == C == C", 1},
        {"C != D == D", 1},
        {"(B < C) < D", 1},
        {"A < B + B <= C && D", 3},
        {"B > C > A || D", 3},
        {"B < C == B < D < E", 1},
        {"1.5 + .5", 2},
        {"D / C", 1.5},
        {"D / A", 0},
        {"D / A + B", 0},
        {"!(D / A)", 0},
        {"B || D / A", 1},
        {"B ^ D", 2},
        {"A ? B : C ? D : E", 3},
        {"B?C:D", 2},
        {"A||B&&A", 0},
        {"!A && !(A || A) && (C + B > 2)", 1},
    }));
    DYNAMIC_SECTION(row.text)
    {
        const auto read = Arithmetic::read(row.text, index_of);
        REQUIRE(read);
        CHECK(read->evaluate(letters) == row.value);
    }
}

TEST_CASE("an expression that says nothing is a sentence", "[rules][arithmetic]")
{
    const auto* text =
        GENERATE("", "A &&", "(A", "A)", "A B", "A ? B", "A @ B", "&& A", "()", "A ** B");
    DYNAMIC_SECTION(text)
    {
        const auto read = Arithmetic::read(text, index_of);
        REQUIRE_FALSE(read);
        CHECK_FALSE(read.error().empty());
    }
}

TEST_CASE("an expression nested without end is refused, not followed", "[rules][arithmetic]")
{
    CHECK_FALSE(Arithmetic::read(std::string(100'000, '('), index_of));
    CHECK_FALSE(Arithmetic::read(std::string(100'000, '!') + "A", index_of));
    std::string sum = "A";
    for (int i = 0; i < 10'000; ++i) sum += "+B";
    const auto read = Arithmetic::read(sum, index_of);
    REQUIRE(read);
    CHECK(read->evaluate(letters) == 10'000);
}

TEST_CASE("the names of an expression stand once each", "[rules][arithmetic]")
{
    const auto read = Arithmetic::read("C + A && C", index_of);
    REQUIRE(read);
    CHECK(read->names() == std::vector<std::uint32_t>{2, 0});
}

}  // namespace lazaret::filter::rules
