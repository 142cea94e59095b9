#include "milter/filter/rules/patterns/required_part.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "milter/filter/rules/patterns/pattern_syntax.hpp"

namespace lazaret::filter::rules {
namespace {

constexpr int deepest = 40;

/// One item of a sequence, and how often it stands there.
struct Element {
    std::string_view item;
    std::string_view repetition;  ///< empty: once
};

std::size_t end_of_item(std::string_view text, std::size_t at)
{
    switch (text[at]) {
        case '[': return end_of_class(text, at);
        case '(': return end_of_group(text, at);
        case '\\': return std::min(at + (text.substr(at).starts_with("\\x") ? 4 : 2), text.size());
        default: return at + 1;
    }
}

std::vector<std::string_view> alternatives_of(std::string_view text)
{
    std::vector<std::string_view> all;
    std::size_t begin = 0;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = end_of_item(text, at);
        if (text[at] == '|') {
            all.push_back(text.substr(begin, at - begin));
            begin = end;
        }
        at = end;
    }
    all.push_back(text.substr(begin));
    return all;
}

/// Of one alternative.
std::vector<Element> elements_of(std::string_view text)
{
    std::vector<Element> all;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = end_of_item(text, at);
        auto behind = end;
        if (end < text.size()) {
            if (text[end] == '{') behind = std::min(text.find('}', end), text.size() - 1) + 1;
            else if (std::string_view{"?*+"}.find(text[end]) != std::string_view::npos) ++behind;
        }
        all.push_back({text.substr(at, end - at), text.substr(end, behind - end)});
        at = behind;
    }
    return all;
}

std::size_t least_times(std::string_view repetition)
{
    if (repetition.empty() || repetition == "+") return 1;
    if (repetition == "?" || repetition == "*") return 0;
    std::size_t least = 0;
    std::from_chars(repetition.data() + 1, repetition.data() + repetition.size(), least);
    return least;
}

/// What stands inside a group without a number and without flags.
std::optional<std::string_view> inside(std::string_view item)
{
    if (!item.starts_with("(?:") || !item.ends_with(")")) return std::nullopt;
    return item.substr(3, item.size() - 4);
}

bool can_be_nothing(const Element& element, int depth)
{
    const auto item = element.item;
    if (least_times(element.repetition) == 0 || depth > deepest) return true;
    if (item == "^" || item == "$" || item == "\\b" || item == "\\B") return true;
    const auto inner = inside(item);
    if (!inner) return item.starts_with("(");
    return std::ranges::any_of(alternatives_of(*inner), [depth](std::string_view alternative) {
        return std::ranges::all_of(elements_of(alternative), [depth](const Element& one) {
            return can_be_nothing(one, depth + 1);
        });
    });
}

/// Without what may be nothing at its ends.
std::vector<Element> core_of(std::string_view text)
{
    auto elements = elements_of(text);
    const auto is_needed = [](const Element& one) { return !can_be_nothing(one, 0); };
    elements.erase(elements.begin(), std::ranges::find_if(elements, is_needed));
    while (!elements.empty() && !is_needed(elements.back())) elements.pop_back();
    return elements;
}

/// Each alternative with less at its ends; empty where one can be nothing.
std::string trimmed_ends(std::string_view text, int depth = 0)
{
    std::string made;
    for (const auto alternative : alternatives_of(text)) {
        const auto core = core_of(alternative);
        std::string one;
        const auto inner = core.size() == 1 ? inside(core[0].item) : std::nullopt;
        if (inner && depth < deepest) {
            one = trimmed_ends(*inner, depth + 1);
        } else {
            for (const auto& element : core) {
                one += element.item;
                one += element.repetition;
            }
        }
        if (one.empty()) return {};
        if (!made.empty()) made += '|';
        made += one;
    }
    return made;
}

}  // namespace

std::vector<RequiredPart> required_parts(std::string_view text)
{
    std::size_t times = 1;
    if (alternatives_of(text).size() == 1) {
        const auto core = core_of(text);
        const auto inner = core.size() == 1 ? inside(core[0].item) : std::nullopt;
        if (inner) {
            times = least_times(core[0].repetition);
            text = *inner;
        }
    }
    std::vector<RequiredPart> parts;
    auto whole = trimmed_ends(text);
    if (whole.empty()) return parts;
    if (alternatives_of(whole).size() == 1) {
        const auto core = core_of(whole);
        // At the ends there is what cannot be nothing; within, not every match has what can.
        const auto needed_size = [](const Element& one) {
            return can_be_nothing(one, 0) ? 0 : one.item.size();
        };
        const auto longest = std::ranges::max_element(core, {}, needed_size);
        auto part = trimmed_ends(longest->item);
        parts.push_back({std::move(whole), times});
        if (!part.empty()) parts.push_back({std::move(part), times});
    } else {
        parts.push_back({std::move(whole), times});
    }
    return parts;
}

}  // namespace lazaret::filter::rules
