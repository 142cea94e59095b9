#include "tests/tools/running_program.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>

#include "base/handle.hpp"

namespace lazaret::test {
namespace {

/// A file without a name, so that a long output cannot fill a pipe and stall the program.
FileDescriptor nameless_file(const std::string& content)
{
    FileDescriptor file{memfd_create("lazaret-test", MFD_CLOEXEC)};
    if (!file ||
        write(file.get(), content.data(), content.size()) != static_cast<ssize_t>(content.size()))
        throw std::runtime_error{"memfd_create"};
    lseek(file.get(), 0, SEEK_SET);
    return file;
}

std::string content_of(int descriptor)
{
    std::string content(static_cast<std::size_t>(lseek(descriptor, 0, SEEK_END)), '\0');
    if (pread(descriptor, content.data(), content.size(), 0) !=
        static_cast<ssize_t>(content.size()))
        throw std::runtime_error{"pread"};
    return content;
}

}  // namespace

Outcome run_program_with(const std::vector<std::string>& command, const std::string& input)
{
    const auto in = nameless_file(input);
    const auto out = nameless_file({});
    const auto err = nameless_file({});
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in.get(), STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out.get(), STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, err.get(), STDERR_FILENO);

    auto words = command;
    std::vector<char*> arguments;
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    pid_t child = 0;
    const int failed =
        posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed != 0) throw std::runtime_error{"cannot start " + command.front()};
    int status = 0;
    waitpid(child, &status, 0);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, content_of(out.get()),
            content_of(err.get())};
}

}  // namespace lazaret::test
