#include "milter/filter/rules/meta_order.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/rule_text.hpp"

namespace lazaret::filter::rules {
namespace {

struct Ordered {
    std::vector<std::string> names;
    std::vector<Problem> problems;
};

Ordered order(const std::string& text)
{
    const auto source = rules_in(text);
    RuleIndexes indexes;
    std::vector<std::string> names;
    for (const auto& [name, rule] : source.rules) {
        indexes[name] = static_cast<std::uint32_t>(names.size());
        names.push_back(name);
    }
    Ordered made;
    for (const auto& meta : ordered_metas(
             source, indexes, static_cast<std::uint32_t>(names.size()),
             [](const Rule&) { return true; }, made.problems))
        made.names.push_back(names[meta.rule]);
    return made;
}

}  // namespace

TEST_CASE("a meta stands behind what it needs", "[rules][meta]")
{
    CHECK(order("meta A B && C\nmeta B D\nmeta C B\nbody D /d/\n").names ==
          std::vector<std::string>{"B", "C", "A"});
    const auto circle = order("meta A B\nmeta B A\nmeta C 1\nmeta D A || C\n");
    CHECK(circle.names == std::vector<std::string>{"C"});
    CHECK(circle.problems.size() == 3);
    const auto self = order("meta A A\n");
    CHECK(self.names.empty());
    CHECK(self.problems.size() == 1);
}

TEST_CASE("a name that is no rule counts as nothing, and is told", "[rules][meta]")
{
    const auto made = order("meta A NOBODY || B\nbody B /b/\n");
    CHECK(made.names == std::vector<std::string>{"A"});
    CHECK(made.problems.size() == 1);
}

TEST_CASE("rules_matching stands for the sum of the rules it names", "[rules][meta]")
{
    CHECK(order("meta A rules_matching(__B_*) > 1\nmeta __B_1 1\nmeta __B_2 A1\nmeta A1 1\n")
              .names.back() == "A");
    CHECK(order("meta A rules_matching(NOBODY_?)\n").names == std::vector<std::string>{"A"});
}

TEST_CASE("a long chain of metas is followed", "[rules][meta]")
{
    std::string text;
    for (int i = 0; i < 20'000; ++i)
        text += "meta M" + std::to_string(i) + " M" + std::to_string(i + 1) + "\n";
    CHECK(order(text + "body M20000 /x/\n").names.size() == 20'000);
}

}  // namespace lazaret::filter::rules
