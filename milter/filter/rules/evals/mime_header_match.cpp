#include "milter/filter/rules/evals/mime_header_match.hpp"

#include <utility>

#include "milter/filter/rules/patterns/time_limit.hpp"

namespace lazaret::filter::rules {
namespace {

std::string all_fields(const RuleHeaders& headers, bool raw)
{
    std::string all;
    for (const auto& field : headers.fields()) {
        all.append(field.name).append(": ").append(raw ? field.raw : field.value);
        if (!raw) all += '\n';
    }
    return all;
}

}  // namespace

MimeHeaderField MimeHeaderField::of(std::string_view query)
{
    constexpr std::string_view raw = ":raw";
    if (!query.ends_with(raw)) return {std::string{query}};
    query.remove_suffix(raw.size());
    return {std::string{query}, true};
}

MimeHeaderField::Values MimeHeaderField::values(std::span<const MimePart> parts) const
{
    Values values(parts.size());
    for (std::size_t at = 0; at < parts.size(); ++at) {
        const auto& headers = parts[at].headers;
        if (name == "ALL") values[at] = all_fields(headers, raw);
        else if (const auto* field = headers.last(name))
            values[at] = raw ? field->raw : field->value + '\n';
    }
    return values;
}

MimeHeaderMatch::MimeHeaderMatch(Expression expression, const HeaderTest& test,
                                 const MimeHeaderScope& scope)
    : expression_{std::move(expression)},
      negated_{test.negated},
      matches_nothing_{expression_.matches("")},
      if_unset_{test.if_unset.value_or(std::string{})},
      scope_{scope}
{
}

Result<MimeHeaderMatch, std::string> MimeHeaderMatch::compile(const HeaderTest& test,
                                                              const MimeHeaderScope& scope)
{
    // `exists:` is none of mimeheader's: the field must then only have something in it.
    auto expression = Expression::compile(test.exists ? Pattern{"[^\\n]", ""} : test.pattern);
    if (!expression) return because(std::move(expression.error()));
    return MimeHeaderMatch{std::move(*expression), test, scope};
}

unsigned MimeHeaderMatch::hits_in(std::string_view text, unsigned most_hits) const
{
    if (most_hits <= 1) return expression_.matches(text) ? 1 : 0;
    return expression_.count(text, most_hits);
}

unsigned MimeHeaderMatch::hits(const MimeHeaderField::Values& values, unsigned most_hits) const
{
    if (negated_) return 1;
    std::string joined;
    // A message may have a thousand parts. These rules never rest.
    SparseTimeLimit limit{most_time_of_message, texts_between_looks};
    for (std::size_t at = 0; at < values.size() && at + 1 <= scope_.last; ++at) {
        if (at + 1 < scope_.first) continue;
        const auto& value = values[at] ? *values[at] : if_unset_;
        if (value.empty() && !matches_nothing_ && !scope_.joined) continue;
        if (scope_.joined) {
            joined += value;
            if (!joined.ends_with('\n')) joined += '\n';
        } else if (const auto found = hits_in(value, most_hits); found > 0) {
            return found;
        }
        if (limit.is_over()) break;
    }
    return scope_.joined ? hits_in(joined, most_hits) : 0;
}

}  // namespace lazaret::filter::rules
