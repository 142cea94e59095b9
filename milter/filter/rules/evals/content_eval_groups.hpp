#pragma once

#include <algorithm>
#include <cstdint>

#include "milter/filter/rules/evals/content_arguments.hpp"
#include "milter/filter/rules/evals/eval.hpp"

/// The functions of content_evals(), by what they are about. Each file has its own table.
namespace lazaret::filter::rules {

std::span<const EvalEntry> body_evals();
std::span<const EvalEntry> html_evals();
std::span<const EvalEntry> mime_evals();
std::span<const EvalEntry> link_evals();
std::span<const EvalEntry> image_evals();
std::span<const EvalEntry> pdf_evals();
std::span<const EvalEntry> attachment_evals();
std::span<const EvalEntry> language_evals();

/// What `slot` keeps for the message, worked out by `make` for who asks first.
template <class Value, class Make>
const Value& remembered(std::optional<Value>& slot, Make&& make)
{
    if (!slot) slot = make();
    return *slot;
}

/// The counts of MIME parts, which serve several functions.
inline const MimeCounts& mime_counts(const EvalContext& context)
{
    return remembered(context.memory.content.mime, [&] {
        return MimeCounts::of(context.rendering, context.settings.sender.charsets);
    });
}

/// The texts that the rule looks at: the rendered paragraphs, or those of a `rawbody` rule.
inline std::span<const std::string_view> texts_of_rule(const EvalContext& context)
{
    return context.is_raw_body ? context.rendering.raw_body : context.rendering.body;
}

/// How many bytes they have together.
inline double text_length(const EvalContext& context)
{
    std::size_t length = 0;
    for (const auto text : texts_of_rule(context)) length += text.size();
    return static_cast<double>(length);
}

constexpr ImageSize any_size{UINT32_MAX, UINT32_MAX};

/// A height and a width that two arguments say; of what is not said, that of `unless_said`.
inline ImageSize size_at(Arguments arguments, std::size_t at, ImageSize unless_said)
{
    const auto pixels = [&](std::size_t index, std::uint32_t other) {
        const auto number = number_at(arguments, index);
        return number ? static_cast<std::uint32_t>(std::clamp(*number, 0.0, double{UINT32_MAX}))
                      : other;
    };
    return {pixels(at, unless_said.height), pixels(at + 1, unless_said.width)};
}

}  // namespace lazaret::filter::rules
