#pragma once

#include <string_view>

namespace lazaret::filter {

/// How iconv calls the charset that mail programs mean by `label`, which is in small letters; ends
/// in a NUL. Empty when they know none of that name.
std::string_view iconv_name(std::string_view label);

/// Whether ASCII is ASCII in a charset with that name of iconv.
bool keeps_ascii(std::string_view iconv_name);

}  // namespace lazaret::filter
