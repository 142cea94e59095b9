#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace lazaret::tools {

/// A stranger's text made fit for one line of a terminal: whatever could move the cursor, change
/// colours, turn the reading direction or hide itself is written out, as `\x1b` or `\u{202e}`;
/// line ends and tabs become a blank; bytes that are not UTF-8 become U+FFFD; of marks that pile
/// up on one character at most four are kept. Everything else stays. Takes any bytes.
std::string harmless_line(std::string_view text);

/// The same for text of several lines: line ends stay (CRLF as LF), a tab becomes four blanks.
std::string harmless_text(std::string_view text);

/// How many columns of a terminal a harmless line takes: 2 for wide characters, 0 for marks.
std::size_t display_width(std::string_view line);

/// `line` cut to at most `columns`, with `…` as the last when something was cut off.
std::string cut_to_width(std::string_view line, std::size_t columns);

/// Columns of the terminal that standard output is; 0 when it is none.
std::size_t terminal_columns();

/// `2026-11-23 15:04` in the zone of the machine (or TZ), for people.
std::string local_text(Moment moment);

}  // namespace lazaret::tools
