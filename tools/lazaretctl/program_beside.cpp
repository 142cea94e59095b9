#include "tools/lazaretctl/program_beside.hpp"

#include <unistd.h>

#include <filesystem>

#include "base/error.hpp"

namespace lazaret::tools {
std::string program_path(const std::string& name)
{
    std::error_code failed;
    const auto self = std::filesystem::read_symlink("/proc/self/exe", failed);
    for (const auto& folder : {self.parent_path(), std::filesystem::path{"/usr/sbin"}})
        if (!folder.empty() && ::access((folder / name).c_str(), X_OK) == 0) return folder / name;
    return name;
}

void become_program(const std::string& name, const std::vector<std::string>& arguments)
{
    const auto path = program_path(name);
    std::vector<char*> words{const_cast<char*>(path.c_str())};
    for (const auto& one : arguments) words.push_back(const_cast<char*>(one.c_str()));
    words.push_back(nullptr);
    ::execvp(path.c_str(), words.data());
    throw Error{Error::Kind::Unavailable, "{}: {}", name, system_error_text(errno)}.with_hint(
        "install the package that has it");
}

}  // namespace lazaret::tools
