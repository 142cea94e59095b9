#pragma once

#include <string>
#include <string_view>

namespace lazaret::store {

/// A secret of 256 random bits, as it stands in a cookie or a link: 43 letters, digits, `-` and
/// `_`. The database has only its hash; who reads the database cannot use it.
std::string new_secret_token();

/// The hash by which a token is looked up: 32 raw bytes of BLAKE2b. Takes any bytes. A hash for
/// passwords would be slow for nothing: nobody guesses 256 bits.
std::string hash_of_token(std::string_view token);

/// Whether a text can be one: nothing else is worth asking the database about.
bool looks_like_token(std::string_view text);

}  // namespace lazaret::store
