#include "milter/filter/rules/patterns/compile_turn.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <thread>

namespace lazaret::filter::rules {

FileDescriptor take_compile_turn(const std::string& cache, std::chrono::milliseconds patience,
                                 const std::function<bool()>& is_over)
{
    // flock() that waits knows no bound but a signal.
    constexpr std::chrono::milliseconds between_tries{100};
    std::error_code error;
    std::filesystem::create_directories(cache, error);
    FileDescriptor folder{::open(cache.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!folder) return {};
    const auto end = std::chrono::steady_clock::now() + patience;
    while (::flock(folder.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR) return {};
        if (is_over() || std::chrono::steady_clock::now() >= end) return {};
        std::this_thread::sleep_for(std::min(between_tries, patience));
    }
    return folder;
}

}  // namespace lazaret::filter::rules
