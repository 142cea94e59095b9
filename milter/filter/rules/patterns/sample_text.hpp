#pragma once

#include <string>
#include <vector>

#include "milter/filter/rules/patterns/byte_steps.hpp"

namespace lazaret::filter::rules {

/// A text such as mail is made of, some 50 kB in lines: prose, prices, markup, links. What a
/// pattern costs, and how often it is looked for in vain, is tried on it. Made once, the same every
/// time, from frequent words and a fixed sequence of numbers; nobody wrote it.
const std::string& sample_text();

/// The share of its lines that go through one of these sequences.
double share_of_lines(const std::vector<ByteSequence>& sequences);

}  // namespace lazaret::filter::rules
