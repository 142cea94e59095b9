#include "milter/filter/rules/patterns/step_scan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "milter/filter/rules/patterns/byte_rarity.hpp"
#include "milter/filter/rules/patterns/expression.hpp"
#include "tests/support/catch.hpp"

namespace lazaret::filter::rules {
namespace {

std::vector<std::size_t> found(const StepScan& scan, std::string_view text)
{
    std::vector<std::size_t> ids;
    scan.scan(std::span{&text, 1}, [&](std::size_t id, std::size_t) { ids.push_back(id); });
    std::ranges::sort(ids);
    return ids;
}

using Sequences = std::optional<std::vector<ByteSequence>> (*)(const Pattern& pattern);

StepScan scan_of(const std::vector<Pattern>& patterns, Sequences sequences_of = byte_sequences)
{
    std::vector<StepScan::Sought> sought;
    for (std::size_t id = 0; id < patterns.size(); ++id) {
        const auto sequences = sequences_of(patterns[id]);
        REQUIRE(sequences.has_value());
        for (const auto& sequence : *sequences) sought.push_back({id, sequence});
    }
    return StepScan{sought};
}

}  // namespace

TEST_CASE("steps: what every match goes through")
{
    const auto letter = [](std::string_view bytes) {
        ByteSet set;
        for (const char c : bytes) set.set(static_cast<unsigned char>(c));
        return set;
    };
    const auto one = byte_sequences({"^a\\b[bc]+(?!x)(?:d|ef)?g{2}", ""});
    REQUIRE(one.has_value());
    REQUIRE(one->size() == 1);
    CHECK(one->front() == ByteSequence{{letter("a"), {}},
                                       {letter("bc"), letter("bcdef")},
                                       {letter("g"), {}},
                                       {letter("g"), {}}});
    const auto either_case = byte_sequences({"a(?i:b)", ""});
    REQUIRE(either_case.has_value());
    CHECK(either_case->front() == ByteSequence{{letter("aA"), {}}, {letter("bB"), {}}});
}

TEST_CASE("steps: a range takes no hyphen, and what is not in it does")
{
    const auto both = byte_sequences({"[a-c][^a-c]", ""});
    REQUIRE(both.has_value());
    REQUIRE(both->front().size() == 2);
    CHECK(!both->front()[0].begins['-']);
    CHECK(both->front()[1].begins['-']);
    const auto no_range = byte_sequences({"[\\d-x]", ""});
    REQUIRE(no_range.has_value());
    CHECK(no_range->front().front().begins['-']);
}

TEST_CASE("steps: named classes are what PCRE2 takes for them")
{
    for (const auto* name : {"digit", "lower", "upper", "alpha", "alnum", "xdigit", "space", "word",
                             "punct", "^digit"}) {
        const Pattern pattern{fmt::format("[[:{}:]_]", name), ""};
        const auto steps = byte_sequences(pattern);
        REQUIRE(steps.has_value());
        const auto expression = Expression::compile(pattern);
        REQUIRE(expression);
        for (unsigned byte = 0; byte < 256; ++byte) {
            CAPTURE(pattern.text, byte);
            const std::string text(1, static_cast<char>(byte));
            if (expression->matches(text)) CHECK(steps->front().front().begins[byte]);
        }
        if (name[0] != 'p' && name[0] != '^') CHECK(!steps->front().front().begins['-']);
    }
}

TEST_CASE("steps: gaps are where anything may stand")
{
    const auto gaps = byte_sequences({"ab.{1,9}c[0-9]*d", ""});
    REQUIRE(gaps.has_value());
    CHECK(gaps_in(gaps->front()) == 1);
    // What a group took may be anything.
    const auto behind = byte_sequences({"(a)b\\1c", ""});
    REQUIRE(behind.has_value());
    CHECK(gaps_in(behind->front()) == 1);
}

TEST_CASE("steps: what must stand there several times is as many steps, up to sixteen")
{
    struct Row {
        std::string_view text;
        std::size_t steps;
    };
    const auto row = GENERATE(values<Row>({{"a{3}", 3},
                                           {"(?:ab){2,5}", 4},
                                           {"x[0-9a-f]{10,64}", 11},
                                           {"a{1000}", 16},
                                           {"(?:(?:(?:a{9}){9}){9}){9}", 18}}));
    CAPTURE(row.text);
    CHECK(byte_sequences({std::string{row.text}, ""}).value().front().size() == row.steps);
}

TEST_CASE("steps: paths keep choices apart, and end where they tell enough")
{
    const auto paths = byte_paths({"(?:ten|\\d)%(?: of|$)? your", "i"});
    REQUIRE(paths.has_value());
    CHECK(paths->size() == 2);
    const auto cut = byte_paths({"some words.*", ""});
    REQUIRE(cut.has_value());
    REQUIRE(cut->size() == 1);
    CHECK(cut->front().size() < 10);
    // Too many to keep apart: a step that all go through.
    std::string many = "a";
    for (int times = 0; times < 6; ++times) many += "(?:b|c|d)";
    CHECK(byte_paths({many, ""}).value().size() <= 40);
    // What many words have, one behind the other, tells little a step, and is many steps long.
    CHECK(byte_paths({"(?:[a-z]{8,}[\\s.]+){6}", ""}).value().front().size() > 40);
    CHECK(byte_paths({"[\\s\\S]{100}", ""}).value().front().size() == 60);
    CHECK_FALSE(byte_paths({"a*", ""}).has_value());
    CHECK_FALSE(byte_paths({"(?<n>a)", ""}).has_value());
}

TEST_CASE("steps: how rare they are")
{
    const auto rarity = [](std::string_view text) {
        return rarity_of(byte_sequences({std::string{text}, ""}).value());
    };
    CHECK(rarity("[\\s\\S]") == 0);
    CHECK(rarity("e") < rarity("x"));
    CHECK(rarity("xyz") > rarity("xy"));
    CHECK(rarity("xyz") > rarity("x.*yz"));
    CHECK(rarity("xyz") <= 3 * 3.5);
    // Either of two is found more often than one.
    CHECK(rarity("u?(?:wxyz|jkqv)") < rarity("wxyz"));
}

TEST_CASE("steps: alternatives that are worth more apart stay apart")
{
    const auto two = byte_sequences({"x?(?:abcde|fghij)", ""});
    REQUIRE(two.has_value());
    CHECK(two->size() == 2);
    CHECK(worth_of(two->front()) == 5);
    // A letter that can be written in many ways is one step.
    const auto word = byte_sequences({"(?:a|\\xc3[\\xa0-\\xa5])b(?:c|\\()d", ""});
    REQUIRE(word.has_value());
    REQUIRE(word->size() == 1);
    CHECK(word->front().size() == 4);
}

TEST_CASE("steps: none where an expression is not understood or can match nothing")
{
    for (const std::string_view text :
         {"a*", "a|", "(a)\\11", "(?<n>a)", "a(?#b)", "\\Qa\\E", "(?(1)a|b)", "\\p{L}", "[a", "(a",
          "a)", "\\", "a{2}{3}", "\\x{263a}", "(?i)a", "\\Ra", "(*ACCEPT)a", "a{2,1", ""}) {
        INFO(text);
        CHECK_FALSE(byte_sequences({std::string{text}, ""}).has_value());
    }
    // Deeply nested: an answer, whatever it is.
    CHECK_FALSE(byte_sequences({std::string(100'000, '(') + std::string(100'000, ')'), ""}));
}

TEST_CASE("steps: what they are worth")
{
    CHECK(worth_of({}) == 0);
    const auto worth = [](std::string_view text) {
        return worth_of(byte_sequences({std::string{text}, ""}).value().front());
    };
    CHECK(worth("abcd") == 4);
    CHECK(worth("ab\\w\\wcd") == 4);
    CHECK(worth("a.*bcd") == 2);
    CHECK(worth("\\w{5}") == 0);
}

TEST_CASE("steps: letters, and runs of them")
{
    struct Row {
        std::string_view text;
        std::size_t letters;
        std::size_t literal;
    };
    const auto row = GENERATE(values<Row>({
        {"abcd", 4, 4},
        {"a[_\\W]?b[_\\W]?cd", 4, 2},
        {"[a4\\xe0-\\xe6@]bc", 3, 2},
        {"[0-9a-f]{8}", 0, 0},
    }));
    CAPTURE(row.text);
    const auto steps = byte_sequences({std::string{row.text}, "i"}).value().front();
    CHECK(letters_in(steps) == row.letters);
    CHECK(longest_literal(steps) == row.literal);
}

TEST_CASE("step scan: finds each sequence where its steps stand in order")
{
    const auto scan = scan_of({{"abcd", ""}, {"a[\\W]?b[\\W]?c[\\W]?d", ""}, {"d+c+", ""}});
    CHECK(found(scan, "abcd") == std::vector<std::size_t>{0, 1});
    CHECK(found(scan, "xx a-b-c-d xx") == std::vector<std::size_t>{1});
    CHECK(found(scan, "a-b-c-x").empty());
    CHECK(found(scan, "ddcc") == std::vector<std::size_t>{2});
    CHECK(found(scan, "").empty());
    CHECK(StepScan{}.is_empty());
}

TEST_CASE("step scan: what a group may begin with is left by the step before it")
{
    struct Row {
        std::string_view text;
        std::string_view matched;
    };
    const auto row = GENERATE(values<Row>({{"ab(?:x*c)", "abxxc"},
                                           {"a(?:b|\\d?(?:x+y*)?c)d", "a1xxycd"},
                                           {"(?:x?ab){2}", "abxab"},
                                           {"a(?:(?:x*b|y*c)+d|e)", "axbyycd"},
                                           {"a(?:x?y?)(?:z*(?:q?b))", "axyzqb"}}));
    CAPTURE(row.text);
    const auto sequences_of = GENERATE(Sequences{byte_sequences}, Sequences{byte_paths});
    const auto scan = scan_of({{std::string{row.text}, ""}}, sequences_of);
    CHECK(found(scan, row.matched).size() == 1);
}

TEST_CASE("step scan: gives an id once, however many of its sequences are there")
{
    const auto scan = scan_of({{"(?:ab|cd)ef", ""}, {"abef", ""}}, byte_paths);
    CHECK(found(scan, "abef cdef") == std::vector<std::size_t>{0, 1});
}

TEST_CASE("step scan: gives an id once a text, also where its sequences fill several blocks")
{
    std::vector<StepScan::Sought> sought;
    for (char first = 'a'; first <= 'z'; ++first)
        for (char second = 'a'; second <= 'z'; ++second) {
            const Pattern pattern{fmt::format("{}{}[0-9]", first, second), ""};
            sought.push_back({7, byte_sequences(pattern).value().front()});
        }
    sought.push_back({8, byte_sequences({"zz9", ""}).value().front()});
    const StepScan scan{sought};
    const auto texts = std::to_array<std::string_view>({"aa1 zz9", "no", "bb2 mm3 zz4", ""});
    std::vector<std::pair<std::size_t, std::size_t>> all;
    scan.scan(texts, [&](std::size_t id, std::size_t text) { all.emplace_back(text, id); });
    std::ranges::sort(all);
    CHECK(all == std::vector<std::pair<std::size_t, std::size_t>>{{0, 7}, {0, 8}, {2, 7}});
}

// Blocks of each width, and more than one, whose words are full to their last bits.
TEST_CASE("step scan: never misses what PCRE2 finds")
{
    const std::size_t count = GENERATE(3U, 6U, 14U, 80U);
    std::mt19937 random{4};
    const auto pick = [&](std::size_t below) { return random() % below; };
    constexpr std::string_view alphabet = "abcdeABCDE-_ \n\xc3\xa9";
    const std::vector<std::string> pieces{"a",
                                          "b",
                                          "c",
                                          "[a-c]",
                                          "(?:a|bc)",
                                          "d?",
                                          "\\W{0,2}",
                                          "(?:e|\\xc3\\xa9)+",
                                          "[^a]",
                                          ".",
                                          "\\b",
                                          "(?!aa)",
                                          "(?:ab|c?d)*",
                                          "\\s",
                                          "(?:ab|cd|e)",
                                          "(?:a|b){2,3}",
                                          "(b)?\\1",
                                          "(?:d*e)",
                                          "(?:\\s?(?:b?c|a*_))"};
    const auto sequences_of = GENERATE(Sequences{byte_sequences}, Sequences{byte_paths});
    std::vector<Pattern> patterns;
    while (patterns.size() < count) {
        Pattern pattern{"", pick(3) == 0 ? "i" : ""};
        for (std::size_t length = 2 + pick(20); length > 0; --length)
            pattern.text += pieces[pick(pieces.size())];
        if (pick(4) == 0) pattern.text = "(?:" + pattern.text + "|" + pieces[pick(3)] + "b)";
        if (byte_sequences(pattern)) patterns.push_back(pattern);
    }
    const auto scan = scan_of(patterns, sequences_of);
    std::vector<Expression> compiled;
    for (const auto& one : patterns) compiled.push_back(*Expression::compile(one));
    std::size_t matches = 0;
    std::vector<std::string> texts(2'000);
    std::vector<std::vector<std::size_t>> of_each;
    for (auto& text : texts) {
        for (std::size_t length = pick(60); length > 0; --length)
            text += alphabet[pick(alphabet.size())];
        const auto& candidates = of_each.emplace_back(found(scan, text));
        for (std::size_t id = 0; id < patterns.size(); ++id) {
            if (!compiled[id].matches(text)) continue;
            ++matches;
            if (!std::ranges::binary_search(candidates, id))
                FAIL_CHECK("missed: " << patterns[id].text << " in " << text);
        }
    }
    CHECK(matches > 100 * count);
    std::vector<std::vector<std::size_t>> together(texts.size());
    scan.scan(std::vector<std::string_view>{texts.begin(), texts.end()},
              [&](std::size_t id, std::size_t text) { together[text].push_back(id); });
    for (auto& ids : together) std::ranges::sort(ids);
    CHECK(together == of_each);
}

}  // namespace lazaret::filter::rules
