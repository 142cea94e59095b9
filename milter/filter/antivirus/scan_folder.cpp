#include "milter/filter/antivirus/scan_folder.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "base/error.hpp"

namespace lazaret::filter {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view name_start = "lazaret-scan-";

FileDescriptor open_folder(const std::string& path)
{
    return FileDescriptor{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
}

// Locked while it is removed: who has just made it, and waits for his lock, then sees it gone.
void remove_when_abandoned(const std::string& path)
{
    const auto folder = open_folder(path);
    struct stat facts {};
    if (!folder || ::fstat(folder.get(), &facts) != 0 || facts.st_uid != ::geteuid() ||
        ::flock(folder.get(), LOCK_EX | LOCK_NB) != 0)
        return;
    std::error_code ignored;  // what cannot be removed stays; it is in nobody's way
    fs::remove_all(path, ignored);
}

void remove_abandoned(const fs::path& parent)
{
    std::error_code error;
    for (fs::directory_iterator at{parent, error}, end; !error && at != end; at.increment(error))
        if (at->path().filename().string().starts_with(name_start))
            remove_when_abandoned(at->path().string());
}

// None when another process took the folder for an abandoned one before we had the lock.
FileDescriptor locked_folder(const std::string& path)
{
    auto folder = open_folder(path);
    struct stat facts {};
    const bool ours = folder && ::flock(folder.get(), LOCK_EX) == 0 &&
                      ::fstat(folder.get(), &facts) == 0 && facts.st_nlink > 0;
    return ours ? std::move(folder) : FileDescriptor{};
}

}  // namespace

ScanFolder::ScanFolder(const fs::path& parent)
{
    remove_abandoned(parent);
    const auto pattern = (parent / (std::string{name_start} + "XXXXXX")).string();
    constexpr int most_tries = 10;
    for (int tries = 0; !lock_ && tries < most_tries; ++tries) {
        path_ = pattern;
        if (!::mkdtemp(path_.data())) break;
        lock_ = locked_folder(path_);
    }
    if (!lock_)
        throw Error{Error::Kind::Setup, "{}: cannot make a temporary folder: {}", pattern,
                    system_error_text(errno)}
            .with_hint("look at antivirus.temporary_directory");
}

ScanFolder::~ScanFolder()
{
    std::error_code ignored;  // nobody to tell, and the next one removes it
    fs::remove_all(path_, ignored);
}

fs::path usual_scan_parent(std::uintmax_t most_bytes)
{
    std::error_code error;
    const fs::path memory = "/dev/shm";
    const auto room = fs::space(memory, error).available;
    if (!error && ::access(memory.c_str(), W_OK) == 0 && room / 4 >= most_bytes) return memory;
    auto usual = fs::temp_directory_path(error);
    return error ? fs::path{"/tmp"} : usual;
}

}  // namespace lazaret::filter
