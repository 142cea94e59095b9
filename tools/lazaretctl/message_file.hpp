#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace lazaret::tools {

/// The bytes of a message as a mail server would hand them over: a leading `From ` line of mbox
/// is dropped, and every line ends in CRLF, whatever it ended in.
std::string as_received(std::string bytes);

/// Reads a file, or standard input for `-`.
/// @return its bytes, or why not, for a person.
Result<std::string, std::string> read_file(const std::string& file);

}  // namespace lazaret::tools
