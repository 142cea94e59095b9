#include "milter/filter/rules/metas.hpp"

#include <algorithm>
#include <array>
#include <random>
#include <string>

#include "tests/support/catch.hpp"

namespace lazaret::filter::rules {
namespace {

/// `rules` rules, then metas over them and each other, each behind all that it asks for.
std::vector<Meta> any_metas(std::mt19937& random, std::uint32_t rules, std::uint32_t count)
{
    const auto pick = [&](std::uint32_t below) {
        return static_cast<std::uint32_t>(random() % below);
    };
    constexpr std::array<std::string_view, 10> signs{"&&", "||", "+",    "-",   "*",
                                                     ">",  "==", "&& !", "> 1", "/"};
    std::vector<Meta> metas;
    for (auto own = rules; own < rules + count; ++own) {
        auto text = pick(3) == 0 ? std::string{"!R"} : std::string{"R"};
        text += std::to_string(pick(own));
        for (auto more = pick(4); more > 0; --more) {
            const auto sign = signs[pick(signs.size())];
            if (sign == "> 1") text = "(" + text + ") > 1";
            else text += std::string{sign} + " R" + std::to_string(pick(own));
        }
        metas.push_back({own, *Arithmetic::read(text, [](std::string_view name) {
                             return static_cast<std::uint32_t>(
                                 std::stoul(std::string{name.substr(1)}));
                         })});
    }
    return metas;
}

}  // namespace

TEST_CASE("metas: only those evaluated that differ give what all do", "[rules][meta]")
{
    std::mt19937 random{7};
    constexpr std::uint32_t rules = 150;
    constexpr std::uint32_t count = 200;
    const auto all = any_metas(random, rules, count);
    const Metas metas{all, rules + count};
    std::size_t hits = 0;
    for (int round = 0; round < 200; ++round) {
        std::vector<double> values(rules + count, 0.0);
        for (auto some = random() % 20; some > 0; --some)
            values[random() % rules] = random() % 2 == 0 ? 1 : 3;
        auto expected = values;
        for (const auto& meta : all)
            if (const auto value = meta.expression.evaluate(expected); value < 0)
                expected[meta.rule] = 1;
            else expected[meta.rule] = value;
        metas.work_out(values);
        CHECK(values == expected);
        hits += static_cast<std::size_t>(
            std::ranges::count_if(values, [](double one) { return one != 0; }));
    }
    CHECK(hits > 10'000);
}

TEST_CASE("metas: only what they need is asked for", "[rules][meta]")
{
    std::mt19937 random{9};
    constexpr std::uint32_t rules = 150;
    constexpr std::uint32_t count = 200;
    auto all = any_metas(random, rules, count);
    for (auto& meta : all) meta.is_helper = random() % 2 == 0;
    const Metas metas{all, rules + count};
    std::size_t asked = 0;
    std::size_t offered = 0;
    for (int round = 0; round < 300; ++round) {
        std::vector<double> known(rules + count, 0.0);
        std::vector<double> values(rules + count, 0.0);
        std::vector<OpenRule> open;
        for (std::uint32_t rule = 0; rule < rules; ++rule) {
            const bool is_open = random() % 5 == 0;
            known[rule] = random() % 8 == 0 ? static_cast<double>(1 + random() % 3) : 0.0;
            values[rule] = is_open ? 0.0 : known[rule];
            if (is_open) open.push_back({rule, {random() % 2 == 0 ? 0 : known[rule], 3, true}});
        }
        auto expected = known;
        metas.work_out(expected);
        std::vector<bool> is_open(rules);
        for (const auto& one : open) is_open[one.rule] = true;
        metas.work_out(values, open, [&](std::uint32_t rule) {
            CHECK(is_open[rule]);  // and asked once
            is_open[rule] = false;
            ++asked;
            return known[rule];
        });
        offered += open.size();
        for (const auto& meta : all) {
            INFO("meta " << meta.rule << (meta.is_helper ? ", a helper" : ""));
            CHECK((meta.is_helper
                       ? values[meta.rule] == 0 || values[meta.rule] == expected[meta.rule]
                       : values[meta.rule] == expected[meta.rule]));
        }
    }
    CHECK(asked > offered / 10);
    CHECK(asked < offered * 9 / 10);
}

TEST_CASE("metas: what decides is not asked behind", "[rules][meta]")
{
    const auto name = [](std::string_view text) {
        return static_cast<std::uint32_t>(text[0] - 'A');
    };
    // A and B wait; C to F do not.
    struct Row {
        const char* text;
        std::vector<double> known;  ///< of C to F
        std::vector<std::uint32_t> asked;
    };
    const std::vector<Row> rows{
        {"A && C", {0, 0, 0, 0}, {}},        {"A && C", {1, 0, 0, 0}, {0}},
        {"A || C", {1, 0, 0, 0}, {}},        {"A || C", {0, 0, 0, 0}, {0}},
        {"A + B + C > 2", {0, 0, 0, 0}, {}}, {"A + B + C > 2", {1, 0, 0, 0}, {0}},
        {"!A && D", {0, 0, 0, 0}, {}},       {"C && A && B", {1, 0, 0, 0}, {0}},
        {"(A || B) && C", {0, 1, 1, 1}, {}}, {"(A || B) && C", {1, 0, 0, 0}, {0, 1}},
        {"(A + C) > 1", {3, 0, 0, 0}, {}},   {"(C + D) > 1 && A", {3, 0, 0, 0}, {0}},
    };
    for (const auto& row : rows) {
        CAPTURE(row.text, row.known);
        const Metas metas{{{6, *Arithmetic::read(row.text, name)}}, 8};
        std::vector<double> values(8, 0.0);
        std::copy(row.known.begin(), row.known.end(), values.begin() + 2);
        std::vector<std::uint32_t> asked;
        const std::vector<OpenRule> open{{0, {0, 1, true}}, {1, {0, 1, true}}};
        metas.work_out(values, open, [&](std::uint32_t rule) {
            asked.push_back(rule);
            return 0.0;
        });
        CHECK(asked == row.asked);
        CHECK(values[0] == 0);
        // Nobody asks for a helper that nobody needs.
        std::fill(values.begin(), values.end(), 0.0);
        std::copy(row.known.begin(), row.known.end(), values.begin() + 2);
        asked.clear();
        const Metas helpers{{{6, *Arithmetic::read(row.text, name), true}}, 8};
        helpers.work_out(values, open, [&](std::uint32_t rule) {
            asked.push_back(rule);
            return 0.0;
        });
        CHECK(asked.empty());
    }
}

TEST_CASE("metas: what is no number is 0", "[rules][meta]")
{
    const auto name = [](std::string_view text) {
        return static_cast<std::uint32_t>(text[0] - 'A');
    };
    const std::string huge = "1" + std::string(300, '0') + " * 1" + std::string(300, '0');
    const auto read = [&](const std::string& text) { return *Arithmetic::read(text, name); };
    // A and B are rules; C is none when nothing hits, D when A does.
    const Metas metas{{{2, read(huge + " - " + huge)},
                       {3, read("A * " + huge + " - " + huge)},
                       {4, read("A && C")},
                       {5, read("A && !C && !D")},
                       {6, read("B && !C && !D")}},
                      8};
    std::vector<double> values{1, 0, 0, 0, 0, 0, 0, 0};
    metas.work_out(values);
    CHECK(values == std::vector<double>{1, 0, 0, 0, 0, 1, 0, 0});
    values = {1, 0, 0, 0, 0, 0, 0, 0};
    const std::vector<OpenRule> open{{1, {0, 1, true}}};
    metas.work_out(values, open, [](auto) { return 1.0; });
    CHECK(values == std::vector<double>{1, 1, 0, 0, 0, 1, 1, 0});
}

TEST_CASE("metas: what they ask for", "[rules][meta]")
{
    const auto name = [](std::string_view text) { return text == "A" ? 0U : 1U; };
    const Metas metas{{{2, *Arithmetic::read("A && !B", name)}}, 4};
    const auto names = metas.names_of(2);
    CHECK(std::vector(names.begin(), names.end()) == std::vector<std::uint32_t>{0, 1});
    CHECK(metas.names_of(0).empty());
    std::vector<double> values{1, 0, 0, 0};
    metas.work_out(values);
    CHECK(values == std::vector<double>{1, 0, 1, 0});
    // Of nothing.
    std::vector<double> none;
    Metas{}.work_out(none);
    CHECK(none.empty());
}

}  // namespace lazaret::filter::rules
