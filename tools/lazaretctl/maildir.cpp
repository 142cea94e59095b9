#include "tools/lazaretctl/maildir.hpp"

#include <fnmatch.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>

#include "base/text.hpp"

namespace lazaret::tools {
namespace {

namespace fs = std::filesystem;

// What mail programs call such folders in the languages of report-ham.sieve, which has those of
// junk and trash as well; `*` stands for anything, so for letters that a server writes in UTF-7
// too.
constexpr auto special_names = std::to_array<const char*>(
    {"junk*",        "spam*",       "*pourriel*",    "*ind*sirable*", "*unerw*nscht*",
     "*no deseado*", "*basura*",    "*indesiderat*", "*ongewenst*",   "*niechcian*",
     "*mieci*",      "*u*nsket*",   "*trash*",       "bin",           "deleted",
     "*deleted *",   "*corbeille*", "*supprim*",     "*papierkorb*",  "*gel*scht*",
     "*papelera*",   "*eliminad*",  "*cestino*",     "*eliminat*",    "*prullenbak*",
     "*verwijderd*", "*usuni*",     "*papirkurv*",   "*slettede*",    "kosz",
     "draft*",       "entw*rf*",    "brouillon*",    "borrador*",     "bozze",
     "concepten",    "*robocze*",   "kladde*"});

bool is_special_name(const std::string& name)
{
    return std::ranges::any_of(special_names, [&](const char* pattern) {
        return fnmatch(pattern, name.c_str(), FNM_NOESCAPE) == 0;
    });
}

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
        if (is_special_name(ascii_lower(name.substr(0, dot)))) return true;
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
