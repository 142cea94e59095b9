#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace lazaret {

/// One header field as it stands in the bytes.
struct HeaderField {
    std::string_view name;   ///< as written, without blanks before the colon
    std::string_view value;  ///< all after the colon, folds and leading space too, without the
                             ///< line end that closes the field
    std::string_view whole;  ///< the field with its line end
};

/// A message cut at the blank line; views into the caller's bytes.
struct HeaderAndBody {
    std::vector<HeaderField> fields;  ///< lines that are no field are skipped
    std::string_view header;          ///< the header block, without the blank line
    std::string_view body;            ///< after the blank line; empty when there is none
    bool cut_short = false;           ///< there are more fields than `fields` has
};

/// Fields behind this one are not taken apart: a header of 50 MB would else cost 800 MB of memory.
inline constexpr std::size_t most_header_fields = 20'000;

/// Cuts a message, for those who need names and raw values, not MIME. Takes any bytes, lines
/// ending in CRLF or LF; one pass, no copy. At most `most_header_fields` fields; header and body
/// are cut at the right place all the same.
HeaderAndBody cut_header(std::string_view message);

}  // namespace lazaret
