#pragma once

#include <string>
#include <string_view>

namespace lazaret::filter::rules {

/// What a reference means in a document with that base (RFC 3986 5.2, not strictly: a reference of
/// the base's scheme is relative). Without a base, `//www.` and `//ftp.` get a scheme.
std::string target_uri(std::string_view base, std::string_view reference);

/// A base address as browsers use it: without a file's name, ending in a slash; empty when it is
/// none of http, https and ftp.
std::string usable_base(std::string_view uri);

}  // namespace lazaret::filter::rules
