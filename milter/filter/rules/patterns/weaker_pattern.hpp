#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace lazaret::filter::rules {

/// Whether a long repeated part keeps how often it is there.
enum class Counts { Kept, LeftOut };

/// An expression that is cheap to look for, and matches wherever the given one does, and more.
///
/// Rules with replaced tags say each letter in a hundred ways, so that a word takes thousands of
/// characters: Hyperscan then needs seconds to compile one, and much of the time of a scan. Here
/// such a letter becomes `(?:[single bytes]|[first bytes][other bytes]{1,n})`, what looks around is
/// left out, and a counted repetition of something long may be one without a count.
/// @return nothing, where it is not understood.
std::optional<std::string> weaker_pattern(std::string_view text, Counts counts);

/// The same expression with its `(?:...)` groups of `least` characters and more written once and
/// called by name: PCRE2 compiles no more than 64 kB, and copies what is repeated. @return the text
/// itself, if it has other groups.
std::string with_shared_groups(std::string_view text, std::size_t least);

}  // namespace lazaret::filter::rules
