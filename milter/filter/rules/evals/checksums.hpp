#pragma once

#include <string>
#include <string_view>

namespace lazaret::filter::rules {

/// The ways in which lists of hashes are asked.
enum class Checksum {
    None,    ///< the text itself
    Md5,     ///< hexadecimal
    Sha1,    ///< hexadecimal
    Sha256,  ///< base32 in small letters, for hexadecimal would be too long for a label
};

std::string checksum(Checksum kind, std::string_view text);

}  // namespace lazaret::filter::rules
