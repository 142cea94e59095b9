#include "tools/lazaretctl/subprocess.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/handle.hpp"

namespace lazaret::tools {

std::optional<std::string> output_of(const std::vector<std::string>& command)
{
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return std::nullopt;
    const FileDescriptor reader{ends[0]};
    FileDescriptor writer{ends[1]};

    auto words = command;  // posix_spawn wants char*
    std::vector<char*> arguments;
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);

    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, writer.get(), STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    pid_t child = 0;
    const int failed =
        posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed != 0) return std::nullopt;

    writer = FileDescriptor{};
    std::string out;
    std::array<char, 4096> part{};
    for (;;) {
        const auto count = read(reader.get(), part.data(), part.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) break;
        out.append(part.data(), static_cast<std::size_t>(count));
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return std::nullopt;
    return out;
}

}  // namespace lazaret::tools
