#pragma once

#include <cstddef>
#include <string>

namespace lazaret {

/// The text of a file with secrets, at most `most_bytes`. Throws Error{Setup}, with `hint` where
/// the file is not there, and with what to do when everybody can read or write it.
std::string read_private_file(const std::string& file, std::size_t most_bytes,
                              const std::string& hint);

/// A secret that two programs share: one line of 32 to 512 letters, digits and `+/=_-`, as base64
/// is. Throws Error{Setup}, as above.
std::string read_shared_secret(const std::string& file);

/// A secret that somebody else has chosen: one line of 1 to 512 printable ASCII characters, without
/// the blanks around it. Throws Error{Setup}, as above.
std::string read_given_secret(const std::string& file);

}  // namespace lazaret
