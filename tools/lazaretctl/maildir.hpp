#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace lazaret::tools {

/// Whether a folder is a Maildir: it has `cur` or `new`.
bool is_maildir(const std::string& folder);

/// Whether a folder of a Maildir is, by its name, kept for what is not wanted or not finished:
/// junk, spam, trash and drafts, and what lies below them, in eight languages. `.Junk`,
/// `.INBOX.Trash`, `Deleted Items`, `.Papierkorb`, ...
bool is_special_folder(std::string_view name);

/// Where a message of a Maildir is now that is no longer at `path`: whoever reads mail moves it
/// from `new` to `cur`, and writes its flags into the name. None when it is gone.
std::optional<std::string> moved_message(const std::string& path);

}  // namespace lazaret::tools
