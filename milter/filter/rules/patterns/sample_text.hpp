#pragma once

#include <string>

namespace lazaret::filter::rules {

/// A text such as mail is made of, some 50 kB in lines: prose, prices, markup, links. What a
/// pattern costs, and how often it is looked for in vain, is tried on it. Made once, the same every
/// time, from frequent words and a fixed sequence of numbers; nobody wrote it.
const std::string& sample_text();

}  // namespace lazaret::filter::rules
