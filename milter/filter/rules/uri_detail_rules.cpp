#include "milter/filter/rules/uri_detail_rules.hpp"

namespace lazaret::filter::rules {

void UriDetailRules::add(std::uint32_t rule, const UriDetailTest& test, Standing& standing)
{
    auto compiled = UriDetailMatch::compile(test);
    if (!compiled) standing = {Standing::State::Broken, compiled.error()};
    else all_.push_back({rule, std::move(*compiled)});
}

void UriDetailRules::match(const Uris& uris, Values& values) const
{
    for (const auto& one : all_)
        if (one.match.matches(uris)) values[one.rule] = 1;
}

}  // namespace lazaret::filter::rules
