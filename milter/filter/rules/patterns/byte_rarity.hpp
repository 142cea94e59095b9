#pragma once

#include "milter/filter/rules/patterns/byte_steps.hpp"

namespace lazaret::filter::rules {

/// What a step adds to the rarity of a sequence; less than nothing, where it leaves a gap.
double bits_of(const ByteStep& step);

/// How rarely a text goes through these steps, in bits a byte of text: with 13, a message of 8 kB
/// does once.
///
/// By how often bytes stand in English text; a step counts 3.5 bits at most, since letters come in
/// words, and bytes that are left as they are take off 5 at most. An estimate: it chooses between
/// ways to look for a pattern, and is never the answer.
double rarity_of(const ByteSequence& sequence);

/// The same, of a text that goes through one of them.
double rarity_of(const std::vector<ByteSequence>& sequences);

}  // namespace lazaret::filter::rules
