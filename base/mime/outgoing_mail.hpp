#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"

namespace lazaret {

/// A mail that Lazaret writes itself: the same content as text and as HTML.
///
/// Every text is UTF-8; what is not valid becomes U+FFFD, and control characters (so line ends
/// too) in fields become blanks: no value can begin a field of its own.
struct OutgoingMail {
    std::string from_name;  ///< may be empty
    std::string from_address;
    std::string to_address;
    std::string subject;
    Moment date;
    std::string message_id;  ///< without brackets
    /// Further fields, name and value, as they are to stand there (ASCII).
    std::vector<std::pair<std::string, std::string>> fields;
    std::string text;
    std::string html;  ///< empty: a plain text mail
    struct Picture {
        std::string content_id;  ///< without brackets
        std::string type;        ///< image/png
        std::string bytes;
    };
    std::vector<Picture> pictures{};  ///< what `html` shows as cid:
};

/// The message as it is handed to the MTA: `multipart/alternative`, the HTML in a
/// `multipart/related` where it has pictures; texts in quoted-printable, pictures in base64, so no
/// line is longer than 76 characters and all are ASCII; lines end in CRLF.
std::string compose(const OutgoingMail& mail);

}  // namespace lazaret
