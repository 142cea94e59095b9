#include "milter/filter/rules/mime_header_rules.hpp"

namespace lazaret::filter::rules {

void MimeHeaderRules::add(std::uint32_t rule, const HeaderTest& test, const RuleFlags& flags,
                          Standing& standing)
{
    auto compiled =
        MimeHeaderMatch::compile(test, {flags.first_part, flags.last_part, flags.joined_parts});
    if (!compiled) standing = {Standing::State::Broken, compiled.error()};
    else all_.push_back({rule, most_hits_of(flags), std::move(*compiled)});
}

void MimeHeaderRules::match(const Rendering& rendering, Values& values) const
{
    for (const auto& one : all_) values[one.rule] = one.match.hits(rendering.parts, one.most_hits);
}

}  // namespace lazaret::filter::rules
