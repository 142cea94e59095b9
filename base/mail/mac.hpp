#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/mail/seal.hpp"

namespace lazaret {

/// The MAC of a short text (keyed BLAKE2b of libsodium), as raw bytes.
/// @param text  begins with what it is for, so that what one part made is nothing to another that
/// has the same key.
/// @param bytes  16 to 64
std::string mac_of(const std::string& key, std::string_view text, std::size_t bytes);

/// Compares two MACs, or other secrets, in constant time, but for their lengths.
bool is_same_secret(std::string_view given, std::string_view wanted);

/// The key that new seals are made with: raw bytes.
const std::string& newest_key(const SealKeys& keys);

}  // namespace lazaret
