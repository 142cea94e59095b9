#pragma once

#include <string>
#include <string_view>

namespace lazaret::filter {

/// How many bytes of the beginning decide about a type.
inline constexpr std::size_t type_by_content_bytes = 65'536;

/// The media type that `start` is by its content, for instance application/zip. Common ones are
/// told by their first bytes, the others by libmagic (up to 1 ms). Each thread keeps its own
/// libmagic cookie, whose loading takes some 10 ms. Throws Error{Unavailable} when libmagic's
/// database cannot be loaded.
std::string type_by_content(std::string_view start);

}  // namespace lazaret::filter
