#pragma once

#include <string>
#include <string_view>

namespace lazaret::filter {

/// A style attribute reduced to an allow list of properties with simple values: words, colours,
/// lengths. No functions but rgb(), so no url() or expression(); no escapes, comments or layout
/// (nothing can be moved over something else). Empty when nothing is left.
std::string harmless_style(std::string_view style);

}  // namespace lazaret::filter
