#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "milter/filter/message/charset_changes.hpp"

namespace lazaret::filter {

/// As much of a field with parameters (RFC 2045 5.1) as GMime is to see.
struct CutField {
    std::string text;  ///< values in quotes; no comments and no NULs
    /// What `boundary` says, not in `text`: GMime would decode `=?us-ascii?q?b?=`, which a boundary
    /// may be. None where the first of them is in pieces or has a charset.
    std::optional<std::string> boundary;
    bool cut_short = false;  ///< something that was asked for is not in it, or not all of it
};

/// Leaves of a field its value and the parameters of these names (small letters), in order, those
/// in pieces and with a charset too (RFC 2231). GMime decodes every parameter that it sees, and
/// compares it with all before it; so it gets those only that somebody asks for, and at most 100 of
/// them in 8 kB. The others cost one pass over them, however long they are.
///
/// A value without quotes ends at a blank, as in most mail programs, and a file name at `;`,
/// without the comment that may stand at its end.
CutField cut_field(std::string_view field, std::span<const std::string_view> names,
                   CharsetChanges& changes);

}  // namespace lazaret::filter
