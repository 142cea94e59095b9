#pragma once

#include <string>
#include <string_view>

namespace lazaret {

/// In the alphabet that is safe in links and file names (RFC 4648 section 5), without padding.
std::string base64url(std::string_view raw);

/// Raw bytes of base64 in either alphabet, that of links without padding; empty when it is none.
/// Each byte string has one text in an alphabet only: bits left over must be zero.
std::string from_base64(std::string_view text);

}  // namespace lazaret
