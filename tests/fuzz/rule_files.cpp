#include "milter/filter/rules/language/rule_source.hpp"
#include "tests/fuzz/input.hpp"

using namespace lazaret;
using namespace lazaret::filter::rules;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::vector<RuleFile> files{{"fuzz.cf", std::string{fuzz::text_of(data, size)}}};
    const auto source = read_rules(files, [](const std::string&) { return "body MORE /m/\n"; });
    for (const auto& [name, rule] : source.rules)
        fuzz::promise(name == rule.name && !name.empty() && rule.place.line > 0,
                      "a rule has a name and a place");
    for (const auto& problem : source.problems)
        fuzz::promise(!problem.what.empty(), "a problem is said in words");
    return 0;
}
