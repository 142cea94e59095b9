#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace lazaret::tools {

/// A bar on standard error while long work goes on; nothing at all where that is no terminal.
/// Drawn at most ten times a second, and wiped by the destructor.
class Progress {
public:
    /// @param total  how many there are to do; 0 when nobody knows: only the number is shown.
    Progress(std::string what, std::size_t total);
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    ~Progress();

    void show(std::size_t done);

    /// Wipes the bar, so that a line can be printed where it stood; show() draws it again.
    void wipe();

private:
    std::string what_;
    std::size_t total_;
    bool is_terminal_;
    bool drawn_ = false;
    std::chrono::steady_clock::time_point next_{};
};

/// What the bar looks like: `releasing [#####---------------] 5/20`.
std::string progress_line(const std::string& what, std::size_t done, std::size_t total);

}  // namespace lazaret::tools
