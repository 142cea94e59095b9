#include "tools/lazaretctl/maildir.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>

#include "base/text.hpp"

namespace lazaret::tools {
namespace {

namespace fs = std::filesystem;

constexpr auto special_names =
    std::to_array<std::string_view>({"junk", "junk e-mail", "junk email", "junk mail", "spam",
                                     "trash", "deleted items", "deleted messages", "drafts"});

// A message keeps this part of its name for good; what follows are its flags.
std::string_view unique_part(std::string_view name) { return name.substr(0, name.find(':')); }

std::optional<std::string> find_in(const fs::path& folder, std::string_view unique)
{
    std::error_code failed;
    for (auto entry = fs::directory_iterator{folder, failed};
         !failed && entry != fs::directory_iterator{}; entry.increment(failed))
        if (unique_part(entry->path().filename().string()) == unique) return entry->path().string();
    return std::nullopt;
}

}  // namespace

bool is_maildir(const std::string& folder)
{
    std::error_code none;
    return fs::is_directory(fs::path{folder} / "cur", none) ||
           fs::is_directory(fs::path{folder} / "new", none);
}

bool is_special_folder(std::string_view name)
{
    while (!name.empty()) {
        const auto dot = name.find('.');
        const auto part = ascii_lower(name.substr(0, dot));
        if (std::find(special_names.begin(), special_names.end(), part) != special_names.end())
            return true;
        name.remove_prefix(dot == std::string_view::npos ? name.size() : dot + 1);
    }
    return false;
}

std::optional<std::string> moved_message(const std::string& path)
{
    const fs::path was{path};
    const auto folder = was.parent_path().filename();
    if (folder != "cur" && folder != "new") return std::nullopt;
    const auto name = was.filename().string();
    const auto maildir = was.parent_path().parent_path();
    for (const auto* part : {"cur", "new"})
        if (auto found = find_in(maildir / part, unique_part(name))) return found;
    return std::nullopt;
}

}  // namespace lazaret::tools
