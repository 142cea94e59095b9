#include "milter/filter/rules/language/arithmetic.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <random>
#include <string>

#include "tests/support/catch.hpp"

namespace lazaret::filter::rules {
namespace {

/// A = 0, B = 1, C = 2, ...: the value of a name is its letter's place.
std::uint32_t index_of(std::string_view name) { return static_cast<std::uint32_t>(name[0] - 'A'); }
const std::vector<double> letters{0, 1, 2, 3, 4, 5};

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// An expression of names A to F, of every operator.
std::string any_expression(std::mt19937& random, int depth)
{
    constexpr std::array<std::string_view, 16> signs{"&&", "||", "+",  "-",  "*", "/",  ">",  "<",
                                                     ">=", "<=", "==", "!=", "^", "&&", "||", "+"};
    const auto part = [&] { return any_expression(random, depth - 1); };
    const auto kind = depth == 0 ? random() % 2 : random() % 10;
    if (kind == 0) return random() % 2 == 0 ? "0.5" : "2";
    if (kind < 3) return std::string(1, static_cast<char>('A' + random() % letters.size()));
    if (kind == 3) return "!(" + part() + ")";
    if (kind == 4) return "-(" + part() + ")";
    if (kind == 5) return "(" + part() + "?" + part() + ":" + part() + ")";
    if (kind == 6) return "(" + part() + " < " + part() + " <= " + part() + ")";
    return "(" + part() + " " + std::string{signs[random() % signs.size()]} + " " + part() + ")";
}

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

TEST_CASE("what a value may be holds all that it can become", "[rules][arithmetic]")
{
    std::mt19937 random{11};
    std::size_t told = 0;
    for (int round = 0; round < 20'000; ++round) {
        const auto text = any_expression(random, 3);
        const auto read = Arithmetic::read(text, index_of);
        REQUIRE(read);
        std::vector<double> values(letters.size());
        std::vector<Bounds> bounds(letters.size());
        for (std::size_t at = 0; at < values.size(); ++at) {
            const auto least = static_cast<double>(random() % 3);
            const bool is_open = random() % 2 == 0;
            values[at] = is_open ? unknown : least;
            bounds[at] = {least, least + static_cast<double>(random() % 3), true};
        }
        const auto found = read->bounds(values, [&](std::uint32_t name) { return bounds[name]; });
        if (found.is_known()) ++told;
        for (int some = 0; some < 20; ++some) {
            auto known = values;
            for (std::size_t at = 0; at < known.size(); ++at)
                if (std::isnan(known[at]))
                    known[at] =
                        bounds[at].least +
                        static_cast<double>(
                            random() %
                            (static_cast<unsigned>(bounds[at].most - bounds[at].least) + 1));
            const auto value = read->evaluate(known);
            INFO(text << " = " << value << ", said to be " << found.least << " to " << found.most);
            CHECK((found.least <= value && value <= found.most));
            if (found.is_whole) CHECK(value == std::trunc(value));
        }
        // What needs nothing unknown has its value.
        if (const auto value = read->evaluate(values); !std::isnan(value)) {
            INFO(text);
            CHECK((found.least <= value && value <= found.most));
        }
    }
    CHECK(told > 5'000);
}

TEST_CASE("a value is told by what decides it", "[rules][arithmetic]")
{
    struct Row {
        const char* text;
        double least;
        double most;
    };
    // A = 0, B = 1; the others are not known: each 0 or 1.
    const auto row = GENERATE(values<Row>({
        {"C && A", 0, 0},
        {"A && C", 0, 0},
        {"C || B", 1, 1},
        {"C && B", 0, 1},
        {"!C", 0, 1},
        {"C + D > 2", 0, 0},
        {"C + D + B > 1", 0, 1},
        {"C + D + B > 0", 1, 1},
        {"(C || D) && !B", 0, 0},
        {"C ? A : A", 0, 0},
        {"C ? B : D", 0, 1},
        {"A < C < A", 0, 0},
        {"C - D", -1, 1},
        {"C * A", 0, 0},
        {"(C + 1) / 2 > 1", 0, 0},
        {"C > A < B", 0, 1},
        {"B <= B < B <= C", 0, 0},
    }));
    DYNAMIC_SECTION(row.text)
    {
        const auto read = Arithmetic::read(row.text, index_of);
        REQUIRE(read);
        const std::vector<double> values{0, 1, unknown, unknown};
        const auto found = read->bounds(values, [](auto) { return Bounds{0, 1, true}; });
        CHECK(found.least == row.least);
        CHECK(found.most == row.most);
    }
}

TEST_CASE("what may be no number tells nothing", "[rules][arithmetic]")
{
    const std::string huge = "(1" + std::string(300, '0') + " * 1" + std::string(300, '0') + ")";
    for (const std::string& text :
         {huge + " >= B * " + huge + " - " + huge, huge + " - B * " + huge + " <= 1",
          "!(" + huge + " - B * " + huge + ")", huge + " - B * " + huge + " != 0"}) {
        INFO(text);
        const auto read = Arithmetic::read(text, index_of);
        REQUIRE(read);
        const auto found = read->bounds({unknown, unknown}, [](auto) {
            return Bounds{0, 1, true};
        });
        for (const double value : {0.0, 1.0}) {
            const auto known = read->evaluate({0, value});
            CHECK((found.least <= known && known <= found.most));
        }
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
    std::string chain = "A";
    for (int i = 0; i < 50; ++i) chain += "<=B";
    const auto known_chain = Arithmetic::read(chain, index_of);
    REQUIRE(known_chain);
    CHECK(known_chain->evaluate(letters) == 1);
    CHECK_FALSE(known_chain->bounds({unknown, unknown},
                                    [](auto) {
                                        return Bounds{0, 1, true};
                                    })
                    .is_known());
    for (int i = 0; i < 50'000; ++i) chain += "<=B";
    CHECK_FALSE(Arithmetic::read(chain, index_of));
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
