#pragma once

#include <string>

#include "base/words/words.hpp"

namespace lazaret {

/// A hit's sentence (Hit::why) in a person's language, on one line. Of `sentence (details)` the
/// sentence is looked up, and the details, a stranger's text as often as not, stay as they are.
std::string reason(const Words& words, const std::string& why);

}  // namespace lazaret
