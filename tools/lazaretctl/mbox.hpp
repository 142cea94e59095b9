#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace lazaret::tools {

/// Whether a file that begins like this is an mbox: many messages, each after a `From ` line.
bool is_mbox(std::string_view bytes);

/// Where the message that begins at `from` ends in an mbox: at the next line that separates
/// messages, or at the end. A line separates when it begins with `From `, names a time and follows
/// a blank line.
std::size_t mbox_message_end(std::string_view mbox, std::size_t from);

/// One message of an mbox, `From ` line and all, as it was before it was put there: without that
/// line, and with one `>` less before each quoted `From ` (the mboxrd form). Points into `message`,
/// or into `buffer` where something was unquoted.
std::string_view mbox_message(std::string_view message, std::string& buffer);

}  // namespace lazaret::tools
