#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "milter/filter/rules/patterns/byte_steps.hpp"
#include "milter/filter/rules/patterns/pattern.hpp"

namespace lazaret::filter::rules {

/// How a pattern is looked for.
enum class Way {
    Exact,    ///< Hyperscan says what Perl would, within the joined texts
    Guess,    ///< Hyperscan finds more than Perl would
    Nowhere,  ///< Hyperscan does not take it: it is a candidate for each message
    LeftOut,
    Steps,  ///< no work for Hyperscan: a scan for its steps finds more than Perl would
};

/// Where in a text of several lines a match for Hyperscan, to which each line is a text, is one for
/// Perl.
enum class Lines { Any, First, None };

/// By the anchors of the expression.
Lines lines_of(const Pattern& pattern);

/// Longer expressions cost Hyperscan seconds to compile, and much of each scan.
inline constexpr std::size_t longest_short = 400;

/// What Hyperscan is asked in place of a pattern.
struct PatternPlan {
    Way way = Way::Nowhere;
    Lines lines = Lines::Any;  ///< where a match is certain
    std::string text;          ///< as Hyperscan gets it
    unsigned flags = 0;
    std::size_t times = 1;  ///< so often it must be found in a text
    std::size_t apart = 0;  ///< and so far each from the one before, in bytes from end to end
};

/// Asks Hyperscan what it takes; for long patterns that is a compilation, up to a second.
PatternPlan plan_for(const Pattern& pattern);

/// What is looked for of a pattern by its steps, where that is the better way or may be.
std::optional<std::vector<ByteSequence>> steps_of(const Pattern& pattern);

/// Any steps that every match goes through, unless they are too many: for a short text, which few
/// go through, or for a trial.
std::optional<std::vector<ByteSequence>> steps_to_try(const Pattern& pattern);

}  // namespace lazaret::filter::rules
