#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "milter/filter/rules/uris/redirectors.hpp"
#include "milter/filter/rules/uris/registry_boundaries.hpp"

namespace lazaret::filter::rules {

/// What an address is made of, when escapes are put in: SpamAssassin reads text as bytes, HTML as
/// characters, of which only those up to U+00FF are escaped, as one byte each.
enum class Alphabet : std::uint8_t { Bytes, Characters };

/// An address and what it becomes when obfuscation is undone, each form once, the address first.
///
/// As SpamAssassin's Util makes them: line ends taken out, backslashes turned, escapes and
/// character references decoded, scheme and `//` put in, standard port and user taken off, IDN as
/// xn--, numbers as an IPv4 address, a bare word as www.WORD.com, a mail address without its
/// parameters; and all that again for the address a redirector leads to, which is a form too.
///
/// Bounded for hostile ones: `most_forms` of them, redirectors in redirectors included.
std::vector<std::string> forms_of(std::string_view uri, Alphabet alphabet,
                                  const Redirectors& redirectors,
                                  const RegistryBoundaries& boundaries);

inline constexpr std::size_t most_forms = 50;

/// `text` with those escapes undone that stand for a printable character (but the blank), and with
/// blanks, controls, bytes from 0x7F on, and `"%<>` escaped.
std::string with_plain_escapes(std::string_view text, Alphabet alphabet);

/// Whether the text has an escape: `%` and two hexadecimal digits.
bool has_escape(std::string_view text) noexcept;

}  // namespace lazaret::filter::rules
