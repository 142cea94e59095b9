#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace lazaret::filter::rules {

/// A regular expression of a rule, as Perl would read it (`qr/.../aa`, bytes): its text without
/// delimiters, and its flags, of `imsx`.
struct Pattern {
    std::string text;
    std::string flags;

    bool operator==(const Pattern&) const = default;
};

/// Reads `/.../flags`, `m{...}flags`, `qr(...)flags`, as rule files write them. Flags that change
/// nothing here (`g`, `o`, `a`) are left out.
/// @return the pattern, or a sentence that says what is wrong with it.
Result<Pattern, std::string> read_pattern(std::string_view text);

/// How many texts a set of patterns is given at a time.
enum class TextCount {
    Many,
    One,  ///< and often a short one
};

}  // namespace lazaret::filter::rules
