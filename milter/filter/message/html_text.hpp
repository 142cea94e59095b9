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
    bool cut_short = false;    ///< longer, more links, or more complex than the bounds
    bool too_complex = false;  ///< no tree could be made of it
};

/// Reads the HTML, valid UTF-8, of at most `most_text` bytes. What is not shown (scripts, styles,
/// `display:none`) is left out. A document that is too complex for a tree is read crudely: its
/// tags are dropped, addresses are found as in plain text.
HtmlText read_html(std::string_view html, std::size_t most_text, std::size_t most_links);

}  // namespace lazaret::filter
