#include "milter/filter/rules/patterns/beginnings.hpp"

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "milter/filter/rules/patterns/expression.hpp"
#include "tests/support/catch.hpp"

namespace lazaret::filter::rules {
namespace {

std::string random_text(std::minstd_rand& random, std::string_view bytes)
{
    std::string text(1 + random() % 20, ' ');
    for (auto& byte : text) byte = bytes[random() % bytes.size()];
    return text;
}

}  // namespace

TEST_CASE("beginnings: wherever PCRE2 finds a match, one can begin")
{
    const std::vector<Pattern> patterns{
        {"(?:(?:a\\s)?b|cd?e|[f-h]{2,3})\\sx?", ""},
        {"(?:ab|cd){2}", "i"},
        {"(?:\\bA|\\s)?(?:b(?=c)|d*e)", "i"},
        {"a", ""},
        {"(?:ab?)+$", ""},
        {"x?(?:a|bc|def)(?:g|h\\d){0,3}", ""},
        {"(?>a{0,2})b[^c]c", ""},
        {"(?<=a)b.c", "s"},
        {"[^a](?i:b)c", ""},
        {"(?-i:[^a])bc", "i"},
        {"a ?b  c *d", "x"},
        {"\\x61\\x62(?:c|\\.)", ""},
    };
    std::minstd_rand random{7};
    std::vector<Expression::Part> parts;
    for (const auto& pattern : patterns) {
        INFO(pattern.text);
        const auto beginnings = Beginnings::of(pattern);
        REQUIRE(beginnings);
        const auto expression = Expression::compile(pattern);
        REQUIRE(expression);
        std::size_t found = 0;
        for (int times = 0; times < 3'000; ++times) {
            const auto text = random_text(random, "aabbccddeefghxABC1. \n");
            INFO(text);
            for (std::size_t from = 0; expression->find(text, from, parts); ++found) {
                const auto begin = parts[0].begin;
                REQUIRE(beginnings->next(text, begin) == begin);
                from = begin + 1;
            }
        }
        CHECK(found > 0);
    }
}

TEST_CASE("beginnings: where none can be")
{
    const auto beginnings = Beginnings::of({"(?:copy\\s)?(?:your|full)\\sname", "i"});
    REQUIRE(beginnings);
    CHECK(beginnings->next("give us Your name", 0) == 8);
    CHECK(beginnings->next("give us Your name", 9) == std::string_view::npos);
    CHECK(beginnings->next("you, cops", 0) == std::string_view::npos);
    CHECK(beginnings->next("", 0) == std::string_view::npos);
    // What could go on behind the end is left to who looks.
    CHECK(beginnings->next("is it yo", 0) == 6);

    CHECK(beginnings->next_line("you\nyour name\n\nfull", 0) == 4);
    CHECK(beginnings->next_line("you\nyour name\n\nfull name", 5) == 15);
    CHECK(beginnings->next_line("is your name\n", 0) == std::string_view::npos);
}

TEST_CASE("beginnings: blanks that a line may begin with are passed over")
{
    const auto lines = Beginnings::of_lines({"^(?>\\s{0,50})(?:your|full)\\sname", "im"});
    REQUIRE(lines);
    CHECK(lines->next_line("you\n    nobody\n    your name", 0) == 15);
    CHECK(lines->next_line("    nobody\n", 0) == std::string_view::npos);
    CHECK(lines->next_line("a\n\n\nfull name", 0) == 2);  // blanks may be lines
    CHECK(lines->next_line(std::string(64, ' ') + "nobody", 0) == 0);
    // Nothing is passed over that is no blank, or must be there.
    const auto dots = Beginnings::of_lines({"^[.]*your\\sname", "m"});
    REQUIRE(dots);
    CHECK(dots->next_line(". x\n..your name", 0) == 4);
    const auto blank = Beginnings::of_lines({"^\\s+your\\sname", "m"});
    REQUIRE(blank);
    CHECK(blank->next_line("your name\n your name", 0) == 10);
}

TEST_CASE("beginnings: none where they would say little, or are not known")
{
    for (const std::string_view text :
         {"a*", "\\w\\w\\w\\w", ".{9}a", "[a-z ]+", "a{2}{3}", "a{1,2,3}b", "[[:<:]]a", "\\Ga",
          "(a)\\11", "(?i)a", "\\Qa\\E", ""}) {
        INFO(text);
        CHECK_FALSE(Beginnings::of({std::string{text}, ""}).has_value());
    }
    // Too many to look at each.
    std::string many = "(?:";
    for (int i = 0; i < 200; ++i)
        many += std::string{"\\x"} + "0123456789abcdef"[i / 16] + "0123456789abcdef"[i % 16] +
                "[a-d]?|";
    many += "zz){4}";
    CHECK_FALSE(Beginnings::of({many, ""}).has_value());
    // Each alternative few enough, all together too much work.
    std::string pairs = "a";
    for (int i = 0; i < 100; ++i)
        pairs += std::string{"|"} + static_cast<char>('a' + i % 26) +
                 static_cast<char>('a' + i * 7 % 26);
    std::string groups = "zz";
    for (int i = 0; i < 150; ++i) groups += "|(?:" + pairs + ")(?:" + pairs + ")x";
    CHECK_FALSE(Beginnings::of({groups, ""}).has_value());
}

TEST_CASE("beginnings: a long expression answers as a short one does")
{
    const std::string core = "(?:(?:please\\s)?send\\s(?:your|his)|fill\\sthis)\\sform";
    const std::string padding(1'000, 'z');
    for (const std::string_view flags : {"i", "im"})
        for (const std::string_view front : {"", "^", "^\\s?"}) {
            const auto begin = std::string{front};
            const auto brief = Expression::compile({begin + core, std::string{flags}});
            const auto full = Expression::compile(
                {begin + "(?:" + core + "|" + padding + ")", std::string{flags}});
            REQUIRE((brief && full));
            for (const std::string_view text :
                 {"Please send your form", "send his form", "do send his form",
                  "x\nfill this form, fill this form", "\n fill this form", "fill this", "", "f"}) {
                INFO(text);
                CHECK(full->matches(text) == brief->matches(text));
                CHECK(full->count(text, 9) == brief->count(text, 9));
            }
        }
}

}  // namespace lazaret::filter::rules
