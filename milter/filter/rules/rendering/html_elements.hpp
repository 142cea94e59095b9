#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "milter/filter/rules/rendering/html_facts.hpp"
#include "milter/filter/rules/rendering/text_styles.hpp"

namespace lazaret::filter::rules {

/// What an element does to text that is rendered.
enum class Spacing : std::uint8_t { None, Blank, Line, Paragraph };

/// What rules know of an element by its name.
struct ElementTraits {
    std::string_view name;
    bool is_valid = false;     ///< HTML 4.01 or XHTML 1.0 have it, or it counts as if
    bool is_rendered = false;  ///< it is looked at; others are only counted
    Spacing spacing = Spacing::None;
    StyleTag style = StyleTag::None;
    std::uint32_t uri_element = 0;  ///< its bit of UriElement
};

/// The elements of one document by name, in a hash table: a document may have many, of any name.
class HtmlElements {
public:
    struct Seen {
        std::string name;                       ///< small letters
        const ElementTraits* traits = nullptr;  ///< null: unknown
        bool is_namespaced = false;             ///< `o:p`, `st1:...`, as Microsoft's programs write
        std::uint32_t hash = 0;
        int open = 0;
    };
    HtmlElements();

    /// The entry of that name, written in any case; made when it is new, and `is_new` says so.
    /// After 20,000 names, new ones are not kept. Valid until the next call.
    Seen& find(std::string_view name, bool& is_new);

    [[nodiscard]] const std::vector<Seen>& all() const { return seen_; }

private:
    void grow();

    std::vector<Seen> seen_;
    Seen rest_;                         // of names that are too many
    std::vector<std::uint32_t> table_;  ///< index into seen_ and 1; 0: free
};

}  // namespace lazaret::filter::rules
