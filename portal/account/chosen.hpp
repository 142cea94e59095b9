#pragma once

#include <span>
#include <string>

#include "base/words/words.hpp"
#include "portal/route.hpp"

namespace lazaret::portal {

/// What can be done with many at once, in the order of the buttons.
std::span<const Press> presses_for_many();
/// @param is_guest  whether it is another's mail: "to me" would be wrong.
std::string label_for_many(const Words& words, Press press, bool is_guest);

}  // namespace lazaret::portal
