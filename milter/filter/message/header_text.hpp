#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/records/address.hpp"
#include "milter/filter/message/charset_changes.hpp"

/// What header fields say, by GMime (RFC 2045, 2047, 2183, 2231, 5322). Private to this folder.
///
/// GMime gets one bounded field at a time, never a whole message: its parser keeps some 1.5 kB for
/// each part, however many there are, reads addresses of attached messages again with each further
/// field, and its address parser calls itself for every `a:` of `From: a:a:a:...`, until the stack
/// ends (3.2.13: at 50,000). It is also 40 to 140 us a message. What cuts a message into parts
/// stands in entities.hpp.
namespace lazaret::filter {

/// Content-Type (RFC 2045 5): names in small letters; text/plain when there is none.
struct ContentType {
    std::string type = "text/plain";
    std::string charset;
    std::string boundary;
    std::string name;          ///< decoded
    bool joins_lines = false;  ///< format=flowed and DelSp=yes (RFC 3676)
    bool cut_short = false;    ///< the field passed our limits
};
ContentType parse_content_type(std::string_view field, CharsetChanges& changes);

/// Content-Disposition (RFC 2183): `kind` in small letters, empty when there is none.
struct Disposition {
    std::string kind;
    std::string filename;    ///< decoded
    bool cut_short = false;  ///< the field passed our limits
};
Disposition parse_disposition(std::string_view field, CharsetChanges& changes);

/// Unstructured text with its encoded words decoded, on one line: control characters and folds
/// are blanks. Raw 8-bit text is read as UTF-8, else as windows-1252.
std::string decoded_words(std::string_view field);

struct Mailboxes {
    std::string words;               ///< names decoded, for people; the field where none was read
    std::vector<Address> addresses;  ///< those that are addresses
    bool cut_short = false;          ///< it was not read, or not to its end
};
inline constexpr std::size_t longest_address_field = 8'192;  ///< bytes

/// The addresses of an address field (RFC 5322 3.4), members of groups too. One of more than
/// `longest` bytes, which nobody writes, is not read: GMime's time grows with the square of its
/// commas (3.2.13: 0.05 s for 8 kB, 3 s for 64).
Mailboxes parse_mailboxes(std::string_view field, std::size_t longest = longest_address_field);

/// `text` on one line: each control character is a blank, and none stands at either end.
std::string one_line(std::string_view text);

}  // namespace lazaret::filter
