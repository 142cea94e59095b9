#pragma once

#include <cstddef>
#include <string>

#include "base/result.hpp"

namespace lazaret {

/// The bytes of a file that an administrator keeps, at most `most_bytes`. Only of a regular file,
/// and never waits: a FIFO or a device under its name would keep a program from starting.
/// @return else why not, behind the file's name: `is not a file`.
Result<std::string, std::string> read_small_file(const std::string& file, std::size_t most_bytes);

}  // namespace lazaret
