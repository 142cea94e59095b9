#pragma once

#include <cstdint>
#include <string_view>

namespace lazaret::filter::rules {

/// A colour is 0xRRGGBB, or one of these.
inline constexpr std::int32_t invalid_colour = -1;
inline constexpr std::int32_t no_colour = -2;  ///< `#` without a digit

/// The colour of an HTML attribute or CSS property: a name, `#rgb`, `rgb(...)`. Hexadecimal digits
/// without `#` are invalid.
std::int32_t read_colour(std::string_view written);

/// The colour of a CSS value with `rgb` in it, which is believed to have three numbers.
std::int32_t read_style_rgb(std::string_view text);

/// Whether letters of one colour can hardly be seen on the other: distance by brightness.
bool is_hard_to_see(std::int32_t text, std::int32_t ground);

}  // namespace lazaret::filter::rules
