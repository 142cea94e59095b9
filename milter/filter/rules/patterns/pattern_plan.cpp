#include "milter/filter/rules/patterns/pattern_plan.hpp"

#if LAZARET_HYPERSCAN

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "milter/filter/rules/patterns/byte_rarity.hpp"
#include "milter/filter/rules/patterns/hyperscan.hpp"
#include "milter/filter/rules/patterns/pattern_syntax.hpp"
#include "milter/filter/rules/patterns/required_part.hpp"
#include "milter/filter/rules/patterns/sample_text.hpp"
#include "milter/filter/rules/patterns/scan_trial.hpp"
#include "milter/filter/rules/patterns/step_scan.hpp"
#include "milter/filter/rules/patterns/weaker_pattern.hpp"

namespace lazaret::filter::rules {
namespace {

// Longer ones cost Hyperscan seconds, and much of each scan.
constexpr std::size_t longest_unweakened = 600;
constexpr std::size_t highest_count = 40;
constexpr std::size_t most_times = 9;  // as one digit in a kept file, and:
constexpr std::size_t most_apart = 9;

unsigned flags_of(const Pattern& pattern)
{
    // ^ and $ must see the ends of each text.
    unsigned flags = HS_FLAG_SINGLEMATCH | HS_FLAG_MULTILINE;
    if (pattern.flags.find('i') != std::string::npos) flags |= HS_FLAG_CASELESS;
    if (pattern.flags.find('s') != std::string::npos) flags |= HS_FLAG_DOTALL;
    return flags;
}

/// The bytes of its shortest match; 0 when Hyperscan does not take it, or it can match nothing.
std::size_t least_width(const std::string& text, unsigned flags)
{
    hs_expr_info_t* info = nullptr;
    hs_compile_error_t* error = nullptr;
    if (hs_expression_info(text.c_str(), flags, &info, &error) != HS_SUCCESS) {
        const HyperscanError why{error};
        return 0;
    }
    const std::size_t width = info->min_width;
    ::free(info);  // NOLINT: it comes from Hyperscan's misc allocator, malloc() by default
    return width;
}

bool is_taken(const std::string& text, unsigned flags) { return least_width(text, flags) > 0; }

/// For a pattern that Hyperscan takes neither as it is nor weaker: something in it. @return whether
/// there is such a thing.
bool plan_part(PatternPlan& plan, std::string_view pattern)
{
    const auto weaker = weaker_pattern(pattern, Counts::Kept);
    if (!weaker) return false;
    for (auto& part : required_parts(*weaker)) {
        const auto flags =
            part.times > 1 ? plan.flags & ~unsigned{HS_FLAG_SINGLEMATCH} : plan.flags;
        const auto width = least_width(part.text, flags);
        if (part.times == 0 || part.times > most_times || width == 0 ||
            !compiled_alone(part.text, flags))
            continue;
        plan.text = std::move(part.text);
        plan.times = part.times;
        // One behind the other: `address` and the `addresses` that goes on from it are one.
        plan.apart = std::min(width, most_apart);
        plan.flags = flags;
        plan.way = Way::Guess;
        return true;
    }
    return false;
}

// Less would be found in most texts.
constexpr std::size_t least_worth = 4;
// Of what costs Hyperscan most, in few ways.
constexpr std::size_t least_worth_of_few = 3;
constexpr std::size_t few_ways = 10;
// Without a literal as long as this Hyperscan looks at each byte, for each such pattern.
constexpr std::size_t least_literal = 3;
// Of those with fewer letters PCRE2 had to look at too many texts.
constexpr std::size_t least_letters = 6;
// What may be anywhere behind the rest keeps Hyperscan busy to a text's end, by tens of
// instructions a byte and pattern.
constexpr std::size_t least_worth_with_gaps = 8;
// In bits a byte: so rarely PCRE2 may be asked in vain.
constexpr double least_rarity = 13;
// Of all paths together: a block of them costs as much as a few patterns that Hyperscan follows
// byte by byte.
constexpr std::size_t most_steps_of_all = 300;
// Of the lines of a sample: long ones that go through what every link has pass each of a set of
// links.
constexpr double most_lines_of_long = 0.1;

/// Whether every match that goes through one of these is better looked for so.
/// @param length  of the expression as Hyperscan would get it
bool are_worth_it(const std::vector<ByteSequence>& sequences, std::size_t length)
{
    const auto least = length > longest_unweakened && sequences.size() <= few_ways
                           ? least_worth_of_few
                           : least_worth;
    return std::ranges::all_of(sequences, [&](const ByteSequence& one) {
        const auto worth = worth_of(one);
        if (length > longest_short) return worth >= least;
        if (gaps_in(one) > 0 && worth >= least_worth_with_gaps) return true;
        return letters_in(one) >= least_letters && worth >= least_worth &&
               longest_literal(one) < least_literal;
    });
}

// Of the lines of a sample; for each PCRE2 is asked in vain.
constexpr double most_lines_in_vain = 0.03;
// Measured by what it costs Hyperscan to look for a literal: a step of a StepScan, and what is
// worth another way.
constexpr double cost_of_step = 0.027;
constexpr double least_gain = 3;

std::size_t steps_in(const std::vector<ByteSequence>& paths)
{
    std::size_t steps = 0;
    for (const auto& path : paths) steps += path.size();
    return steps;
}

/// Whether Hyperscan would have to look at each byte, and few texts go through one of these.
bool are_rare(const std::vector<ByteSequence>& paths)
{
    return rarity_of(paths) >= least_rarity && steps_in(paths) <= most_steps_of_all &&
           std::ranges::any_of(paths, [](const ByteSequence& path) {
               return longest_literal(path) < least_literal;
           });
}

/// Steps that are known to be the better way, by what they are.
std::optional<std::vector<ByteSequence>> better_steps(const Pattern& pattern)
{
    const auto length = with_line_anchors(for_pcre2(pattern)).size();
    if (auto sequences = byte_sequences(pattern);
        sequences && are_worth_it(*sequences, length) &&
        (length <= longest_short || share_of_lines(*sequences) <= most_lines_of_long)) {
        for (auto& one : *sequences) one.resize(std::min(one.size(), most_steps));
        return sequences;
    }
    if (length > longest_short) return std::nullopt;
    if (auto paths = byte_paths(pattern); paths && are_rare(*paths)) return paths;
    return std::nullopt;
}

/// Whether Hyperscan takes so long for it that its steps are quicker, and pass few texts.
bool is_slow(const PatternPlan& plan, const Pattern& pattern)
{
    const auto paths = steps_to_try(pattern);
    if (!paths || share_of_lines(*paths) > most_lines_in_vain) return false;
    const auto cost = scan_cost(plan.text, plan.flags);
    return cost && *cost - cost_of_step * static_cast<double>(steps_in(*paths)) >= least_gain;
}

}  // namespace

std::optional<std::vector<ByteSequence>> steps_of(const Pattern& pattern)
{
    auto steps = better_steps(pattern);
    return steps ? std::move(steps) : steps_to_try(pattern);
}

std::optional<std::vector<ByteSequence>> steps_to_try(const Pattern& pattern)
{
    auto paths = byte_paths(pattern);
    if (!paths || steps_in(*paths) > most_steps_of_all) return std::nullopt;
    return paths;
}

Lines lines_of(const Pattern& pattern)
{
    const auto traits = traits_of(pattern);
    const bool is_multiline = pattern.flags.find('m') != std::string::npos;
    if (is_multiline || !traits.has_anchor) return Lines::Any;
    return traits.has_dollar ? Lines::None : Lines::First;
}

PatternPlan plan_for(const Pattern& pattern)
{
    PatternPlan plan;
    if (pattern.text.empty()) {
        plan.way = Way::LeftOut;
        return plan;
    }
    // Hyperscan takes a text that ends at the first NUL.
    if (pattern.text.find('\0') != std::string::npos) return plan;
    const auto traits = traits_of(pattern);
    if (traits.is_obscure) return plan;
    plan.text = with_line_anchors(for_pcre2(pattern));
    plan.flags = flags_of(pattern);
    if (better_steps(pattern)) {
        plan.way = Way::Steps;
        return plan;
    }
    plan.lines = lines_of(pattern);
    // What takes no line feed cannot touch what stands between two texts.
    const bool is_long =
        plan.text.size() > longest_unweakened && pattern.flags.find('x') == std::string::npos;
    auto weaker = is_long ? weaker_pattern(plan.text, Counts::LeftOut) : std::nullopt;
    const bool is_weakened = weaker.has_value();
    if (weaker) plan.text = std::move(*weaker);
    // A machine that counts so far is large, and slow to make and to run.
    const auto closed = std::exchange(plan.text, with_open_counts(plan.text, highest_count));
    const bool is_sure = !is_weakened && plan.text == closed && !traits.matches_newline &&
                         !traits.has_end_anchor && !(traits.has_inline_flags && traits.has_anchor);
    if (is_weakened &&
        !(is_taken(plan.text, plan.flags) && compiled_alone(plan.text, plan.flags)) &&
        plan_part(plan, with_line_anchors(for_pcre2(pattern))))
        return plan;
    if (pattern.flags.find('x') != std::string::npos) plan.text = "(?x)" + plan.text;
    if (is_taken(plan.text, plan.flags)) {
        plan.way = is_sure ? Way::Exact : Way::Guess;
    } else if (is_taken(plan.text, plan.flags | HS_FLAG_PREFILTER)) {
        plan.flags |= HS_FLAG_PREFILTER;
        plan.way = Way::Guess;
    }
    // What Hyperscan answers for certain stays with it: PCRE2 might give up where it does not.
    if (plan.way == Way::Guess && is_slow(plan, pattern)) plan.way = Way::Steps;
    return plan;
}

}  // namespace lazaret::filter::rules

#endif
