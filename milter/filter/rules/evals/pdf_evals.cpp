#include <algorithm>
#include <array>

#include "milter/filter/rules/evals/content_eval_groups.hpp"
#include "milter/filter/rules/perl_classes.hpp"

namespace lazaret::filter::rules {
namespace {

const PdfFacts& pdfs(const EvalContext& context)
{
    return remembered(context.memory.content.pdfs, [&] { return PdfFacts::of(context.rendering); });
}

unsigned pdf_count(const EvalContext& context, Arguments arguments)
{
    return Range::from(arguments, 0).has(static_cast<double>(pdfs(context).count));
}

unsigned pdf_image_count(const EvalContext& context, Arguments arguments)
{
    return Range::from(arguments, 0).has(static_cast<double>(pdfs(context).images));
}

unsigned pdf_pixel_coverage(const EvalContext& context, Arguments arguments)
{
    const auto area = pdfs(context).area;
    return area > 0 && Range::from(arguments, 0).has(area);
}

unsigned pdf_image_to_text_ratio(const EvalContext& context, Arguments arguments)
{
    const auto area = pdfs(context).area;
    if (area <= 0) return 0;
    const auto length = text_length(context);
    const auto range = Range::from(arguments, 0);
    return length > 0 && range.most && range.has_below_end(length / area);
}

unsigned pdf_image_size_exact(const EvalContext& context, Arguments arguments)
{
    return pdfs(context).sizes.contains(size_at(arguments, 0, {}));
}

unsigned pdf_image_size_range(const EvalContext& context, Arguments arguments)
{
    return has_size_within(pdfs(context).sizes, size_at(arguments, 0, {}),
                           size_at(arguments, 2, any_size));
}

unsigned pdf_named(const EvalContext& context, Arguments arguments)
{
    return pdfs(context).names.contains(std::string{text_at(arguments, 0)});
}

bool any_matches(const EvalContext& context, const std::set<std::string>& texts,
                 std::string_view pattern_text)
{
    if (texts.empty()) return false;
    const auto* pattern =
        context.settings.patterns.find(pattern_text, ArgumentPatterns::Written::AsInRules);
    return pattern && std::any_of(texts.begin(), texts.end(),
                                  [&](const auto& text) { return pattern->matches(text); });
}

unsigned pdf_name_regex(const EvalContext& context, Arguments arguments)
{
    return any_matches(context, pdfs(context).names, text_at(arguments, 0));
}

unsigned pdf_match_details(const EvalContext& context, Arguments arguments)
{
    const auto& details = pdfs(context).details;
    const auto found = details.find(text_at(arguments, 0));
    return found != details.end() && any_matches(context, found->second, text_at(arguments, 1));
}

std::string in_capitals(std::string_view text)
{
    std::string capitals{text};
    for (auto& c : capitals)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return capitals;
}

unsigned pdf_match_md5(const EvalContext& context, Arguments arguments)
{
    return pdfs(context).digests.contains(in_capitals(text_at(arguments, 0)));
}

unsigned pdf_match_fuzzy_md5(const EvalContext& context, Arguments arguments)
{
    return pdfs(context).fuzzy_digests.contains(in_capitals(text_at(arguments, 0)));
}

unsigned pdf_is_encrypted(const EvalContext& context, Arguments) { return pdfs(context).encrypted; }

unsigned pdf_is_empty_body(const EvalContext& context, Arguments arguments)
{
    if (pdfs(context).count == 0) return 0;
    const auto texts = texts_of_rule(context);
    std::size_t length = 0;
    for (const auto text : texts.subspan(std::min<std::size_t>(texts.size(), 1)))
        length += without_leading_blanks(text).empty() ? 0 : text.size();
    return static_cast<double>(length) <= number_at(arguments, 0).value_or(0);
}

constexpr auto plugin = "PDFInfo";
constexpr auto entries = std::to_array<EvalEntry>({
    {"pdf_count", plugin, pdf_count, {}, 1},
    {"pdf_image_count", plugin, pdf_image_count, {}, 1},
    {"pdf_pixel_coverage", plugin, pdf_pixel_coverage, {}, 1},
    {"pdf_image_to_text_ratio", plugin, pdf_image_to_text_ratio, {}, 2},
    {"pdf_image_size_exact", plugin, pdf_image_size_exact, {}, 2},
    {"pdf_image_size_range", plugin, pdf_image_size_range, {}, 2},
    {"pdf_named", plugin, pdf_named, {}, 1},
    {"pdf_name_regex", plugin, pdf_name_regex, {}, 1, {{0, ArgumentPatterns::Written::AsInRules}}},
    {"pdf_match_details",
     plugin,
     pdf_match_details,
     {},
     2,
     {{1, ArgumentPatterns::Written::AsInRules}}},
    {"pdf_match_md5", plugin, pdf_match_md5, {}, 1},
    {"pdf_match_fuzzy_md5", plugin, pdf_match_fuzzy_md5, {}, 1},
    {"pdf_is_encrypted", plugin, pdf_is_encrypted, {}, 0},
    {"pdf_is_empty_body", plugin, pdf_is_empty_body, {}, 0},
});

}  // namespace

std::span<const EvalEntry> pdf_evals() { return entries; }

}  // namespace lazaret::filter::rules
