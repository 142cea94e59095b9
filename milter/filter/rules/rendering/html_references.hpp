#pragma once

#include <string>
#include <string_view>

namespace lazaret::filter::rules {

/// Appends `text` with its character references replaced, as rules expect it: the names of HTML 4
/// only, numbers 128 to 159 not taken for windows-1252, `&nbsp;` a plain blank.
/// @param any_end   in text, a name of Latin-1 may end anywhere (`&copy2`); in attributes not.
/// @return whether a character above U+00FF came out of it.
bool append_with_references(std::string_view text, bool any_end, std::string& out);

}  // namespace lazaret::filter::rules
