#include "milter/filter/learn/features.hpp"

#include "base/text.hpp"
#include "milter/filter/newsletter.hpp"

namespace lazaret::filter {
namespace {

constexpr std::size_t body_looked_at = 16 << 10;

// Wherever the first part of that type is declared; a message that only speaks of it counts too.
bool names_html(std::string_view text)
{
    return find_ignoring_case(text, "text/html") != std::string_view::npos;
}

}  // namespace

Kind kind_of(const Excerpt::Source& source)
{
    bool unsubscribe = false, discussion = false, html = false;
    for (const auto& field : source.fields) {
        const auto is = [&](std::string_view name) { return same_ignoring_case(field.name, name); };
        if (is("list-unsubscribe")) unsubscribe = true;
        else if (is("list-post")) discussion = is_for_readers(field.value);
        else if (is("content-type")) html = names_html(field.value);
    }
    html = html || names_html(source.body.substr(0, body_looked_at));
    if (unsubscribe && !discussion) return html ? Kind::BulkHtml : Kind::BulkPlain;
    return html ? Kind::Html : Kind::Plain;
}

Features::Features(const Excerpt::Source& source, const Excerpt& excerpt)
    : traits_{source.fields, excerpt.body()}, kind_{kind_of(source)}
{
    std::array<std::uint64_t, gram_weights / 64> met{};  // 64 kB, in the nearest cache
    for_each_gram(excerpt.text(), [&](std::size_t, std::uint32_t index) {
        const auto bit = std::uint64_t{1} << (index % 64);
        auto& word = met[index / 64];
        grams_[gram_count_] = index;
        gram_count_ += (word & bit) == 0 ? 1 : 0;
        word |= bit;
    });
}

}  // namespace lazaret::filter
