#include "tools/lazaretctl/message_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/error.hpp"
#include "base/handle.hpp"

namespace lazaret::tools {

std::string as_received(std::string bytes)
{
    std::string_view rest = bytes;
    // `From : Ann` is a field.
    const auto behind = rest.find_first_not_of(" \t", 4);
    if (rest.starts_with("From ") && (behind == rest.npos || rest[behind] != ':')) {
        const auto end = rest.find('\n');
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
    std::string out;
    out.reserve(rest.size() + rest.size() / 32);
    char before = '\0';
    for (const char c : rest) {
        if (c == '\n' && before != '\r') out += '\r';
        out += c;
        before = c;
    }
    return out;
}

Result<std::string, std::string> read_file(const std::string& file)
{
    FileDescriptor opened;
    int descriptor = STDIN_FILENO;
    if (file != "-") {
        opened = FileDescriptor{open(file.c_str(), O_RDONLY | O_CLOEXEC)};
        if (!opened) return because(system_error_text(errno));
        descriptor = opened.get();
    }
    std::string bytes;
    std::array<char, 1 << 16> part{};
    for (;;) {
        const auto count = read(descriptor, part.data(), part.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return because(system_error_text(errno));
        if (count == 0) return bytes;
        bytes.append(part.data(), static_cast<std::size_t>(count));
    }
}

}  // namespace lazaret::tools
