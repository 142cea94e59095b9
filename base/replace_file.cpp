#include "base/replace_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "base/error.hpp"
#include "base/handle.hpp"

namespace lazaret {
namespace {

[[noreturn]] void disk_failed(const std::string& file)
{
    throw Error{Error::Kind::Unavailable, "{}: {}", file, system_error_text(errno)};
}

void write_all(const FileDescriptor& out, std::string_view bytes, const std::string& file)
{
    while (!bytes.empty()) {
        const auto written = ::write(out.get(), bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) disk_failed(file);
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
}

}  // namespace

void replace_file(const std::string& file, std::initializer_list<std::string_view> pieces)
{
    const auto fresh = file + ".new";
    {
        const FileDescriptor out{
            ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640)};
        if (!out) disk_failed(fresh);
        for (const auto piece : pieces) write_all(out, piece, fresh);
        if (::fsync(out.get()) != 0) disk_failed(fresh);
    }
    if (::rename(fresh.c_str(), file.c_str()) != 0) disk_failed(file);
    const auto slash = file.rfind('/');
    const auto folder = slash == std::string::npos ? std::string{"."} : file.substr(0, slash + 1);
    const FileDescriptor directory{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!directory || ::fsync(directory.get()) != 0) disk_failed(folder);
}

}  // namespace lazaret
