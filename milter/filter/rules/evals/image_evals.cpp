#include <algorithm>
#include <array>

#include "milter/filter/rules/evals/content_eval_groups.hpp"

namespace lazaret::filter::rules {
namespace {

const ImageFacts& images(const EvalContext& context)
{
    return remembered(context.memory.content.images,
                      [&] { return ImageFacts::of(context.rendering); });
}

unsigned image_count(const EvalContext& context, Arguments arguments)
{
    const auto type = text_at(arguments, 0);
    return ImageFacts::knows(type) &&
           Range::from(arguments, 1).has(static_cast<double>(images(context).kind(type).count));
}

unsigned pixel_coverage(const EvalContext& context, Arguments arguments)
{
    const auto type = text_at(arguments, 0);
    return ImageFacts::knows(type) &&
           Range::from(arguments, 1).has(images(context).kind(type).area);
}

unsigned image_to_text_ratio(const EvalContext& context, Arguments arguments)
{
    const auto area = images(context).kind(text_at(arguments, 0)).area;
    const auto length = text_length(context);
    const auto range = Range::from(arguments, 1);
    return area > 0 && length > 0 && range.most && range.has_below_end(length / area);
}

unsigned image_size_exact(const EvalContext& context, Arguments arguments)
{
    const auto size = size_at(arguments, 1, {});
    return images(context).kind(text_at(arguments, 0)).sizes.contains(size);
}

unsigned image_size_range(const EvalContext& context, Arguments arguments)
{
    return has_size_within(images(context).kind(text_at(arguments, 0)).sizes,
                           size_at(arguments, 1, {}), size_at(arguments, 3, any_size));
}

unsigned image_named(const EvalContext& context, Arguments arguments)
{
    return images(context).names.contains(std::string{text_at(arguments, 0)});
}

unsigned image_name_regex(const EvalContext& context, Arguments arguments)
{
    const auto& names = images(context).names;
    if (names.empty()) return 0;
    const auto* pattern =
        context.settings.patterns.find(text_at(arguments, 0), ArgumentPatterns::Written::Bare);
    return pattern && std::any_of(names.begin(), names.end(),
                                  [&](const auto& name) { return pattern->matches(name); });
}

constexpr auto plugin = "ImageInfo";
constexpr auto entries = std::to_array<EvalEntry>({
    {"image_count", plugin, image_count, {}, 2},
    {"pixel_coverage", plugin, pixel_coverage, {}, 2},
    {"image_to_text_ratio", plugin, image_to_text_ratio, {}, 3},
    {"image_size_exact", plugin, image_size_exact, {}, 3},
    {"image_size_range", plugin, image_size_range, {}, 3},
    {"image_named", plugin, image_named, {}, 1},
    {"image_name_regex", plugin, image_name_regex, {}, 1, {{0}}},
});

}  // namespace

std::span<const EvalEntry> image_evals() { return entries; }

}  // namespace lazaret::filter::rules
