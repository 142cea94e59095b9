#include "milter/filter/rules/uri_detail_rules.hpp"

#include <algorithm>
#include <array>

namespace lazaret::filter::rules {
namespace {

UriDetailCondition::Key key_of(std::string_view name)
{
    // In the order of the enum; what is read from a file is one of them.
    constexpr auto names =
        std::to_array<std::string_view>({"raw", "type", "cleaned", "text", "domain", "host"});
    const auto found = std::find(names.begin(), names.end(), name);
    return static_cast<UriDetailCondition::Key>(found - names.begin());
}

}  // namespace

void UriDetailRules::add(std::uint32_t rule, const UriDetailTest& test, Standing& standing)
{
    One one{rule, {}};
    for (const auto& term : test.terms) {
        auto compiled = Expression::compile(term.pattern);
        if (!compiled) {
            standing = {Standing::State::Broken, compiled.error()};
            return;
        }
        one.conditions.push_back({key_of(term.key), term.negated,
                                  [expression = std::move(*compiled)](std::string_view text) {
                                      return expression.matches(text);
                                  }});
    }
    all_.push_back(std::move(one));
}

void UriDetailRules::match(const Uris& uris, Values& values) const
{
    for (const auto& one : all_)
        if (meets_all(uris, one.conditions)) values[one.rule] = 1;
}

}  // namespace lazaret::filter::rules
