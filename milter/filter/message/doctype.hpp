#pragma once

#include <string_view>

namespace lazaret::filter {

/// Whether browsers read a document in quirks mode (WHATWG HTML 13.2.6.4.1): a table may then stand
/// in a paragraph, and inherits no size of letters.
/// @param doctype   what stands between `<!DOCTYPE` and `>`.
bool asks_for_quirks(std::string_view doctype);

}  // namespace lazaret::filter
