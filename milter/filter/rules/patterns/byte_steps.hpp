#pragma once

#include <optional>
#include <vector>

#include "milter/filter/rules/patterns/pattern.hpp"
#include "milter/filter/rules/patterns/pattern_tree.hpp"

namespace lazaret::filter::rules {

/// Something that every match goes through: a byte of `begins`, then any number of bytes of
/// `goes_on`, then the next step.
struct ByteStep {
    ByteSet begins;
    ByteSet goes_on;

    bool operator==(const ByteStep&) const = default;
};

/// Steps, one behind the other.
using ByteSequence = std::vector<ByteStep>;

/// So many steps of a sequence are looked at, the first ones.
inline constexpr std::size_t most_steps = 16;

/// And of a path, which ends anyway where it tells a text from most others: as many as stand in one
/// word of a StepScan.
inline constexpr std::size_t most_steps_of_path = 60;

/// How many steps of a sequence say something: that take less than half of the letters, less those
/// that most letters leave as they are.
std::size_t worth_of(const ByteSequence& sequence);

/// How many of its steps leave most letters as they are: what is behind may be anywhere.
std::size_t gaps_in(const ByteSequence& sequence);

/// How many steps are one letter, in whatever ways it is written: that begin with few bytes.
std::size_t letters_in(const ByteSequence& sequence);

/// The longest run of steps that are one letter each, with nothing between them: a literal, which
/// Hyperscan looks for first.
std::size_t longest_literal(const ByteSequence& sequence);

/// Sequences of steps one of which every match of an expression goes through.
///
/// Weaker than the expression: counts, what looks around, and which bytes belong together are left
/// out, and so is all but one choice between long alternatives; a short one is one step. That is
/// little for most expressions, but much for a word whose letters can each be written in a hundred
/// ways, as rules with replaced tags have them.
/// @return nothing, where the expression is not understood, or a match can be empty.
std::optional<std::vector<ByteSequence>> byte_sequences(const Pattern& pattern);

/// The same, from the expression's beginning on, with choices apart as far as they are few, and no
/// longer than tells a text from most others.
std::optional<std::vector<ByteSequence>> byte_paths(const Pattern& pattern);

}  // namespace lazaret::filter::rules
