#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace lazaret::filter::rules {

/// Bytes read by their charset.
struct CharsetText {
    std::optional<std::string> text;  ///< UTF-8; none: the bytes are that already
    bool is_decoded = false;          ///< false: nothing but ASCII, and nobody looked closer
};

/// Whom to believe when bytes and charset do not fit together.
enum class CharsetTrust {
    Bytes,    ///< UTF-8 if they are that, whatever the charset (bodies)
    Declared  ///< the charset, U+FFFD for what is none of it (encoded words)
};

/// Reads bytes by their charset as SpamAssassin does without a charset detector: what fits neither
/// UTF-8 nor what was declared is windows-1252. An own function beside charset.hpp, since rules
/// were written against what SpamAssassin sees, right or wrong: for instance, iso-2022-kr with a
/// stray byte as windows-1252, and UTF-16 with a byte order mark too.
CharsetText read_charset(std::string_view bytes, std::string_view charset, CharsetTrust trust);

/// How many characters valid UTF-8 has.
std::size_t count_characters(std::string_view utf8);

/// UTF-8 without characters above U+00FF as one byte each.
std::string latin1_of(std::string_view utf8);

}  // namespace lazaret::filter::rules
