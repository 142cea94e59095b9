#pragma once

#include <cstddef>
#include <string_view>

#include "milter/filter/rules/rendering/rule_headers.hpp"

namespace lazaret::filter::rules {

/// The head of a message, as SpamAssassin reads it.
struct MessageHead {
    RuleHeaders headers;
    std::size_t begin = 0;  ///< behind an mbox line
    std::size_t end = 0;    ///< where the body begins
    bool is_separator_missing = false;
    bool is_truncated = false;
};

/// @param text   a message, lines in LF.
MessageHead read_message_head(std::string_view text);

/// Whether a line begins with a field's name and, behind blanks if `blanks_allowed`, a colon.
bool begins_with_field(std::string_view line, bool blanks_allowed);

/// Takes the first line off `text`, with its line end.
std::string_view take_line(std::string_view& text);

}  // namespace lazaret::filter::rules
