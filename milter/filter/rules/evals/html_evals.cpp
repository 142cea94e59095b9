#include <algorithm>
#include <array>

#include "milter/filter/rules/evals/content_eval_groups.hpp"

namespace lazaret::filter::rules {
namespace {

/// Whether a test holds of one of the HTML parts.
template <class Test>
bool any_html(const EvalContext& context, Test&& test)
{
    const auto& all = context.rendering.all_html;
    return std::any_of(all.begin(), all.end(), [&](const auto* html) { return test(*html); });
}

unsigned html_tag_balance(const EvalContext& context, Arguments arguments)
{
    return any_html(context, [&](const HtmlFacts& html) {
        const auto* open = html.inside(text_at(arguments, 0));
        return open && compares(*open, text_at(arguments, 1));
    });
}

unsigned html_image_only(const EvalContext& context, Arguments arguments)
{
    return any_html(context, [&](const HtmlFacts& html) {
        const auto length = static_cast<double>(html.length);
        return html.inside("img") && length > number_at(arguments, 0).value_or(0) &&
               length <= number_at(arguments, 1).value_or(0);
    });
}

unsigned html_image_ratio(const EvalContext& context, Arguments arguments)
{
    return any_html(context, [&](const HtmlFacts& html) {
        if (html.image_area == 0) return false;
        const auto ratio =
            static_cast<double>(html.non_space_length) / static_cast<double>(html.image_area);
        return ratio > number_at(arguments, 0).value_or(0) &&
               ratio <= number_at(arguments, 1).value_or(0);
    });
}

unsigned html_tag_exists(const EvalContext& context, Arguments arguments)
{
    return any_html(context,
                    [&](const HtmlFacts& html) { return html.inside(text_at(arguments, 0)); });
}

unsigned html_test(const EvalContext& context, Arguments arguments)
{
    const auto name = text_at(arguments, 0);
    return any_html(context, [&](const HtmlFacts& html) {
        if (const auto* texts = html.texts(name)) return !texts->empty();
        return html.number(name).value_or(0) != 0;
    });
}

unsigned html_eval(const EvalContext& context, Arguments arguments)
{
    return any_html(context, [&](const HtmlFacts& html) {
        const auto number = html.number(text_at(arguments, 0));
        return number && compares(*number, text_at(arguments, 1));
    });
}

unsigned html_range(const EvalContext& context, Arguments arguments)
{
    const auto least = number_at(arguments, 1).value_or(0);
    const auto most = number_at(arguments, 2);
    const bool is_open = !most || text_at(arguments, 2) == "inf";
    return any_html(context, [&](const HtmlFacts& html) {
        const auto number = html.number(text_at(arguments, 0));
        return number && *number > least && (is_open || *number <= *most);
    });
}

/// Whether one of the texts matches the pattern, or, if asked so, does not.
unsigned has_text(const EvalContext& context, Arguments arguments, bool matching)
{
    const auto* pattern =
        context.settings.patterns.find(text_at(arguments, 1), ArgumentPatterns::Written::Bare);
    if (!pattern) return 0;
    return any_html(context, [&](const HtmlFacts& html) {
        const auto* texts = html.texts(text_at(arguments, 0));
        return texts && std::any_of(texts->begin(), texts->end(), [&](const auto& text) {
                   return matching ? pattern->matches(text) : pattern->misses(text);
               });
    });
}

unsigned html_text_match(const EvalContext& context, Arguments arguments)
{
    return has_text(context, arguments, true);
}

unsigned html_text_not_match(const EvalContext& context, Arguments arguments)
{
    return has_text(context, arguments, false);
}

double characters_in(std::string_view text)
{
    return static_cast<double>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    }));
}

unsigned html_title_subject_ratio(const EvalContext& context, Arguments arguments)
{
    // As SpamAssassin sees it, a subject has its line end, too; and of several, all count.
    std::size_t subject = 0;
    for (const auto* field : context.rendering.headers().named("Subject"))
        subject += field->value.size() + 1;
    if (subject == 0) return 0;
    const auto ratio = number_at(arguments, 0).value_or(0);
    return any_html(context, [&](const HtmlFacts& html) {
        return std::any_of(html.titles.begin(), html.titles.end(), [&](const auto& title) {
            return characters_in(title) / static_cast<double>(subject) > ratio;
        });
    });
}

unsigned check_iframe_src(const EvalContext& context, Arguments)
{
    return any_html(context, [](const HtmlFacts& html) {
        return std::any_of(html.uris.begin(), html.uris.end(),
                           [](const auto& uri) { return uri.is_in(UriElement::Iframe); });
    });
}

constexpr auto plugin = "HTMLEval";
constexpr auto entries = std::to_array<EvalEntry>({
    {"html_tag_balance", plugin, html_tag_balance, {}, 2},
    {"html_image_only", plugin, html_image_only, {}, 2},
    {"html_image_ratio", plugin, html_image_ratio, {}, 2},
    {"html_tag_exists", plugin, html_tag_exists, {}, 1},
    {"html_test", plugin, html_test, {}, 1},
    {"html_eval", plugin, html_eval, {}, 2},
    {"html_range", plugin, html_range, {}, 2},
    {"html_text_match", plugin, html_text_match, {}, 2, {{1}}},
    {"html_text_not_match", plugin, html_text_not_match, {}, 2, {{1}}},
    {"html_title_subject_ratio", plugin, html_title_subject_ratio, {}, 1},
    {"check_iframe_src", plugin, check_iframe_src, {}, 0},
});

}  // namespace

std::span<const EvalEntry> html_evals() { return entries; }

}  // namespace lazaret::filter::rules
