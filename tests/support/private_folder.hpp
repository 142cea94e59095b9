#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace lazaret::test {

/// A folder of a test's own, gone with it.
class PrivateFolder {
public:
    PrivateFolder()
    {
        auto name = (std::filesystem::temp_directory_path() / "lazaret-test-XXXXXX").string();
        if (!::mkdtemp(name.data())) throw std::runtime_error{"mkdtemp: " + name};
        path_ = name;
    }
    ~PrivateFolder()
    {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    PrivateFolder(const PrivateFolder&) = delete;
    PrivateFolder& operator=(const PrivateFolder&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
    [[nodiscard]] std::string at(const std::string& name) const { return (path_ / name).string(); }

    /// Makes a file, and the folders above it.
    void write(const std::string& name, std::string_view bytes) const
    {
        std::filesystem::create_directories((path_ / name).parent_path());
        std::ofstream{path_ / name, std::ios::binary} << bytes;
    }

private:
    std::filesystem::path path_;
};

}  // namespace lazaret::test
