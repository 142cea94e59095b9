#pragma once

#include <string>
#include <string_view>

namespace lazaret::filter::rules {

/// How the client of a Received line (with its `from `, blanks squeezed, no date) authenticated, in
/// SpamAssassin's words for it; empty when the line does not say that it did.
std::string read_authentication(std::string_view line);

}  // namespace lazaret::filter::rules
