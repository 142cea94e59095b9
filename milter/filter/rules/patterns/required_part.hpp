#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace lazaret::filter::rules {

/// Something that every match of an expression has inside, one behind the other.
struct RequiredPart {
    std::string text;   ///< an expression
    std::size_t times;  ///< so often at least
};

/// What to look for where an expression is too much to look for, best first; it may be nothing.
/// @param text   as weaker_pattern() writes it
std::vector<RequiredPart> required_parts(std::string_view text);

}  // namespace lazaret::filter::rules
