#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace lazaret::filter {

/// What a character reference stands for (WHATWG HTML 13.2.5.72 and following).
struct CharacterReference {
    char32_t first = 0;
    char32_t second = 0;     ///< 0: there is only one character
    std::size_t length = 0;  ///< bytes of the source, with `&`; 0: it is no reference but text
};

/// Reads the reference that `text` begins with; its first character is `&`.
///
/// All names of the standard's table are known. The old ones among them count without `;` too, and
/// then the longest that fits, but in an attribute only when neither `=` nor a letter or digit
/// comes next. Numbers become what browsers make of them: windows-1252 for 0x80 to 0x9F, U+FFFD
/// for what is no character. Cost: bounded, but for the digits of a number.
CharacterReference read_character_reference(std::string_view text, bool in_attribute);

/// Appends `text` with its references replaced.
void append_decoded(std::string_view text, bool in_attribute, std::string& out);

}  // namespace lazaret::filter
