#pragma once

#include <string_view>

namespace lazaret::filter::rules {

/// Whether consecutive words of `text` have the given shape: `by web?*.mail*.example.com via HTTP`.
///
/// A shape is words with one blank between. `*` is any run of bytes without blanks, `?` one byte,
/// `#` a run of digits, as long as it goes, `%` an IP address. The first word may be the end of a
/// longer one unless it starts with `^`; the last may be the start of one unless it ends in `$`.
///
/// This is how servers' traces in Received fields are told apart. Linear in `text`; a word of it is
/// looked at up to its 256th byte.
bool has_words(std::string_view text, std::string_view shape);

}  // namespace lazaret::filter::rules
