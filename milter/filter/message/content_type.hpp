#pragma once

#include <string>
#include <string_view>

namespace lazaret::filter {

/// How many bytes of the beginning decide about a type.
inline constexpr std::size_t type_by_content_bytes = 4'096;

/// Throws Error{Unavailable} when libmagic's database cannot be loaded: for a program's start, so
/// that it is not the first attachment that finds out.
void require_type_database();

/// The media type that `start` says with its first bytes: PDF, and the images that mail shows;
/// empty for all others. At no cost.
std::string_view type_by_signature(std::string_view start) noexcept;

/// The media type that `start` is by its content, for instance application/zip. Common ones are
/// told by their first bytes, the others by libmagic, whose cost grows with the square of blanks:
/// 0.1 ms usually, some ms for a hostile beginning. Each thread keeps its own
/// libmagic cookie, whose loading takes some 10 ms. Throws Error{Unavailable} when libmagic's
/// database cannot be loaded.
std::string type_by_content(std::string_view start);

}  // namespace lazaret::filter
