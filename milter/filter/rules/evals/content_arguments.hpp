#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace lazaret::filter::rules {

/// What stands between the parentheses of `eval:function(...)`.
using Arguments = std::span<const std::string>;

/// The argument; empty when there is none.
std::string_view text_at(Arguments arguments, std::size_t at);

/// The argument as a number, by what it begins with, as Perl reads it (`'undef'` is 0); none when
/// there is no such argument.
std::optional<double> number_at(Arguments arguments, std::size_t at);

/// A closed range, by its two arguments; without a second one it has no end.
struct Range {
    std::optional<double> least;
    std::optional<double> most;

    static Range from(Arguments arguments, std::size_t at);

    /// Whether the value lies in it. A range without a beginning has no values.
    [[nodiscard]] bool has(double value) const;
    /// The same, but its end is none of it.
    [[nodiscard]] bool has_below_end(double value) const;
};

/// `!= 0`, `< 384`, `> 1`: a comparison with a whole number. @return whether it holds of the value;
/// false also for what is no such comparison.
bool compares(double value, std::string_view comparison);

}  // namespace lazaret::filter::rules
