#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lazaret::filter::rules {

/// The elements whose attributes are addresses, as `uri_detail` rules name them (`type`). Bits.
enum class UriElement : std::uint32_t {
    A = 1U << 0U,
    Area = 1U << 1U,
    Base = 1U << 2U,
    Bgsound = 1U << 3U,
    Body = 1U << 4U,
    Embed = 1U << 5U,
    Form = 1U << 6U,
    Frame = 1U << 7U,
    Iframe = 1U << 8U,
    Img = 1U << 9U,
    Link = 1U << 10U,
    Meta = 1U << 11U,
    Script = 1U << 12U,
    Table = 1U << 13U,
    Td = 1U << 14U,
    Tr = 1U << 15U
};

/// The name of that element, small letters.
std::string_view name_of(UriElement element);
/// All of them.
std::span<const UriElement> uri_elements();

/// One address that the HTML names, each once, in the order in which they were first seen.
///
/// A link counts twice when its address is relative or written in an unusual way: made absolute (by
/// the element base), with its elements; and as written, with its texts. So it is in SpamAssassin.
struct HtmlUri {
    std::string uri;                     ///< without surrounding blanks, at most 8,192 bytes
    std::uint32_t elements = 0;          ///< bits of UriElement; 0: only a link's text is known
    std::vector<std::uint32_t> anchors;  ///< indexes into HtmlFacts::anchors

    [[nodiscard]] bool is_in(UriElement element) const
    {
        return (elements & static_cast<std::uint32_t>(element)) != 0;
    }
};

/// What was learned of one HTML part while it was rendered; the rules' `html_*` tests ask for it.
struct HtmlFacts {
    /// An element that was seen: how many are open at the end (never below 0).
    struct Element {
        std::string name;  ///< small letters; `!doctype` too
        int open = 0;
    };
    std::vector<Element> elements;  ///< sorted by name
    std::vector<HtmlUri> uris;
    std::vector<std::string> anchors;  ///< texts of the links, in order; an image is `<img>\n`
    std::vector<std::string> titles;
    std::vector<std::string> comments;  ///< with `<!--` and `-->`
    std::vector<std::string> scripts;   ///< contents of script elements
    std::uint64_t image_area = 0;       ///< of the images that say their size; square pixels
    std::size_t length = 0;             ///< of the source; characters
    std::size_t html_length = 0;        ///< of the rendered text; characters
    std::size_t non_space_length = 0;   ///< of the rendered text without blanks; characters
    std::optional<double> ratio;        ///< share of the source that is markup
    double min_size = 3, max_size = 3;  ///< font sizes
    bool has_font_low_contrast = false;
    bool has_font_invalid_color = false;
    bool has_font_face_bad = false;
    bool has_mailto_form = false;  ///< form_action_mailto
    bool has_embeds = false;
    bool has_truncated_uri = false;
    std::optional<double> bad_tag_ratio;
    std::optional<double> closed_extra_ratio;
    std::optional<double> non_element_ratio;
    std::optional<double> obfuscation_ratio;
    std::optional<double> backhair_count;
    std::vector<std::string> charsets;  ///< of meta elements

    /// How many elements of that name (small letters) are open at the end; null: none was seen.
    [[nodiscard]] const int* inside(std::string_view name) const;
    /// What `html_test`, `html_eval` and `html_range` know by that name; none: undefined.
    [[nodiscard]] std::optional<double> number(std::string_view name) const;
    /// What `html_text_match` knows by that name (comment, script, title, anchor); null: unknown.
    [[nodiscard]] const std::vector<std::string>* texts(std::string_view name) const;
};

}  // namespace lazaret::filter::rules
