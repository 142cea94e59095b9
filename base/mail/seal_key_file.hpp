#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"

/// Changes of a file of seal keys, see SealKeys. What people wrote into it besides (comments, empty
/// lines) stays.
namespace lazaret {

enum class KeyFileFault {
    Unreadable,  ///< SealKeys::parse says why
    NoSuchKey,
    IsNewest,  ///< it makes the links and seals of today, or is the only one
};
std::string_view sentence(KeyFileFault fault);

struct AddedKey {
    std::string text;  ///< of the file
    std::string id;    ///< of the new key: a number behind the highest there, and random letters,
                       ///< so that it is not the name of one that was removed: k2xqvd
};

/// The text with a new random key at its end: believed, but nothing is made with it yet.
Result<AddedKey, KeyFileFault> with_new_key(std::string_view text);

/// The text with this key as the first: from now on new seals and links are made with it.
Result<std::string, KeyFileFault> with_newest(std::string_view text, std::string_view id);

/// The text without this key: what was made with it is no longer believed.
Result<std::string, KeyFileFault> without_key(std::string_view text, std::string_view id);

/// Puts `edit(read_key_file())` in its place at once: whoever reads it has the old or the new one,
/// also after a crash. Owner, group and mode stay, and at no time may more people read it. One at
/// a time: FILE.new is there meanwhile. Throws Error{Setup}, or what `edit` throws; the old file
/// then stands as it was.
void edit_private_file(const std::string& name,
                       const std::function<std::string(const std::string&)>& edit);

}  // namespace lazaret
