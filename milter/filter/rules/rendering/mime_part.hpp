#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "milter/filter/rules/rendering/html_facts.hpp"
#include "milter/filter/rules/rendering/rule_headers.hpp"

namespace lazaret::filter::rules {

/// One node of the MIME tree as SpamAssassin builds it: the message itself is the first, then its
/// parts in order, each before its own parts. An attached message has one part below it: itself.
///
/// Its views live as long as the Rendering.
struct MimePart {
    std::size_t depth = 0;   ///< 0: the message
    std::size_t parent = 0;  ///< index; of the message itself, 0
    bool is_leaf = true;
    RuleHeaders headers;
    std::string type;  ///< Content-Type, small letters, `text/plain` when there is none or is odd
    /// What Content-Type says, where `type` is another: a multipart without a boundary is plain
    /// text, a part of a digest a message.
    std::string other_type;
    std::string effective_type;          ///< text/html when the name says so
    std::optional<std::string> charset;  ///< as written, if any
    std::string boundary;                ///< its own or, without one, that around it
    std::string name;                    ///< as written, encoded words decoded
    std::string type_name;               ///< that of Content-Type, where `name` is another one
    std::string disposition;             ///< the field's value; empty when there is none
    std::string encoding;                ///< Content-Transfer-Encoding, small letters
    /// Leaves: body, lines in LF. Lines of more than 2,048 bytes are cut there, and the line end
    /// before the boundary is none of it.
    std::string_view raw;
    /// Without its transfer encoding. Filled for text and attached messages; for others call
    /// decoded_body(): who asks only for headers shall not pay for attachments.
    std::string_view decoded;
    // Leaves whose effective_type is text/plain or text/html; UTF-8, but for characters 0x80 to
    // 0xFF of a text that has no others, which are bytes as in SpamAssassin.
    bool is_rendered = false;
    std::string rendered;
    std::string visible;
    std::string invisible;
    std::optional<HtmlFacts> html;
};

/// What Content-Type says, `text/plain` when there is none: what MIMEEval and AntiVirus look at.
inline const std::string& written_type(const MimePart& part)
{
    return part.other_type.empty() ? part.type : part.other_type;
}

/// The body without its transfer encoding (base64, quoted-printable), as SpamAssassin reads it.
std::string decoded_body(const MimePart& part);

}  // namespace lazaret::filter::rules
