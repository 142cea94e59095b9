#include <array>

#include "milter/filter/rules/evals/content_eval_groups.hpp"

namespace lazaret::filter::rules {
namespace {

const WordDifference& words(const EvalContext& context)
{
    return remembered(context.memory.content.words,
                      [&] { return WordDifference::of(context.rendering); });
}

unsigned multipart_alternative_difference(const EvalContext& context, Arguments arguments)
{
    const auto least = number_at(arguments, 0).value_or(0);
    const auto most = number_at(arguments, 1).value_or(0);
    const auto missing = words(context).missing;
    return (least == 0 || missing > least) && (text_at(arguments, 1) == "undef" || missing <= most);
}

unsigned multipart_alternative_difference_count(const EvalContext& context, Arguments arguments)
{
    const auto html = static_cast<double>(words(context).html_words);
    const auto text = static_cast<double>(words(context).text_words);
    return html > number_at(arguments, 1).value_or(0) &&
           text / html > number_at(arguments, 0).value_or(0);
}

unsigned check_blank_line_ratio(const EvalContext& context, Arguments arguments)
{
    const auto& seen = remembered(context.memory.content.blank_lines,
                                  [&] { return blank_lines(context.rendering.raw_body); });
    const auto least = number_at(arguments, 0).value_or(0);
    const auto most = number_at(arguments, 1).value_or(0);
    const auto some_lines = std::max(number_at(arguments, 2).value_or(1), 1.0);
    const auto lines = static_cast<double>(seen.lines);
    const auto percent = lines < some_lines ? -1 : 100 * static_cast<double>(seen.blank) / lines;
    return (least == 0 || percent > least) && percent <= most;
}

unsigned tvd_vertical_words(const EvalContext& context, Arguments arguments)
{
    const auto share = remembered(context.memory.content.blank_share,
                                  [&] { return greatest_blank_share(context.rendering.body); });
    const auto end = number_at(arguments, 1).value_or(0);
    return share >= number_at(arguments, 0).value_or(0) && share < (end >= 100 ? 101 : end);
}

unsigned check_stock_info(const EvalContext& context, Arguments arguments)
{
    const auto headings = remembered(context.memory.content.stock_headings,
                                     [&] { return stock_headings(context.rendering); });
    return static_cast<double>(headings) >= number_at(arguments, 0).value_or(0);
}

unsigned check_body_length(const EvalContext& context, Arguments arguments)
{
    const auto length = static_cast<double>(context.rendering.body_text.size());
    return length <= number_at(arguments, 0).value_or(0);
}

/// Whether a number about the signature lies in the range of the arguments.
template <class Number>
unsigned is_signature_in_range(const EvalContext& context, Arguments arguments, Number&& number)
{
    const auto& lengths = remembered(context.memory.content.signature,
                                     [&] { return signature_lengths(context.rendering); });
    auto range = Range::from(arguments, 0);
    range.least = range.least.value_or(0);
    return lengths && range.has(static_cast<double>(number(*lengths)));
}

unsigned plaintext_body_length(const EvalContext& context, Arguments arguments)
{
    return is_signature_in_range(context, arguments, [](const auto& each) { return each.body; });
}

unsigned plaintext_sig_length(const EvalContext& context, Arguments arguments)
{
    return is_signature_in_range(context, arguments,
                                 [](const auto& each) { return each.signature; });
}

unsigned plaintext_body_sig_ratio(const EvalContext& context, Arguments arguments)
{
    return is_signature_in_range(context, arguments,
                                 [](const auto& each) { return std::min(each.ratio(), 1e6); });
}

constexpr auto plugin = "BodyEval";
constexpr auto entries = std::to_array<EvalEntry>({
    {"multipart_alternative_difference", plugin, multipart_alternative_difference, {}, 2},
    {"multipart_alternative_difference_count",
     plugin,
     multipart_alternative_difference_count,
     {},
     2},
    {"check_blank_line_ratio", plugin, check_blank_line_ratio, {}, 2},
    {"tvd_vertical_words", plugin, tvd_vertical_words, {}, 2},
    {"check_stock_info", plugin, check_stock_info, {}, 1},
    {"check_body_length", plugin, check_body_length, {}, 1},
    {"plaintext_body_length", plugin, plaintext_body_length, {}, 1},
    {"plaintext_sig_length", plugin, plaintext_sig_length, {}, 1},
    {"plaintext_body_sig_ratio", plugin, plaintext_body_sig_ratio, {}, 1},
});

}  // namespace

std::span<const EvalEntry> body_evals() { return entries; }

}  // namespace lazaret::filter::rules
