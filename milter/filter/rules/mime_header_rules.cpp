#include "milter/filter/rules/mime_header_rules.hpp"

#include <algorithm>

namespace lazaret::filter::rules {

void MimeHeaderRules::add(std::uint32_t rule, const HeaderTest& test, const RuleFlags& flags,
                          Standing& standing)
{
    auto compiled =
        MimeHeaderMatch::compile(test, {flags.first_part, flags.last_part, flags.joined_parts});
    if (!compiled) {
        standing = {Standing::State::Broken, compiled.error()};
        return;
    }
    auto field = MimeHeaderField::of(test.query);
    const auto known = std::find(fields_.begin(), fields_.end(), field);
    const auto number = static_cast<std::size_t>(known - fields_.begin());
    if (known == fields_.end()) fields_.push_back(std::move(field));
    all_.push_back({rule, most_hits_of(flags), number, std::move(*compiled)});
}

void MimeHeaderRules::match(const Rendering& rendering, Values& values) const
{
    std::vector<MimeHeaderField::Values> of_parts;
    of_parts.reserve(fields_.size());
    for (const auto& field : fields_) of_parts.push_back(field.values(rendering.parts));
    for (const auto& one : all_)
        values[one.rule] = one.match.hits(of_parts[one.field], one.most_hits);
}

}  // namespace lazaret::filter::rules
