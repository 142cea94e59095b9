#pragma once

#include <string>
#include <string_view>

#include "milter/filter/rules/rendering/html_facts.hpp"

namespace lazaret::filter::rules {

/// The text of an HTML part, and what of it a reader sees or not. UTF-8.
struct HtmlRendering {
    /// `is_wide`: a character above U+00FF was, or could have been, in it. Else Perl's rules take
    /// it for bytes of Latin-1: see body_texts.hpp.
    struct Text {
        std::string text;
        bool is_wide = false;
    };
    Text all;
    Text visible;
    Text invisible;
    HtmlFacts facts;
};

/// Renders HTML as SpamAssassin does. Any bytes are taken; linear in their number.
/// @param html       UTF-8.
/// @param is_wide    whether it was decoded from a charset, and is not just ASCII.
HtmlRendering render_html(std::string_view html, bool is_wide);

}  // namespace lazaret::filter::rules
