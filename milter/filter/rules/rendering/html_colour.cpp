#include "milter/filter/rules/rendering/html_colour.hpp"

#include <algorithm>
#include <array>

#include "base/characters.hpp"
#include "base/text.hpp"
#include "milter/filter/rules/perl_classes.hpp"

namespace lazaret::filter::rules {
namespace {

struct Named {
    std::string_view name;
    std::int32_t rgb;
};

// CSS Color 3, 4.3, by name.
constexpr auto names = std::to_array<Named>({
    {"aliceblue", 0xF0F8FF},
    {"antiquewhite", 0xFAEBD7},
    {"aqua", 0x00FFFF},
    {"aquamarine", 0x7FFFD4},
    {"azure", 0xF0FFFF},
    {"beige", 0xF5F5DC},
    {"bisque", 0xFFE4C4},
    {"black", 0x000000},
    {"blanchedalmond", 0xFFEBCD},
    {"blue", 0x0000FF},
    {"blueviolet", 0x8A2BE2},
    {"brown", 0xA52A2A},
    {"burlywood", 0xDEB887},
    {"cadetblue", 0x5F9EA0},
    {"chartreuse", 0x7FFF00},
    {"chocolate", 0xD2691E},
    {"coral", 0xFF7F50},
    {"cornflowerblue", 0x6495ED},
    {"cornsilk", 0xFFF8DC},
    {"crimson", 0xDC143C},
    {"cyan", 0x00FFFF},
    {"darkblue", 0x00008B},
    {"darkcyan", 0x008B8B},
    {"darkgoldenrod", 0xB8860B},
    {"darkgray", 0xA9A9A9},
    {"darkgreen", 0x006400},
    {"darkgrey", 0xA9A9A9},
    {"darkkhaki", 0xBDB76B},
    {"darkmagenta", 0x8B008B},
    {"darkolivegreen", 0x556B2F},
    {"darkorange", 0xFF8C00},
    {"darkorchid", 0x9932CC},
    {"darkred", 0x8B0000},
    {"darksalmon", 0xE9967A},
    {"darkseagreen", 0x8FBC8F},
    {"darkslateblue", 0x483D8B},
    {"darkslategray", 0x2F4F4F},
    {"darkslategrey", 0x2F4F4F},
    {"darkturquoise", 0x00CED1},
    {"darkviolet", 0x9400D3},
    {"deeppink", 0xFF1493},
    {"deepskyblue", 0x00BFFF},
    {"dimgray", 0x696969},
    {"dimgrey", 0x696969},
    {"dodgerblue", 0x1E90FF},
    {"firebrick", 0xB22222},
    {"floralwhite", 0xFFFAF0},
    {"forestgreen", 0x228B22},
    {"fuchsia", 0xFF00FF},
    {"gainsboro", 0xDCDCDC},
    {"ghostwhite", 0xF8F8FF},
    {"gold", 0xFFD700},
    {"goldenrod", 0xDAA520},
    {"gray", 0x808080},
    {"green", 0x008000},
    {"greenyellow", 0xADFF2F},
    {"grey", 0x808080},
    {"honeydew", 0xF0FFF0},
    {"hotpink", 0xFF69B4},
    {"indianred", 0xCD5C5C},
    {"indigo", 0x4B0082},
    {"ivory", 0xFFFFF0},
    {"khaki", 0xF0E68C},
    {"lavender", 0xE6E6FA},
    {"lavenderblush", 0xFFF0F5},
    {"lawngreen", 0x7CFC00},
    {"lemonchiffon", 0xFFFACD},
    {"lightblue", 0xADD8E6},
    {"lightcoral", 0xF08080},
    {"lightcyan", 0xE0FFFF},
    {"lightgoldenrodyellow", 0xFAFAD2},
    {"lightgray", 0xD3D3D3},
    {"lightgreen", 0x90EE90},
    {"lightgrey", 0xD3D3D3},
    {"lightpink", 0xFFB6C1},
    {"lightsalmon", 0xFFA07A},
    {"lightseagreen", 0x20B2AA},
    {"lightskyblue", 0x87CEFA},
    {"lightslategray", 0x778899},
    {"lightslategrey", 0x778899},
    {"lightsteelblue", 0xB0C4DE},
    {"lightyellow", 0xFFFFE0},
    {"lime", 0x00FF00},
    {"limegreen", 0x32CD32},
    {"linen", 0xFAF0E6},
    {"magenta", 0xFF00FF},
    {"maroon", 0x800000},
    {"mediumaquamarine", 0x66CDAA},
    {"mediumblue", 0x0000CD},
    {"mediumorchid", 0xBA55D3},
    {"mediumpurple", 0x9370DB},
    {"mediumseagreen", 0x3CB371},
    {"mediumslateblue", 0x7B68EE},
    {"mediumspringgreen", 0x00FA9A},
    {"mediumturquoise", 0x48D1CC},
    {"mediumvioletred", 0xC71585},
    {"midnightblue", 0x191970},
    {"mintcream", 0xF5FFFA},
    {"mistyrose", 0xFFE4E1},
    {"moccasin", 0xFFE4B5},
    {"navajowhite", 0xFFDEAD},
    {"navy", 0x000080},
    {"oldlace", 0xFDF5E6},
    {"olive", 0x808000},
    {"olivedrab", 0x6B8E23},
    {"orange", 0xFFA500},
    {"orangered", 0xFF4500},
    {"orchid", 0xDA70D6},
    {"palegoldenrod", 0xEEE8AA},
    {"palegreen", 0x98FB98},
    {"paleturquoise", 0xAFEEEE},
    {"palevioletred", 0xDB7093},
    {"papayawhip", 0xFFEFD5},
    {"peachpuff", 0xFFDAB9},
    {"peru", 0xCD853F},
    {"pink", 0xFFC0CB},
    {"plum", 0xDDA0DD},
    {"powderblue", 0xB0E0E6},
    {"purple", 0x800080},
    {"red", 0xFF0000},
    {"rosybrown", 0xBC8F8F},
    {"royalblue", 0x4169E1},
    {"saddlebrown", 0x8B4513},
    {"salmon", 0xFA8072},
    {"sandybrown", 0xF4A460},
    {"seagreen", 0x2E8B57},
    {"seashell", 0xFFF5EE},
    {"sienna", 0xA0522D},
    {"silver", 0xC0C0C0},
    {"skyblue", 0x87CEEB},
    {"slateblue", 0x6A5ACD},
    {"slategray", 0x708090},
    {"slategrey", 0x708090},
    {"snow", 0xFFFAFA},
    {"springgreen", 0x00FF7F},
    {"steelblue", 0x4682B4},
    {"tan", 0xD2B48C},
    {"teal", 0x008080},
    {"thistle", 0xD8BFD8},
    {"tomato", 0xFF6347},
    {"turquoise", 0x40E0D0},
    {"violet", 0xEE82EE},
    {"wheat", 0xF5DEB3},
    {"white", 0xFFFFFF},
    {"whitesmoke", 0xF5F5F5},
    {"yellow", 0xFFFF00},
    {"yellowgreen", 0x9ACD32},
});

static_assert(std::is_sorted(names.begin(), names.end(),
                             [](const Named& a, const Named& b) { return a.name < b.name; }));

// `#` and digits, generously: what is none is passed over, what is missing is 0.
std::int32_t read_hex(std::string_view text)
{
    std::array<int, 6> digits{};
    std::size_t count = 0;
    for (const char c : text)
        if (const int value = hex_value(c); value >= 0 && count < digits.size())
            digits[count++] = value;
    if (count == 0) return no_colour;
    if (count < 6) digits = {digits[0], digits[0], digits[1], digits[1], digits[2], digits[2]};
    std::int32_t rgb = 0;
    for (const int digit : digits) rgb = rgb << 4 | digit;
    return rgb;
}

// `rgb(1, 2, 3)`, each of them with `%` or none. Values have no upper end: their hexadecimal
// digits then run into each other.
std::int32_t read_rgb(std::string_view text)
{
    auto at = text.find("rgb(");
    if (at == std::string_view::npos) return invalid_colour;
    at += 4;
    std::string digits;
    bool percent = false;
    for (int component = 0; component < 3; ++component) {
        while (component > 0 && at < text.size() && is_blank(text[at])) ++at;
        unsigned value = 0;
        const auto begin = at;
        for (; at < text.size() && is_digit(text[at]); ++at)
            value = std::min(value * 10 + static_cast<unsigned>(text[at] - '0'), 100'000U);
        if (at == begin) return invalid_colour;
        const bool has_percent = at < text.size() && text[at] == '%';
        if (component > 0 && has_percent != percent) return invalid_colour;
        percent = has_percent;
        if (percent) {
            value = value * 255 / 100;
            ++at;
        }
        constexpr std::string_view hex = "0123456789abcdef";
        std::string piece;
        for (; value > 0; value >>= 4U) piece.insert(piece.begin(), hex[value & 15U]);
        while (piece.size() < 2) piece.insert(piece.begin(), '0');
        digits += piece;
        if (component == 2) break;
        if (at >= text.size() || text[at] != ',') return invalid_colour;
        ++at;
    }
    return read_hex(digits);
}

// Whether nothing but `#`, digits and letters of hexadecimal numbers is in it.
bool is_all_hex(std::string_view text)
{
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return c == '#' || hex_value(c) >= 0; });
}

}  // namespace

std::int32_t read_colour(std::string_view written)
{
    const auto small = ascii_lower(without_blanks(written));
    const std::string_view text = small;
    const auto* const found =
        std::lower_bound(names.begin(), names.end(), text,
                         [](const Named& row, std::string_view name) { return row.name < name; });
    if (found != names.end() && found->name == text) return found->rgb;
    if (text.starts_with('#') && is_all_hex(text)) return read_hex(text);
    return read_rgb(text);
}

std::int32_t read_style_rgb(std::string_view text)
{
    std::array<std::int32_t, 3> values{};
    std::size_t component = 0;
    for (const char c : text) {
        if (c == ',' && ++component == values.size()) break;
        if (is_digit(c)) values[component] = std::min(values[component] * 10 + (c - '0'), 100'000);
    }
    std::int32_t rgb = 0;
    for (const auto value : values) rgb = rgb << 8 | std::min(value, 255);
    return rgb;
}

bool is_hard_to_see(std::int32_t text, std::int32_t ground)
{
    if (text == ground) return true;
    if (text < 0 || ground < 0) return false;
    const auto difference = [&](int shift) {
        return static_cast<double>((text >> shift & 0xFF) - (ground >> shift & 0xFF));
    };
    const auto red = 0.2126 * difference(16);
    const auto green = 0.7152 * difference(8);
    const auto blue = 0.0722 * difference(0);
    constexpr double least = 12;
    return red * red + green * green + blue * blue < least * least;
}

}  // namespace lazaret::filter::rules
