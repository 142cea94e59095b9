#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace lazaret {

/// Writes `pieces`, one behind the other, to a file of mode 0640, whole or not at all: to FILE.new,
/// on disk, then renamed. A power failure leaves the former file or this one. Throws
/// Error{Unavailable} with the file and the cause when the disk does not take it.
void replace_file(const std::string& file, std::initializer_list<std::string_view> pieces);

}  // namespace lazaret
