#include "milter/spool.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "base/disk.hpp"
#include "base/error.hpp"

namespace lazaret::milter {
namespace {

constexpr std::size_t write_size = 256 << 10;  ///< bytes gathered before a write

[[noreturn]] void no_disk(const std::string& folder, std::string_view step)
{
    throw Error{Error::Kind::Unavailable, "{}: cannot {} a large message: {}", folder, step,
                system_error_text(errno)};
}

FileDescriptor nameless_file(const std::string& folder)
{
    FileDescriptor file{::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600)};
    if (file) return file;
    // Not every file system has O_TMPFILE.
    std::string name = folder + "/lazaret-XXXXXX";
    FileDescriptor named{::mkostemp(name.data(), O_CLOEXEC)};
    if (!named) no_disk(folder, "store");
    ::unlink(name.c_str());
    return named;
}

}  // namespace

std::string spool_folder()
{
    const char* chosen = std::getenv("TMPDIR");
    return chosen && *chosen ? chosen : "/var/tmp";
}

Spool::Spool(std::size_t memory, std::string folder) : limit_{memory}, folder_{std::move(folder)}
{
    memory_.reserve(std::min<std::size_t>(limit_, 16 << 10));
}

Spool::~Spool() { unmap(); }

void Spool::add_field(std::string_view name, std::string_view value)
{
    memory_.append(name).append(":");
    for (;;) {
        const auto end = value.find('\n');
        memory_.append(value.substr(0, end));
        if (end == std::string_view::npos) break;
        if (memory_.back() != '\r') memory_ += '\r';
        memory_ += '\n';
        value.remove_prefix(end + 1);
    }
    memory_.append("\r\n");
    make_room();
}

void Spool::end_header()
{
    memory_.append("\r\n");
    make_room();
}

void Spool::add_body(std::string_view bytes)
{
    memory_.append(bytes);
    make_room();
}

// Keeps what stands in memory below the limit, and once there is a file, below one write.
void Spool::make_room()
{
    if (memory_.size() > (file_ ? std::min(limit_, write_size) : limit_)) write_out();
}

void Spool::write_out()
{
    if (!file_) file_ = nameless_file(folder_);
    if (!write_all(file_.get(), memory_)) no_disk(folder_, "write");
    in_file_ += memory_.size();
    if (memory_.capacity() > 2 * write_size) memory_ = {};
    memory_.clear();
}

std::string_view Spool::bytes()
{
    if (!file_) return memory_;
    if (!memory_.empty()) write_out();
    if (mapped_size_ != in_file_) {
        unmap();
        void* place = ::mmap(nullptr, in_file_, PROT_READ, MAP_SHARED, file_.get(), 0);
        if (place == MAP_FAILED) no_disk(folder_, "read");
        mapped_ = place;
        mapped_size_ = in_file_;
    }
    return {static_cast<const char*>(mapped_), mapped_size_};
}

void Spool::unmap() noexcept
{
    if (mapped_) ::munmap(mapped_, mapped_size_);
    mapped_ = nullptr;
    mapped_size_ = 0;
}

}  // namespace lazaret::milter
