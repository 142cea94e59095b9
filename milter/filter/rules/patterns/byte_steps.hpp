#pragma once

#include <bitset>
#include <optional>
#include <vector>

#include "milter/filter/rules/patterns/pattern.hpp"

namespace lazaret::filter::rules {

using ByteSet = std::bitset<256>;

/// Something that every match goes through: a byte of `begins`, then any number of bytes of
/// `goes_on`, then the next step.
struct ByteStep {
    ByteSet begins;
    ByteSet goes_on;

    bool operator==(const ByteStep&) const = default;
};

/// What every match of an expression goes through, one step behind the other.
///
/// Weaker than the expression: counts, what looks around, and which bytes belong together are left
/// out; a choice is one step. That is little for most expressions, but much for a word whose
/// letters can each be written in a hundred ways, as rules with replaced tags have them.
/// @return nothing, where it is not understood; no steps, where a match can be empty.
std::optional<std::vector<ByteStep>> byte_steps(const Pattern& pattern);

}  // namespace lazaret::filter::rules
