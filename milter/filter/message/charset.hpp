#pragma once

#include <string>
#include <string_view>

namespace lazaret::filter {

/// Text of a body part as valid UTF-8 without NUL, at most `most` bytes of it.
///
/// A declared charset is believed when mail programs know it and the bytes can be of it. Unknown
/// and lying ones: UTF-8 when the bytes are that, else windows-1252 (which mail that says
/// iso-8859-1 or us-ascii really is, as browsers have found). Only the charsets of mail are handed
/// to iconv: glibc knows a thousand, and some have looped or aborted on bad input. (In header
/// fields it is GMime that asks iconv, for any name.)
std::string utf8_of(std::string_view bytes, std::string_view charset, std::size_t most);

}  // namespace lazaret::filter
