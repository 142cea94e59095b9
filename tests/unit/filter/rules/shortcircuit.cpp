#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "milter/filter/rules/language/statements.hpp"
#include "milter/filter/rules/rule_book.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/rule_text.hpp"

namespace lazaret::filter::rules {
namespace {

constexpr std::string_view plugin = "loadplugin Mail::SpamAssassin::Plugin::Shortcircuit\n";
constexpr std::string_view rules =
    "header FIRST Subject =~ /one/\nscore FIRST 2\npriority FIRST -10\n"
    "header SECOND Subject =~ /two/\nscore SECOND 3\n"
    "header __PART Subject =~ /three/\nmeta THIRD __PART\nscore THIRD -1\npriority THIRD -20\n"
    "header LATE Subject =~ /./\nscore LATE 0.5\npriority LATE 100\n"
    "header SHORTCIRCUIT eval:check_shortcircuit()\nscore SHORTCIRCUIT 0\n";

RuleBook book(std::string_view settings)
{
    return {rules_in(std::string{plugin} + std::string{rules} + std::string{settings}), ""};
}

std::map<std::string, double> hits(const RuleBook& book, std::string_view subject)
{
    const auto bytes = "Subject: " + std::string{subject} + "\r\n\r\nx\r\n";
    const Envelope envelope{};
    const Message message{};
    std::map<std::string, double> points;
    for (const auto& hit : book.judge({envelope, bytes, message}, {}))
        points[book.rule(hit.rule).name] = hit.points;
    return points;
}

}  // namespace

TEST_CASE("a shortcircuit rule ends the judgement with its priority", "[rules][shortcircuit]")
{
    using Points = std::map<std::string, double>;
    CHECK(hits(book(""), "one two") == Points{{"FIRST", 2}, {"SECOND", 3}, {"LATE", 0.5}});
    const auto on = book("shortcircuit FIRST on\n");
    CHECK(hits(on, "one two") == Points{{"FIRST", 2}, {"SHORTCIRCUIT", 0.0001}});
    CHECK(hits(on, "two") == Points{{"SECOND", 3}, {"LATE", 0.5}});
    // One for spam runs before all that have no priority of their own.
    CHECK(hits(book("shortcircuit SECOND spam\n"), "one two") ==
          Points{{"SECOND", 3}, {"SHORTCIRCUIT", 100}});
    // Who captures has run before all others.
    CHECK(hits(book("header CAPTURE Subject =~ /(?<WORD>two)/\nshortcircuit FIRST on\n"),
               "one two") == Points{{"CAPTURE", 1}, {"FIRST", 2}, {"SHORTCIRCUIT", 0.0001}});
    // What a meta needs has run, whatever its own priority.
    CHECK(hits(book("shortcircuit THIRD ham\n"), "one two three") ==
          Points{{"THIRD", -1}, {"__PART", 0}, {"SHORTCIRCUIT", -100}});
    CHECK(hits(book("shortcircuit_max_spam_score 1\n"), "one two") ==
          Points{{"FIRST", 2}, {"SHORTCIRCUIT", 0.001}});
}

TEST_CASE("what is wrong with a shortcircuit line is a problem", "[rules][shortcircuit]")
{
    const auto wrong = book("shortcircuit FIRST maybe\n");
    REQUIRE(wrong.problems().size() == 1);
    CHECK(wrong.problems()[0].place.line == 16);
}

}  // namespace lazaret::filter::rules
