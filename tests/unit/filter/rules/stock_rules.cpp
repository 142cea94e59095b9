// Messages of our own for the stock rules: those that a rule must hit, and near misses. That
// SpamAssassin says the same of them is asked by tests/scripts/test_stock_messages.py.

#include <map>
#include <set>

#include "milter/filter/rules/language/rule_files.hpp"
#include "milter/filter/rules/rule_book.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/rule_text.hpp"
#include "tests/unit/filter/rules/stock_messages.hpp"

namespace lazaret::filter::rules {
namespace {

/// The rules as tools/bench/parity --plugins reads them: Debian's, and every plugin that we have.
RuleBook all_stock_rules()
{
    auto source = read_rule_folders({"/usr/share/spamassassin", "/etc/spamassassin",
                                     LAZARET_SOURCE_DIR "/tools/bench/parity.d"});
    REQUIRE(source);
    return RuleBook{*std::move(source), ""};
}

std::set<std::string_view> rules_that_hit(const RuleBook& book, const std::string& bytes)
{
    const Envelope envelope{};
    const Message message{};
    const auto hits = book.judge({envelope, bytes, message}, {});
    std::set<std::string_view> names;
    for (const auto& hit : hits) names.insert(book.rule(hit.rule).name);
    CHECK(book.judge({envelope, bytes, message}, {}, Wanted::Points) ==
          without_helpers(book, hits));
    return names;
}

}  // namespace

TEST_CASE("our messages hit the stock rules that they should", "[rules][stock]")
{
    const auto book = all_stock_rules();
    for (const auto& message : stock_messages()) {
        INFO(message.file << ": " << message.name);
        const auto names = rules_that_hit(book, message.bytes);
        for (const auto& rule : message.hits) {
            INFO("should hit " << rule);
            CHECK(names.contains(rule));
        }
        for (const auto& rule : message.misses) {
            INFO("should not hit " << rule);
            CHECK(book.find(rule));
            CHECK_FALSE(names.contains(rule));
        }
    }
}

TEST_CASE("a stock rule that a message of ours should hit has a near miss", "[rules][stock]")
{
    std::set<std::string> hit, missed;
    std::map<std::string, int> names;
    for (const auto& message : stock_messages()) {
        hit.insert(message.hits.begin(), message.hits.end());
        missed.insert(message.misses.begin(), message.misses.end());
        ++names[message.file + ": " + message.name];
    }
    for (const auto& rule : hit) {
        INFO(rule);
        CHECK((rule.starts_with("__") || missed.contains(rule)));
    }
    for (const auto& [name, times] : names) {
        INFO(name);
        CHECK(times == 1);
    }
}

}  // namespace lazaret::filter::rules
