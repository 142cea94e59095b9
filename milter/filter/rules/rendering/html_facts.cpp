#include "milter/filter/rules/rendering/html_facts.hpp"

#include <algorithm>
#include <array>

namespace lazaret::filter::rules {
namespace {

// In the order of the bits.
constexpr auto all_elements = std::to_array<UriElement>(
    {UriElement::A, UriElement::Area, UriElement::Base, UriElement::Bgsound, UriElement::Body,
     UriElement::Embed, UriElement::Form, UriElement::Frame, UriElement::Iframe, UriElement::Img,
     UriElement::Link, UriElement::Meta, UriElement::Script, UriElement::Table, UriElement::Td,
     UriElement::Tr});
constexpr auto element_names = std::to_array<std::string_view>(
    {"a", "area", "base", "bgsound", "body", "embed", "form", "frame", "iframe", "img", "link",
     "meta", "script", "table", "td", "tr"});
static_assert(all_elements.size() == element_names.size());

std::optional<double> flag(bool is_set) { return is_set ? std::optional{1.0} : std::nullopt; }

struct Number {
    std::string_view name;
    std::optional<double> (*of)(const HtmlFacts&);
};

constexpr auto numbers = std::to_array<Number>({
    {"html", [](const HtmlFacts&) { return flag(true); }},
    {"length", [](const HtmlFacts& f) { return std::optional{static_cast<double>(f.length)}; }},
    {"html_length",
     [](const HtmlFacts& f) { return std::optional{static_cast<double>(f.html_length)}; }},
    {"non_space_len",
     [](const HtmlFacts& f) { return std::optional{static_cast<double>(f.non_space_length)}; }},
    {"image_area",
     [](const HtmlFacts& f) { return std::optional{static_cast<double>(f.image_area)}; }},
    {"ratio", [](const HtmlFacts& f) { return f.ratio; }},
    {"min_size", [](const HtmlFacts& f) { return std::optional{f.min_size}; }},
    {"max_size", [](const HtmlFacts& f) { return std::optional{f.max_size}; }},
    {"font_low_contrast", [](const HtmlFacts& f) { return flag(f.has_font_low_contrast); }},
    {"font_invalid_color", [](const HtmlFacts& f) { return flag(f.has_font_invalid_color); }},
    {"font_face_bad", [](const HtmlFacts& f) { return flag(f.has_font_face_bad); }},
    {"form_action_mailto", [](const HtmlFacts& f) { return flag(f.has_mailto_form); }},
    {"embeds", [](const HtmlFacts& f) { return flag(f.has_embeds); }},
    {"uri_truncated", [](const HtmlFacts& f) { return flag(f.has_truncated_uri); }},
    {"bad_tag_ratio", [](const HtmlFacts& f) { return f.bad_tag_ratio; }},
    {"closed_extra_ratio", [](const HtmlFacts& f) { return f.closed_extra_ratio; }},
    {"non_element_ratio", [](const HtmlFacts& f) { return f.non_element_ratio; }},
    {"obfuscation_ratio", [](const HtmlFacts& f) { return f.obfuscation_ratio; }},
    {"backhair_count", [](const HtmlFacts& f) { return f.backhair_count; }},
});

}  // namespace

std::string_view name_of(UriElement element)
{
    for (std::size_t i = 0; i < all_elements.size(); ++i)
        if (all_elements[i] == element) return element_names[i];
    return {};
}

std::span<const UriElement> uri_elements() { return all_elements; }

const int* HtmlFacts::inside(std::string_view name) const
{
    const auto found = std::lower_bound(
        elements.begin(), elements.end(), name,
        [](const Element& element, std::string_view wanted) { return element.name < wanted; });
    return found != elements.end() && found->name == name ? &found->open : nullptr;
}

std::optional<double> HtmlFacts::number(std::string_view name) const
{
    const auto* const found = std::find_if(numbers.begin(), numbers.end(),
                                           [&](const Number& row) { return row.name == name; });
    return found == numbers.end() ? std::nullopt : found->of(*this);
}

const std::vector<std::string>* HtmlFacts::texts(std::string_view name) const
{
    if (name == "anchor") return &anchors;
    if (name == "comment") return &comments;
    if (name == "script") return &scripts;
    return name == "title" ? &titles : nullptr;
}

}  // namespace lazaret::filter::rules
