#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace lazaret::filter {

/// How many bytes of HTML decide about its charset.
inline constexpr std::size_t charset_by_content_bytes = 1'024;

/// The charset that HTML says of itself in its first bytes, by a byte order mark or a `<meta>`, as
/// browsers look for it before they parse (WHATWG HTML 13.2.3.2); in small letters. Empty when
/// there is none, or none in which the `<meta>` can have been read.
std::string charset_in_html(std::string_view html);

}  // namespace lazaret::filter
