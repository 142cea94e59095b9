#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "milter/filter/rules/evals/content_eval_groups.hpp"
#include "milter/filter/rules/perl_classes.hpp"

namespace lazaret::filter::rules {
namespace {

unsigned check_for_mime(const EvalContext& context, Arguments arguments)
{
    return mime_counts(context)
               .value(text_at(arguments, 0), context.rendering.faults)
               .value_or(0) != 0;
}

bool is_html_itself(const EvalContext& context)
{
    const auto types = context.rendering.headers().named("Content-Type");
    return !types.empty() && find_ignoring_case(types.front()->value, "text/html") == 0;
}

unsigned check_for_mime_html(const EvalContext& context, Arguments)
{
    return is_html_itself(context) || mime_counts(context).html_parts > 0;
}

unsigned check_for_mime_html_only(const EvalContext& context, Arguments)
{
    if (is_html_itself(context)) return 1;
    const auto& counts = mime_counts(context);
    return counts.html_parts > 0 && counts.text_parts == 0;
}

unsigned check_mime_multipart_ratio(const EvalContext& context, Arguments arguments)
{
    const auto ratio = mime_counts(context).alternative_ratio;
    return ratio >= number_at(arguments, 0).value_or(0) &&
           ratio < number_at(arguments, 1).value_or(0);
}

unsigned check_msg_parse_flags(const EvalContext& context, Arguments arguments)
{
    struct Row {
        std::string_view name;
        bool MimeFaults::*fault;
    };
    static constexpr auto rows = std::to_array<Row>({
        {"mime_epilogue_exists", &MimeFaults::mime_epilogue_exists},
        {"mimepart_limit_exceeded", &MimeFaults::mimepart_limit_exceeded},
        {"missing_head_body_separator", &MimeFaults::missing_head_body_separator},
        {"missing_mime_head_body_separator", &MimeFaults::missing_mime_head_body_separator},
        {"missing_mime_headers", &MimeFaults::missing_mime_headers},
        {"truncated_header", &MimeFaults::truncated_header},
    });
    const auto name = text_at(arguments, 0);
    return std::any_of(rows.begin(), rows.end(), [&](const auto& row) {
        return row.name == name && context.rendering.faults.*row.fault;
    });
}

unsigned check_for_ascii_text_illegal(const EvalContext& context, Arguments)
{
    return mime_counts(context).has_8bit_in_ascii;
}

unsigned check_abundant_unicode_ratio(const EvalContext& context, Arguments arguments)
{
    // Only what looks like `0.02` is taken for a share.
    const auto text = text_at(arguments, 0);
    const auto point = text.find('.');
    if (point == std::string_view::npos || point > 3) return 0;
    const auto whole = text.substr(0, point);
    const auto fraction = text.substr(point + 1);
    if ((!whole.empty() && !are_digits(whole)) || !are_digits(fraction) || fraction.size() > 3)
        return 0;
    return mime_counts(context).character_reference_ratio >= number_at(arguments, 0).value_or(0);
}

unsigned check_for_uppercase(const EvalContext& context, Arguments arguments)
{
    const auto percent = remembered(context.memory.content.capitals, [&] {
        return capitals_percentage(context.rendering, mime_counts(context));
    });
    return percent > number_at(arguments, 0).value_or(0) &&
           percent <= number_at(arguments, 1).value_or(0);
}

unsigned check_ma_non_text(const EvalContext& context, Arguments)
{
    const auto& parts = context.rendering.parts;
    return std::any_of(parts.begin() + 1, parts.end(), [&](const MimePart& part) {
        return part.is_leaf && parts[part.parent].type == "multipart/alternative" &&
               part.type != "multipart/related" && part.type != "application/rtf" &&
               !part.type.starts_with("text/");
    });
}

unsigned check_base64_length(const EvalContext& context, Arguments arguments)
{
    const auto length = remembered(context.memory.content.longest_base64_line,
                                   [&] { return longest_base64_line(context.rendering); });
    return Range::from(arguments, 0).has(static_cast<double>(length));
}

unsigned check_qp_ratio(const EvalContext& context, Arguments arguments)
{
    return mime_counts(context).quoted_printable_ratio >= number_at(arguments, 0).value_or(0);
}

constexpr auto plugin = "MIMEEval";
constexpr auto entries = std::to_array<EvalEntry>({
    {"check_for_mime", plugin, check_for_mime, {}, 1},
    {"check_for_mime_html", plugin, check_for_mime_html, {}, 0},
    {"check_for_mime_html_only", plugin, check_for_mime_html_only, {}, 0},
    {"check_mime_multipart_ratio", plugin, check_mime_multipart_ratio, {}, 2},
    {"check_msg_parse_flags", plugin, check_msg_parse_flags, {}, 1},
    {"check_for_ascii_text_illegal", plugin, check_for_ascii_text_illegal, {}, 0},
    {"check_abundant_unicode_ratio", plugin, check_abundant_unicode_ratio, {}, 1},
    {"check_for_uppercase", plugin, check_for_uppercase, {}, 2},
    {"check_ma_non_text", plugin, check_ma_non_text, {}, 0},
    {"check_base64_length", plugin, check_base64_length, {}, 1},
    {"check_qp_ratio", plugin, check_qp_ratio, {}, 1},
});

}  // namespace

std::span<const EvalEntry> mime_evals() { return entries; }

}  // namespace lazaret::filter::rules
