#pragma once

#include <string>
#include <string_view>

namespace lazaret::filter::rules {

/// Undoes quoted-printable, as SpamAssassin reads it: blanks before a line end go, what is no
/// escape stays. Line ends become LF.
std::string decode_quoted_printable(std::string_view text);

/// Undoes base64, as SpamAssassin reads it: what is no base64 is passed over, and padding within
/// counts as characters (0 in text that is clean but for that, else 63).
std::string decode_base64(std::string_view text);

/// Undoes `Q` of encoded words (RFC 2047 4.2).
std::string decode_q(std::string_view text);

/// Makes each CRLF an LF.
void make_line_ends_plain(std::string& text);

}  // namespace lazaret::filter::rules
