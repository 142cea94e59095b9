#include "milter/filter/message/visibility.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "base/text.hpp"

namespace lazaret::filter {
namespace {

constexpr bool is_line_end(char c) { return c == '\n' || c == '\r' || c == '\f'; }

// Where the string ends whose first quote is at `at`; a line end breaks it.
std::size_t end_of_string(std::string_view style, std::size_t at)
{
    const char quote = style[at];
    for (++at; at < style.size() && style[at] != quote && !is_line_end(style[at]);) ++at;
    return std::min(at + 1, style.size());
}

// The declaration that `style` begins with, without its `;`.
std::string_view first_declaration(std::string_view style)
{
    std::string closers;  // of the brackets that are open
    for (std::size_t at = 0; at < style.size();) {
        switch (const char c = style[at]) {
            case ';':
                if (closers.empty()) return style.substr(0, at);
                break;
            case '"':
            case '\'': at = end_of_string(style, at); continue;
            case '/':
                if (!style.substr(at).starts_with("/*")) break;
                at = std::min(style.find("*/", at + 2), style.size() - 2) + 2;
                continue;
            case '(': closers += ')'; break;
            case '[': closers += ']'; break;
            case '{': closers += '}'; break;
            default:
                if (!closers.empty() && c == closers.back()) closers.pop_back();
        }
        ++at;
    }
    return style;
}

// Takes `!important` off a value.
// @return whether it was there.
bool take_important(std::string_view& value)
{
    const auto mark = value.find('!');
    if (mark == std::string_view::npos) return false;
    const bool important = same_ignoring_case(trimmed(value.substr(mark + 1)), "important");
    value = trimmed(value.substr(0, mark));
    return important;
}

bool is_zero_length(std::string_view value)
{
    constexpr auto units = std::to_array<std::string_view>(
        {"", "px", "pt", "em", "rem", "%", "ex", "ch", "pc", "in", "cm", "mm", "vh", "vw"});
    const auto end = std::min(value.find_first_not_of("0."), value.size());
    const auto zeros = value.substr(0, end);
    if (zeros.find('0') == std::string_view::npos) return false;
    return std::any_of(units.begin(), units.end(), [unit = value.substr(end)](auto known) {
        return same_ignoring_case(unit, known);
    });
}

struct Property {
    std::optional<bool>& said;
    bool important = false;

    void say(bool value, bool is_important)
    {
        if (important && !is_important) return;
        said = value;
        important = is_important;
    }
};

}  // namespace

Visibility visibility_of(std::string_view style)
{
    Visibility out;
    if (style.find('\\') != std::string_view::npos) return {false, false};
    Property display{out.no_display};
    Property font_size{out.no_size};
    while (!style.empty()) {
        const auto declaration = first_declaration(style);
        style.remove_prefix(std::min(declaration.size() + 1, style.size()));
        const auto colon = declaration.find(':');
        if (colon == std::string_view::npos) continue;
        const auto name = trimmed(declaration.substr(0, colon));
        if (name.empty() || std::string_view{"dDfF"}.find(name[0]) == std::string_view::npos)
            continue;
        auto value = trimmed(declaration.substr(colon + 1));
        const bool important = take_important(value);
        if (same_ignoring_case(name, "display"))
            display.say(same_ignoring_case(value, "none"), important);
        else if (same_ignoring_case(name, "font-size"))
            font_size.say(is_zero_length(value), important);
        else if (same_ignoring_case(name, "font")) font_size.say(false, important);
    }
    return out;
}

}  // namespace lazaret::filter
