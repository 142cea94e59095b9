#pragma once

#include <string>
#include <string_view>

namespace lazaret::portal {

/// The origin of a web address as browsers write it in `Origin` (RFC 6454 6.2): scheme and host in
/// small letters, an IDN in its ASCII form, no port that is the scheme's own. @param url  as
/// is_web_address() takes it; an administrator may write it in other ways.
std::string origin_of(std::string_view url);

}  // namespace lazaret::portal
