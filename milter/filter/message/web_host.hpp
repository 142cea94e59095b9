#pragma once

#include <string>
#include <string_view>

namespace lazaret::filter {

/// The host that browsers open for the authority of a web address (`user@host:port`), as WHATWG URL
/// 3.5 has it: escapes decoded, an IDN as xn--, small letters, without a final dot. Empty when they
/// open none, or it is longer than any that can be asked for.
///
/// More than a mail domain: the DNS answers for an emoji, or an exclamation mark, where somebody
/// has a wildcard.
std::string web_host(std::string_view authority);

/// The text with `%2e` and the like decoded.
std::string percent_decoded(std::string_view text);

}  // namespace lazaret::filter
