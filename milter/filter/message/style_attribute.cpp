#include "milter/filter/message/style_attribute.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.hpp"

namespace lazaret::filter {
namespace {

constexpr std::size_t longest_value = 60;  // bytes
constexpr std::size_t most_declarations = 50;

// Without line-height: with a small one, the background of a line lies over the one before.
constexpr auto properties = std::to_array<std::string_view>({
    "background-color",
    "border-collapse",
    "color",
    "direction",
    "font-size",
    "font-style",
    "font-weight",
    "text-align",
    "text-decoration",
    "vertical-align",
    "white-space",
});

bool is_word(std::string_view value)
{
    return !value.empty() && std::all_of(value.begin(), value.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '#' || c == '%' ||
               c == '.' || c == ' ' || c == '-';
    });
}

// rgb(1, 2, 3): digits, commas, blanks, dots and percent signs only.
bool is_colour_function(std::string_view value)
{
    if (value.starts_with("rgba(")) value.remove_prefix(5);
    else if (value.starts_with("rgb(")) value.remove_prefix(4);
    else return false;
    if (!value.ends_with(')')) return false;
    value.remove_suffix(1);
    return value.find_first_not_of("0123456789,.% ") == std::string_view::npos;
}

// Whether letters of that size can be read. A word says a size that can.
bool is_readable(std::string_view size)
{
    struct Least {
        std::string_view unit;
        double number;
    };
    constexpr auto units = std::to_array<Least>(
        {{"px", 6}, {"pt", 5}, {"em", 0.5}, {"rem", 0.5}, {"%", 50}, {"", 0.5}});
    double number = 0;
    const auto [end, error] = std::from_chars(size.data(), size.data() + size.size(), number);
    if (error == std::errc::invalid_argument) return true;
    const auto unit = size.substr(static_cast<std::size_t>(end - size.data()));
    return error == std::errc{} && std::any_of(units.begin(), units.end(), [&](const Least& least) {
               return unit == least.unit && number >= least.number;
           });
}

// Whether it is one of the words: a length would move what is shown away from its line.
bool is_alignment(std::string_view value)
{
    constexpr auto words = std::to_array<std::string_view>(
        {"baseline", "top", "middle", "bottom", "sub", "super", "text-top", "text-bottom"});
    return std::find(words.begin(), words.end(), value) != words.end();
}

std::string harmless_declaration(std::string_view declaration)
{
    const auto colon = declaration.find(':');
    if (colon == std::string_view::npos) return {};
    const auto name = ascii_lower(trimmed(declaration.substr(0, colon)));
    const auto value = ascii_lower(trimmed(declaration.substr(colon + 1)));
    if (std::find(properties.begin(), properties.end(), name) == properties.end()) return {};
    if (value.size() > longest_value || (!is_word(value) && !is_colour_function(value))) return {};
    if (name == "font-size" && !is_readable(value)) return {};
    if (name == "white-space" && value != "normal" && value != "pre-wrap" && value != "pre-line")
        return {};  // a line without end would go on beside the page
    if (name == "vertical-align" && !is_alignment(value)) return {};
    return name + ": " + value;
}

}  // namespace

std::string harmless_style(std::string_view style)
{
    std::string out;
    for (std::size_t count = 0; !style.empty() && count < most_declarations; ++count) {
        const auto end = style.find(';');
        const auto kept = harmless_declaration(style.substr(0, end));
        if (!kept.empty()) out += (out.empty() ? "" : "; ") + kept;
        style.remove_prefix(end == std::string_view::npos ? style.size() : end + 1);
    }
    return out;
}

}  // namespace lazaret::filter
