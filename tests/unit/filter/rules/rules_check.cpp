#include "milter/filter/rules/rules_check.hpp"

#include "milter/filter/rules/language/rule_source.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/letter.hpp"

using namespace lazaret;
using namespace lazaret::filter;
using namespace lazaret::filter::rules;

TEST_CASE("a rule's hit says why in all languages that the files have", "[rules]")
{
    const RuleFile file{"local.cf",
                        "body OFFER /special/\ndescribe OFFER Offers something\n"
                        "lang de describe OFFER Bietet etwas an\nlang fr describe OFFER\n"
                        "body __HELPER /special/\nbody SILENT /special/\nscore SILENT 0\n"};
    auto source = read_rules(std::span{&file, 1}, [](const std::string&) {
        return because(std::string{"is not there"});
    });
    const auto book = std::make_shared<Snapshot<RuleBook>>(
        std::make_shared<const RuleBook>(std::move(source), ""));
    const Letter letter{"From: ann@example.org\r\nSubject: 1\r\n\r\nA special one\r\n"};
    Findings findings;
    rules_check({book, nullptr, false}).run(letter.mail(), findings);
    CHECK(findings.hits == std::vector<Hit>{{"OFFER", 1.0, "Offers something",
                                             Translations{{{"de", "Bietet etwas an"}}}}});
}
