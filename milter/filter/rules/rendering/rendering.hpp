#pragma once

#include <concepts>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "milter/filter/rules/relays/relay.hpp"
#include "milter/filter/rules/rendering/mime_part.hpp"
#include "milter/filter/rules/rendering/rule_headers.hpp"
#include "milter/filter/rules/uris/uri_detail.hpp"

namespace lazaret::filter::rules {

/// Faults of the MIME structure, by the names of `check_msg_parse_flags`.
struct MimeFaults {
    bool missing_head_body_separator = false;
    bool missing_mime_head_body_separator = false;
    bool missing_mime_headers = false;
    bool truncated_header = false;  ///< a field's name or value, or the whole header, was too long
    bool mime_epilogue_exists = false;
    bool mimepart_limit_exceeded = false;
    bool missing_boundary = false;  ///< `mime_missing_boundary`: a multipart was never closed
};

/// What rules look at: computed once for a message, as SpamAssassin 4 does. Lines end in LF; texts
/// of rules are bytes, UTF-8 where a charset was known.
///
/// The views point into the message that was rendered, which must live as long, or into what is
/// kept here; moving it leaves them good.
struct Rendering {
    std::string_view text;               ///< the message, lines in LF (`full` rules)
    std::string_view header;             ///< its header block, as it stands, with the blank line
    std::string_view body_text;          ///< behind the blank line
    std::vector<MimePart> parts;         ///< never empty
    std::vector<std::string_view> body;  ///< rendered, a paragraph an element, the subject first
    std::vector<std::string_view> visible_body;
    std::vector<std::string_view> invisible_body;  ///< without the subject
    std::vector<std::string_view> raw_body;        ///< decoded text parts, not rendered (`rawbody`)
    const HtmlFacts* html = nullptr;               ///< of the last HTML part
    std::vector<const HtmlFacts*> all_html;        ///< of all HTML parts, in order
    MimeFaults faults;
    Relays relays;  ///< filled by who reads the Received fields
    Uris uris;      ///< filled by who looks for addresses

    /// The message's own header fields.
    [[nodiscard]] const RuleHeaders& headers() const { return parts.front().headers; }

    std::vector<std::unique_ptr<const std::string>> kept;  ///< what the views need
};

/// Renders a message, whose lines end in CRLF or LF. `relays` and `uris` stay empty.
///
/// Takes any bytes and never throws for them; time and memory are linear in the size. Several
/// threads may render at once. A typical HTML message of 8 kB takes some 0.1 ms.
Rendering render(std::string_view message);

/// A message that is gone at once: what points into it would be of no use.
template <class Text>
requires std::same_as<Text, std::string> Rendering render(Text&& message)
= delete;

}  // namespace lazaret::filter::rules
