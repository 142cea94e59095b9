#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace lazaret::filter {

/// Bytes of sanitised HTML, without the last end tags, behind which it is cut.
inline constexpr std::size_t longest_sanitised = 512 << 10;

/// Says whether an inline image of that Content-ID (without brackets) can be shown.
using HasImage = std::function<bool(std::string_view content_id)>;

/// sanitised_html() of message.hpp, with only those `cid:` images that `has_image` knows.
std::string sanitised_html(std::string_view html, const HasImage& has_image);

/// Plain text as such HTML, in its own lines.
std::string sanitised_text(std::string_view text);

}  // namespace lazaret::filter
