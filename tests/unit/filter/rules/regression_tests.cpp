// SpamAssassin's own: lines `test RULE ok|fail TEXT` among its rule files.

#include "milter/filter/rules/language/rule_files.hpp"
#include "milter/filter/rules/patterns/expression.hpp"
#include "milter/filter/rules/rule_book.hpp"
#include "tests/support/catch.hpp"

namespace lazaret::filter::rules {
namespace {

const Pattern* pattern_of(const Test& test)
{
    if (const auto* one = std::get_if<HeaderRule>(&test)) return &one->test.pattern;
    if (const auto* one = std::get_if<BodyRule>(&test)) return &one->pattern;
    if (const auto* one = std::get_if<RawBodyRule>(&test)) return &one->pattern;
    if (const auto* one = std::get_if<UriRule>(&test)) return &one->pattern;
    return nullptr;
}

bool is_negated(const Test& test)
{
    const auto* header = std::get_if<HeaderRule>(&test);
    return header && header->test.negated;
}

/// Whether a rule about the way hits a message with that Received field.
bool hits_received(const RuleBook& book, std::string_view name, std::string_view text)
{
    const auto bytes = "Received: " + std::string{text} + "\nFrom: a@example.org\n\nx\n";
    const Envelope envelope{};
    const Message message{};
    for (const auto& hit : book.judge({envelope, bytes, message}, {}))
        if (book.rule(hit.rule).name == name) return true;
    return false;
}

}  // namespace

TEST_CASE("the stock rules pass their own tests", "[rules][stock]")
{
    const auto source = read_rule_folders({"/usr/share/spamassassin", "/etc/spamassassin"});
    REQUIRE(source);
    const auto lines = source->settings.lines("test");
    REQUIRE(lines.size() >= 30);
    const RuleBook book{*source, ""};
    for (const auto& line : lines) {
        INFO(line.place.file << ":" << line.place.line << ": " << line.value);
        const auto words = words_of(line.value);
        REQUIRE(words.size() >= 3);
        const auto rule = source->rules.find(words[0]);
        REQUIRE(rule != source->rules.end());
        const std::string_view text = std::string_view{line.value}.substr(
            static_cast<std::size_t>(words[2].data() - line.value.data()));
        const bool should_hit = words[1] == "ok";
        if (const auto* pattern = pattern_of(rule->second.test)) {
            const auto expression = Expression::compile(*pattern);
            REQUIRE(expression);
            CHECK((expression->matches(text) != is_negated(rule->second.test)) == should_hit);
        } else {
            CHECK(hits_received(book, words[0], text) == should_hit);
        }
    }
}

TEST_CASE("every stock rule that is on can hit", "[rules][stock]")
{
    const auto source = read_rule_folders({"/usr/share/spamassassin", "/etc/spamassassin"});
    REQUIRE(source);
    std::string problems;
    for (const auto& problem : source->problems)
        if (problem.is_mistake) problems += problem.rule + " " + problem.what + "\n";
    CHECK(problems.empty());
    CHECK(source->rules.size() > 2'000);
}

}  // namespace lazaret::filter::rules
