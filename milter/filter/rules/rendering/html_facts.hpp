#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace lazaret::filter::rules {

/// What was learned of one HTML part while it was rendered; the rules' `html_*` tests ask for it.
/// Names are those of the tests where they have one.
struct HtmlFacts {
    std::map<std::string, int, std::less<>> inside;  ///< elements seen, small letters: how often opened
    std::vector<std::string> anchors;       ///< texts of the links, in order
    std::vector<std::string> titles;
    std::string comments;                   ///< all comments, one behind the other
    std::string scripts;                    ///< contents of script elements
    std::uint64_t image_area = 0;           ///< of the images that say their size; square pixels
    std::size_t length = 0;                 ///< of the text, as the parser saw it
    std::size_t html_length = 0;            ///< of the rendered text; characters
    std::size_t non_space_length = 0;
    double ratio = 0.0;                     ///< share of the source that is markup
    double min_size = 3, max_size = 3;      ///< font sizes
    bool has_font_low_contrast = false;
    bool has_font_invalid_color = false;
    bool has_font_face_bad = false;
    bool has_mailto_form = false;           ///< form_action_mailto
    bool has_embeds = false;
    bool has_truncated_uri = false;
    std::map<std::string, double, std::less<>> numbers;  ///< backhair_count, closed_extra_ratio, ...
    std::vector<std::string> charsets;      ///< of meta elements
};

}  // namespace lazaret::filter::rules
