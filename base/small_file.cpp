#include "base/small_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/error.hpp"
#include "base/handle.hpp"

namespace lazaret {

Result<std::string, std::string> read_small_file(const std::string& file, std::size_t most_bytes)
{
    const auto failed = [] { return because("cannot be read: " + system_error_text(errno)); };
    // Not to wait for who writes into a FIFO; reading a regular file knows no waiting.
    const FileDescriptor opened{::open(file.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)};
    if (!opened) return failed();
    struct stat status {};
    if (::fstat(opened.get(), &status) != 0) return failed();
    if (!S_ISREG(status.st_mode)) return because(std::string{"is not a file"});
    const auto too_large = [&] {
        return because(fmt::format("is larger than {} kB", most_bytes / 1024));
    };
    const auto size = static_cast<std::size_t>(status.st_size);
    if (size > most_bytes) return too_large();
    // One byte more than it had, so that the end is seen; it may grow while it is read.
    std::string bytes(size + 1, '\0');
    std::size_t have = 0;
    while (true) {
        if (have == bytes.size()) {
            if (have > most_bytes) return too_large();
            bytes.resize(std::min(2 * have, most_bytes + 1));
        }
        const auto got = ::read(opened.get(), bytes.data() + have, bytes.size() - have);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return failed();
        if (got == 0) break;
        have += static_cast<std::size_t>(got);
    }
    bytes.resize(have);
    return bytes;
}

}  // namespace lazaret
