#include "milter/filter/rules/mime_header_rules.hpp"

#include <algorithm>

namespace lazaret::filter::rules {
namespace {

constexpr std::string_view raw_ending = ":raw";
constexpr std::size_t most_parts = 1'000;

}  // namespace

void MimeHeaderRules::add(std::uint32_t rule, const HeaderTest& test, const RuleFlags& flags,
                          Standing& standing)
{
    auto compiled = Expression::compile(test.pattern);
    if (!compiled) {
        standing = {Standing::State::Broken, compiled.error()};
        return;
    }
    std::string_view field = test.query;
    const bool is_raw = field.ends_with(raw_ending);
    if (is_raw) field.remove_suffix(raw_ending.size());
    all_.push_back({rule, std::string{field}, is_raw, test.negated, test.if_unset.value_or(""),
                    most_hits_of(flags), std::move(*compiled)});
}

std::string MimeHeaderRules::text_of(const MimePart& part, const One& one)
{
    std::string text;
    if (one.field == "ALL") {
        for (const auto& field : part.headers.fields()) {
            text += field.name;
            text += ": ";
            text += one.is_raw ? field.raw : field.value;
            if (!text.ends_with('\n')) text += '\n';
        }
        return text;
    }
    const auto* field = part.headers.last(one.field);
    if (!field) return one.if_unset;
    text = one.is_raw ? field->raw : field->value;
    if (!one.is_raw) text += '\n';
    return text;
}

void MimeHeaderRules::match(const Rendering& rendering, Values& values) const
{
    const auto parts = std::min(rendering.parts.size(), most_parts);
    for (const auto& one : all_) {
        std::uint32_t hits = 0;
        for (std::size_t at = 0; at < parts && hits < one.most_hits; ++at) {
            const auto text = text_of(rendering.parts[at], one);
            if (one.most_hits == 1) hits = one.expression.matches(text) ? 1U : 0U;
            else hits += one.expression.count(text, one.most_hits - hits);
        }
        values[one.rule] = one.negated ? (hits == 0 ? 1 : 0) : hits;
    }
}

}  // namespace lazaret::filter::rules
