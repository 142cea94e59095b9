#include "milter/filter/rules/patterns/line_literal.hpp"

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "milter/filter/rules/patterns/expression.hpp"
#include "tests/support/catch.hpp"

namespace lazaret::filter::rules {
namespace {

constexpr auto none = std::string_view::npos;

}  // namespace

TEST_CASE("a literal says in which lines a match can begin", "[patterns]")
{
    struct Row {
        std::string_view pattern;
        std::string_view flags;
        std::string_view text;
        std::size_t from;
        std::size_t line;
    };
    const auto row = GENERATE(values<Row>({
        {"^[^>\n].*?<a href=", "im", "one\ntwo <A HREF=x", 0, 4},
        {"^[^>].*?<a href=", "im", "one\n\ntwo <A HREF=x", 0, 4},  // the line end is its first byte
        {"^[^>].*?<a href=", "im", "<a href=", 0, 0},
        {"^[^>].*?<a href=", "im", "one\ntwo", 0, none},
        {"^From:\\s", "m", "To: a\nFrom: b\nFrom: c", 7, 14},
        {"^From:\\s", "m", "", 0, none},
        {"^From:\\s", "m", "From:", 5, none},
    }));
    CAPTURE(row.pattern, row.text);
    const auto literal = LineLiteral::of({std::string{row.pattern}, std::string{row.flags}});
    REQUIRE(literal.has_value());
    CHECK(literal->next_line(row.text, row.from) == row.line);
}

TEST_CASE("where no literal is known, or a match begins elsewhere, there is none", "[patterns]")
{
    for (const Pattern& pattern : std::vector<Pattern>{{"^abc", ""},
                                                       {"abc", "m"},
                                                       {"^abc|def", "m"},
                                                       {"^ab", "m"},
                                                       {"^abc", "im"},
                                                       {"^\\s*abc", "m"},
                                                       {"^(?:abc|def)", "m"},
                                                       {"^[^>]*?<a href=", "m"},
                                                       {"^(?<n>a)bcd", "m"}}) {
        CAPTURE(pattern.text, pattern.flags);
        CHECK_FALSE(LineLiteral::of(pattern).has_value());
    }
}

TEST_CASE("no match that PCRE2 finds begins before the line that a literal tells", "[patterns]")
{
    std::mt19937 random{7};
    const auto pick = [&](std::size_t below) { return random() % below; };
    const std::vector<std::string> pieces{"[^>]",  ".",   ".*?", "a-b",   "c_d", "(?:a-)",
                                          "[a-c]", "\\n", "x?",  "(?!b)", "\\b", "(?:-b|c)"};
    const std::vector<std::string> words{"a-b", "c_d", "A-B", "C_d", "a",
                                         "b",   "x",   ">",   "\n",  "\n"};
    std::size_t matches = 0;
    for (int round = 0; round < 8'000; ++round) {
        Pattern pattern{"^", pick(2) == 0 ? "m" : "im"};
        if (pick(4) == 0) pattern.flags += 's';
        for (std::size_t length = 1 + pick(5); length > 0; --length)
            pattern.text += pieces[pick(pieces.size())];
        pattern.text += pick(2) == 0 ? "a-b" : "c_d";
        const auto literal = LineLiteral::of(pattern);
        // Without multi-line anchors nothing is known, so PCRE2 looks by itself.
        const auto plain = Expression::compile({"(?m)" + pattern.text, pattern.flags});
        if (!literal || !plain) continue;
        std::string text;
        for (std::size_t length = pick(40); length > 0; --length) text += words[pick(words.size())];
        std::vector<Expression::Part> parts;
        const auto from = pick(2) * pick(text.size() + 1);
        if (!plain->find(text, from, parts)) continue;
        ++matches;
        if (literal->next_line(text, from) > parts[0].begin)
            FAIL_CHECK("missed: " << pattern.text << " in " << text);
    }
    CHECK(matches > 500);
}

}  // namespace lazaret::filter::rules
