#pragma once

#include <span>
#include <string>

#include "base/words/words.hpp"
#include "portal/account/visit.hpp"
#include "portal/route.hpp"

namespace lazaret::portal {

/// What can be done with many at once, in the order of the buttons.
std::span<const Press> presses_for_many(Whose whose);
std::string label_for_many(const Words& words, Press press, Whose whose);

}  // namespace lazaret::portal
