#include "milter/filter/rules/patterns/pattern.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace lazaret::filter::rules {
namespace {

/// The delimiter that closes what `open` opened.
char closing(char open)
{
    switch (open) {
        case '{': return '}';
        case '(': return ')';
        case '[': return ']';
        case '<': return '>';
        default: return open;
    }
}

bool is_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/// Whether `delimiter` stands in `text` without a backslash before it.
bool has_bare(std::string_view text, char delimiter)
{
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '\\') ++at;
        else if (text[at] == delimiter) return true;
    }
    return false;
}

std::string without_flags_of_no_effect(std::string_view flags)
{
    std::string kept;
    for (const char c : flags)
        if (std::string_view{"imsx"}.find(c) != std::string_view::npos &&
            kept.find(c) == std::string::npos)
            kept += c;
    return kept;
}

}  // namespace

Result<Pattern, std::string> read_pattern(std::string_view text)
{
    text = trimmed(text);
    for (const std::string_view word : {"qr", "m"})
        if (text.size() > word.size() && text.starts_with(word) && !is_word(text[word.size()])) {
            text.remove_prefix(word.size());
            break;
        }
    if (text.empty() || is_word(text.front()))
        return because(std::string{"a pattern must stand between delimiters, as in /.../"});
    const char open = text.front();
    if (open == '\\') return because(std::string{"a backslash cannot delimit a pattern"});
    const char close = closing(open);
    const auto end = text.find_last_not_of("abcdefghijklmnopqrstuvwxyz");
    if (end == 0 || end == std::string_view::npos || text[end] != close)
        return because(fmt::format("the pattern is not closed by '{}'", close));
    const auto flags = text.substr(end + 1);
    if (const auto odd = flags.find_first_not_of("imsxgoanpu"); odd != std::string_view::npos)
        return because(fmt::format("'{}' is not a flag of a pattern", flags[odd]));
    const auto inner = text.substr(1, end - 1);
    if (open == close && has_bare(inner, close))
        return because(
            fmt::format("there is a '{}' inside the pattern without a backslash", close));
    if (inner.find("(?{") != std::string_view::npos || inner.find("(??{") != std::string_view::npos)
        return because(std::string{"code in a pattern is not run"});
    return Pattern{std::string{inner}, without_flags_of_no_effect(flags)};
}

}  // namespace lazaret::filter::rules
