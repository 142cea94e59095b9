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
/// parts in order, each before its own parts.
struct MimePart {
    std::size_t depth = 0;   ///< 0: the message
    std::size_t parent = 0;  ///< index; of the message itself, 0
    bool is_leaf = true;
    RuleHeaders headers;
    std::string type;         ///< Content-Type, small letters, `text/plain` when there is none
    std::string effective_type;  ///< text/html when the name says so
    std::string charset;      ///< as written; empty when there is none
    std::string boundary;
    std::string name;         ///< decoded
    std::string disposition;  ///< as written, without parameters
    std::string_view raw;     ///< body as it stands, lines in LF; a view into the rendering's text
    std::string decoded;      ///< without its transfer encoding; leaves only
    // Leaves of text/plain and text/html only, UTF-8:
    std::string rendered;
    std::string visible;
    std::string invisible;
    std::optional<HtmlFacts> html;
};

}  // namespace lazaret::filter::rules
