#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "milter/filter/check.hpp"
#include "milter/filter/rules/relays/relay.hpp"
#include "milter/filter/rules/rendering/mime_part.hpp"
#include "milter/filter/rules/rendering/rule_headers.hpp"
#include "milter/filter/rules/uris/uri_detail.hpp"

namespace lazaret::filter::rules {

/// What rules look at: computed once for a message, as SpamAssassin 4 does. Lines end in LF; texts
/// of rules are bytes, UTF-8 where a charset was known.
struct Rendering {
    std::string text;         ///< the message, lines in LF (`full` rules); the views point into it
    std::string_view header;  ///< its header block, as it stands
    std::string_view body_text;  ///< behind the blank line
    RuleHeaders headers;
    std::vector<MimePart> parts;
    std::vector<std::string> body;            ///< rendered, a paragraph an element, the subject first
    std::vector<std::string> visible_body;
    std::vector<std::string> invisible_body;
    std::vector<std::string> raw_body;        ///< decoded text parts, not rendered (`rawbody`)
    const HtmlFacts* html = nullptr;          ///< of the last HTML part
    bool has_truncated_header = false;
    bool has_mime_error = false;              ///< missing boundary, missing mime head, ...
    bool has_missing_header_blank_line = false;
    Relays relays;
    Uris uris;
};

}  // namespace lazaret::filter::rules
