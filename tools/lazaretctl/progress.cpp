#include "tools/lazaretctl/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace lazaret::tools {

using namespace std::chrono_literals;

std::string progress_line(const std::string& what, std::size_t done, std::size_t total)
{
    constexpr std::size_t width = 20;
    if (total == 0) return fmt::format("{} {}", what, done);
    const auto filled = width * std::min(done, total) / total;
    return fmt::format("{} [{}{}] {}/{}", what, std::string(filled, '#'),
                       std::string(width - filled, '-'), done, total);
}

Progress::Progress(std::string what, std::size_t total)
    : what_{std::move(what)}, total_{total}, is_terminal_{isatty(STDERR_FILENO) == 1}
{
}

Progress::~Progress() { wipe(); }

void Progress::wipe()
{
    if (drawn_) std::fputs("\r\x1b[K", stderr);
    drawn_ = false;
}

void Progress::show(std::size_t done)
{
    const auto now = std::chrono::steady_clock::now();
    if (!is_terminal_ || now < next_) return;
    next_ = now + 100ms;
    drawn_ = true;
    std::fputs(fmt::format("\r{}\x1b[K", progress_line(what_, done, total_)).c_str(), stderr);
}

}  // namespace lazaret::tools
