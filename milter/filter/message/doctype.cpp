#include "milter/filter/message/doctype.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.hpp"

namespace lazaret::filter {
namespace {

// How the public identifiers begin that ask for quirks; the standard's list, in families.
constexpr auto old_identifiers = std::to_array<std::string_view>({
    "+//silmaril//dtd html pro",
    "-//advasoft ltd//dtd html",
    "-//as//dtd html",
    "-//ietf//dtd html",
    "-//metrius//dtd metrius",
    "-//microsoft//dtd internet explorer",
    "-//netscape comm. corp.//dtd",
    "-//o'reilly and associates//dtd html",
    "-//softquad software//dtd hotmetal",
    "-//softquad//dtd hotmetal",
    "-//spyglass//dtd html",
    "-//sq//dtd html",
    "-//sun microsystems corp.//dtd hotjava",
    "-//w3c//dtd html 3",
    "-//w3c//dtd html 4.0 frameset//",
    "-//w3c//dtd html 4.0 transitional//",
    "-//w3c//dtd html experimental",
    "-//w3c//dtd w3 html",
    "-//w3o//dtd w3 html",
    "-//webtechs//dtd mozilla html",
    "-/w3c/dtd html 4.0 transitional/en",
});

// The same, where there is no system identifier.
constexpr auto old_without_system = std::to_array<std::string_view>({
    "-//w3c//dtd html 4.01 frameset//",
    "-//w3c//dtd html 4.01 transitional//",
});

template <class Starts>
bool begins_with_one_of(std::string_view text, const Starts& starts)
{
    return std::any_of(starts.begin(), starts.end(),
                       [&](auto start) { return starts_ignoring_case(text, start); });
}

// Takes a quoted text off the front.
std::optional<std::string_view> take_quoted(std::string_view& text)
{
    text = trimmed(text);
    if (!text.starts_with('"') && !text.starts_with('\'')) return std::nullopt;
    const auto end = text.find(text.front(), 1);
    if (end == std::string_view::npos) return std::nullopt;
    const auto quoted = text.substr(1, end - 1);
    text.remove_prefix(end + 1);
    return quoted;
}

}  // namespace

bool asks_for_quirks(std::string_view doctype)
{
    doctype = trimmed(doctype);
    const auto name = doctype.substr(0, doctype.find_first_of(" \t\r\n\f"));
    if (!same_ignoring_case(name, "html")) return true;
    auto rest = trimmed(doctype.substr(name.size()));
    if (rest.empty()) return false;
    const bool is_public = starts_ignoring_case(rest, "public");
    if (!is_public && !starts_ignoring_case(rest, "system")) return true;
    rest.remove_prefix(6);
    const auto identifier = take_quoted(rest);
    if (!identifier) return true;
    if (!is_public) return false;
    const bool has_system = take_quoted(rest).has_value();
    return same_ignoring_case(*identifier, "html") ||
           begins_with_one_of(*identifier, old_identifiers) ||
           (!has_system && begins_with_one_of(*identifier, old_without_system));
}

}  // namespace lazaret::filter
