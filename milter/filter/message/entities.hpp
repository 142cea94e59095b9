#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "milter/filter/message/header_text.hpp"
#include "milter/filter/message/message.hpp"

namespace lazaret::filter {

/// A leaf of the MIME tree: where it stands in the message, and what its header says; HTML may say
/// its charset itself. Views into the message, or into an attached one that had to be decoded; the
/// body is as written, still encoded.
struct Leaf {
    ContentType type;
    Disposition disposition;
    std::string_view encoding;    ///< Content-Transfer-Encoding, raw
    std::string_view content_id;  ///< without brackets, raw
    std::string_view body;
    std::size_t depth = 0;  ///< 0: the message is this leaf
    /// Which multipart/alternative is the innermost around it, counted from 1; 0: none is.
    std::size_t alternative = 0;
    /// In which part of that one it stands, counted from 1: only leaves of different parts say the
    /// same.
    std::size_t branch = 0;
    std::shared_ptr<const std::string> decoded;  ///< the attached message that it is a view of
};

/// How a mail program treats a leaf.
enum class Role {
    Text,
    Html,
    Attachment,  ///< not shown as text
};
Role role_of(const Leaf& leaf);

/// The file name that a leaf has, decoded; may be empty.
const std::string& name_of(const Leaf& leaf);

/// The leaves of a message, in order.
struct Entities {
    std::vector<Leaf> leaves;
    /// Messages that are attached, decoded, none within another; their leaves are in `leaves`.
    /// Those that could not be decoded to their end are left out.
    std::vector<std::string_view> attached;
    std::vector<std::shared_ptr<const std::string>> decoded;  ///< those that had to be
    std::size_t count = 0;   ///< leaves, multiparts and attached messages
    bool cut_short = false;  ///< something passed the limits
};

/// Cuts a message into its leaves (RFC 2046 5.1).
///
/// Reads generously, as mail programs do: boundaries that are missing, never closed, or closed by
/// an outer one; parts without header; attached messages that are encoded, which RFC 2046 5.2.1
/// forbids. What is declared to be one and is none is a leaf. One pass over the bytes with a stack
/// of open multiparts, no deeper than `limits.depth`, and over `limits.message` decoded ones: time
/// and memory are bounded whatever the nesting says.
///
/// Why this is ours and not GMime's: header_text.hpp.
Entities cut_entities(std::string_view message, const ReadLimits& limits);

}  // namespace lazaret::filter
