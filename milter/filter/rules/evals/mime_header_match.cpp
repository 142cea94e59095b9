#include "milter/filter/rules/evals/mime_header_match.hpp"

#include <utility>

#include "milter/filter/rules/patterns/time_limit.hpp"

namespace lazaret::filter::rules {

MimeHeaderMatch::MimeHeaderMatch(Expression expression, const HeaderTest& test,
                                 const MimeHeaderScope& scope)
    : expression_{std::move(expression)},
      name_{test.query},
      negated_{test.negated},
      matches_nothing_{expression_.matches("")},
      if_unset_{test.if_unset.value_or(std::string{})},
      scope_{scope}
{
    constexpr std::string_view raw = ":raw";
    if (!name_.ends_with(raw)) return;
    name_.resize(name_.size() - raw.size());
    raw_ = true;
}

Result<MimeHeaderMatch, std::string> MimeHeaderMatch::compile(const HeaderTest& test,
                                                              const MimeHeaderScope& scope)
{
    // `exists:` is none of mimeheader's: the field must then only have something in it.
    auto expression = Expression::compile(test.exists ? Pattern{"[^\\n]", ""} : test.pattern);
    if (!expression) return because(std::move(expression.error()));
    return MimeHeaderMatch{std::move(*expression), test, scope};
}

std::string_view MimeHeaderMatch::value_in(const MimePart& part, std::string& room) const
{
    if (name_ == "ALL") {
        room.clear();
        for (const auto& field : part.headers.fields()) {
            room.append(field.name).append(": ").append(raw_ ? field.raw : field.value);
            if (!raw_) room += '\n';
        }
        return room;
    }
    const auto* field = part.headers.last(name_);
    if (!field) return if_unset_;
    if (raw_) return field->raw;
    room.assign(field->value).append("\n");
    return room;
}

unsigned MimeHeaderMatch::hits_in(std::string_view text, unsigned most_hits) const
{
    if (most_hits <= 1) return expression_.matches(text) ? 1 : 0;
    return expression_.count(text, most_hits);
}

unsigned MimeHeaderMatch::hits(std::span<const MimePart> parts, unsigned most_hits) const
{
    if (negated_) return 1;
    std::string joined;
    std::string room;
    // A message may have a thousand parts. These rules never rest.
    SparseTimeLimit limit{most_time_of_message, texts_between_looks};
    for (std::size_t at = 0; at < parts.size() && at + 1 <= scope_.last; ++at) {
        if (at + 1 < scope_.first) continue;
        const auto value = value_in(parts[at], room);
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
