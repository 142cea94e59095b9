#include "base/config/logos.hpp"

#include <filesystem>

#include "base/records/look.hpp"
#include "base/small_file.hpp"

namespace lazaret {
namespace {

namespace fs = std::filesystem;

std::string_view type_of(std::string_view bytes)
{
    using namespace std::string_view_literals;
    if (bytes.starts_with("\x89PNG\r\n\x1a\n"sv)) return "image/png";
    if (bytes.starts_with("\xff\xd8\xff"sv)) return "image/jpeg";
    if (bytes.starts_with("GIF87a"sv) || bytes.starts_with("GIF89a"sv)) return "image/gif";
    return {};
}

}  // namespace

Logos::Logos(const std::string& folder, std::vector<std::string>& problems)
{
    std::error_code failed;
    for (fs::directory_iterator at{folder, failed}; !failed && at != fs::directory_iterator{};
         at.increment(failed)) {
        const auto& file = at->path();
        const auto name = file.filename().string();
        if (!is_logo_name(name)) {
            problems.push_back(file.string() +
                               ": a logo is named like town.png, town.jpg or town.gif");
            continue;
        }
        auto bytes = read_small_file(file.string(), most_bytes);
        if (!bytes) problems.push_back(file.string() + ": it " + bytes.error());
        else if (const auto type = type_of(*bytes); type.empty())
            problems.push_back(file.string() + ": it is no PNG, JPEG or GIF picture");
        else pictures_.emplace(name, Picture{std::string{type}, *std::move(bytes)});
    }
    // A site needs no logos, but one that has a folder of them wants to know why they are not seen.
    if (failed && failed != std::errc::no_such_file_or_directory)
        problems.push_back(folder + ": " + failed.message());
}

const Logos::Picture* Logos::find(std::string_view name) const
{
    const auto found = pictures_.find(name);
    return found == pictures_.end() ? nullptr : &found->second;
}

}  // namespace lazaret
