#pragma once

#include <string_view>

namespace lazaret::tools {

/// Why these bytes cannot be a message, in a few words for a person; empty where they may be one. A
/// message begins with a header field (RFC 5322 2.2): names of printable ASCII, then a colon. Looks
/// at the first line only.
std::string_view why_no_message(std::string_view bytes);

}  // namespace lazaret::tools
