#include "base/disk.hpp"

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

}  // namespace

bool write_all(int descriptor, std::string_view bytes) noexcept
{
    while (!bytes.empty()) {
        const auto written = ::write(descriptor, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

bool sync_folder_of(const std::string& file)
{
    const auto slash = file.rfind('/');
    const auto folder = slash == std::string::npos ? std::string{"."} : file.substr(0, slash + 1);
    const FileDescriptor opened{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    return opened && ::fsync(opened.get()) == 0;
}

void replace_file(const std::string& file, std::initializer_list<std::string_view> pieces)
{
    const auto fresh = file + ".new";
    {
        const FileDescriptor out{
            ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640)};
        if (!out) disk_failed(fresh);
        for (const auto piece : pieces)
            if (!write_all(out.get(), piece)) disk_failed(fresh);
        if (::fsync(out.get()) != 0) disk_failed(fresh);
    }
    if (::rename(fresh.c_str(), file.c_str()) != 0) disk_failed(file);
    if (!sync_folder_of(file)) disk_failed(file);
}

}  // namespace lazaret
