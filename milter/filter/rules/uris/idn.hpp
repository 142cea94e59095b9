#pragma once

#include <string>
#include <string_view>

namespace lazaret::filter::rules {

/// A host name as DNS knows it: small letters, international labels as `xn--`, full stops of other
/// scripts as `.`.
///
/// What no IDN library would take comes back as it was, what is neither UTF-8 nor Latin letters in
/// small letters: SpamAssassin looks at such hosts, too. Takes any bytes.
std::string ascii_host(std::string_view host);

}  // namespace lazaret::filter::rules
