#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

/// Bytes that are to stay.
namespace lazaret {

/// Writes all of it, however often that takes. @return false: it failed, and errno says why.
[[nodiscard]] bool write_all(int descriptor, std::string_view bytes) noexcept;

/// Writes `pieces`, one behind the other, to a file of mode 0640, whole or not at all: to FILE.new,
/// on disk, then renamed. A power failure leaves the former file or this one. Throws
/// Error{Unavailable} with the file and the cause when the disk does not take it.
void replace_file(const std::string& file, std::initializer_list<std::string_view> pieces);

/// What was made or renamed in the folder of `file` outlives a power failure.
/// @return false: errno says why it may not.
[[nodiscard]] bool sync_folder_of(const std::string& file);

}  // namespace lazaret
