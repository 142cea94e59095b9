#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "milter/filter/message/message.hpp"

namespace lazaret::filter {

/// What was read of an HTML document.
struct HtmlText {
    std::string text;  ///< what a reader sees, one block a line
    std::vector<Message::Link> links;
    bool cut_short = false;  ///< longer, more links, or nested deeper than the bounds
};

/// Reads the HTML, valid UTF-8, of at most `most_text` bytes. Text that is not shown (scripts,
/// styles, `display:none`) is left out; where a style sheet could show it, it is not. Links are
/// read also where they are hidden. Time is linear in its length, whatever it says.
///
/// This reads every message, so it makes no tree: tokens (html_tokens.hpp) go by a stack of open
/// elements (open_elements.hpp), a tenth of what a browser's tree costs. Only what a person will
/// look at is parsed into one (html_document.hpp), since there each element counts.
HtmlText read_html(std::string_view html, std::size_t most_text, std::size_t most_links);

}  // namespace lazaret::filter
