#pragma once

#include <string>

#include "base/records/verdict.hpp"
#include "base/words/words.hpp"

namespace lazaret {

/// A hit's sentence in a person's language, on one line: as it was recorded in that language, else
/// looked up. Of `sentence (details)` the sentence is looked up, and the details, a stranger's text
/// as often as not, stay as they are.
std::string reason(const Words& words, const Hit& hit);

}  // namespace lazaret
