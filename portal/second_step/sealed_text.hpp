#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/mail/seal.hpp"

namespace lazaret::portal {

/// What was sealed, and whether the newest key did it.
struct OpenedText {
    std::string text;
    bool is_newest = true;
};

/// Encrypts a text for ourselves with the newest key (XChaCha20-Poly1305 of libsodium), so that who
/// has it without the key file has nothing.
/// @param purpose  what it is for, and whose it is: it opens only for the same.
/// @return letters, digits, `-`, `_`, and one `.` behind the key's id.
std::string seal_text(const SealKeys& keys, std::string_view purpose, std::string_view text);

/// None when it is not ours, was changed, is for something else, or its key is gone.
std::optional<OpenedText> open_text(const SealKeys& keys, std::string_view purpose,
                                    std::string_view sealed);

}  // namespace lazaret::portal
