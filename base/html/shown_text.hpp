#pragma once

#include <string>
#include <string_view>

namespace lazaret {

/// A stranger's text on one line of a page or report: valid UTF-8; control characters and line
/// ends become blanks; the controls that reorder what stands around them (bidi embeddings,
/// overrides and isolates) go. It is still a stranger's: escaping is the template's work, and it
/// stands in a `<bdi>`.
/// @param longest  bytes; what is longer is cut and ends in an ellipsis.
std::string shown_line(std::string_view text, std::size_t longest = 500);

/// The same for a text of many lines: line ends and tabs stay.
std::string shown_text(std::string_view text, std::size_t longest);

}  // namespace lazaret
