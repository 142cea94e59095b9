#include "milter/filter/rules/language/rule_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "base/small_file.hpp"

namespace lazaret::filter::rules {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_file = 64 << 20;  // bytes
constexpr auto* distributed_rules = "/usr/share/spamassassin";

/// The files of a folder that end so, by name. Throws nothing: a folder that is gone has none.
std::vector<std::string> files_in(const std::string& folder, std::string_view ending)
{
    std::vector<std::string> found;
    std::error_code error;
    for (fs::directory_iterator at{folder, error}, end; !error && at != end; at.increment(error)) {
        const auto name = at->path().filename().string();
        if (name.ends_with(ending) && !name.starts_with('.')) found.push_back(at->path().string());
    }
    std::sort(found.begin(), found.end());
    return found;
}

/// What `*.cf` of a folder of sa-update include stands in folders below it.
std::vector<std::string> with_folders_below(const std::string& folder)
{
    std::vector<std::string> all{folder};
    std::error_code error;
    for (fs::directory_iterator at{folder, error}, end; !error && at != end; at.increment(error))
        if (at->is_directory(error)) all.push_back(at->path().string());
    std::sort(all.begin(), all.end());
    return all;
}

/// The folder with the highest version below sa-update's, if it has rules.
std::optional<std::string> newest_update()
{
    std::optional<std::string> newest;
    double highest = 0;
    std::error_code error;
    for (fs::directory_iterator at{"/var/lib/spamassassin", error}, end; !error && at != end;
         at.increment(error)) {
        const auto name = at->path().filename().string();
        double version = 0;
        const auto [last, fault] = std::from_chars(name.data(), name.data() + name.size(), version);
        if (fault != std::errc{} || last != name.data() + name.size() || version <= highest)
            continue;
        if (files_in(at->path().string(), ".cf").empty()) continue;
        highest = version;
        newest = at->path().string();
    }
    return newest;
}

/// The models of languages that the rules are distributed with. sa-update does not bring them.
std::string language_models_in(std::vector<std::string> folders)
{
    folders.emplace_back(distributed_rules);
    for (const auto& folder : folders)
        if (auto text = read_small_file(folder + "/languages", largest_file))
            return std::move(*text);
    return {};
}

}  // namespace

std::vector<std::string> usual_rule_folders()
{
    std::vector<std::string> folders;
    std::error_code error;
    if (auto newest = newest_update()) folders.push_back(std::move(*newest));
    else if (fs::is_directory(distributed_rules, error)) folders.emplace_back(distributed_rules);
    if (fs::is_directory("/etc/spamassassin", error)) folders.emplace_back("/etc/spamassassin");
    return folders;
}

std::vector<std::string> rule_folders(const std::vector<std::string>& chosen)
{
    return chosen.empty() ? usual_rule_folders() : chosen;
}

std::string rule_fingerprint(const std::vector<std::string>& folders,
                             const std::vector<std::string>& files_besides)
{
    std::string all;
    const auto add = [&](const std::string& path) {
        std::error_code error;
        const auto changed = fs::last_write_time(path, error);
        all += fmt::format("{} {} {}\n", path, fs::file_size(path, error),
                           changed.time_since_epoch().count());
    };
    for (const auto& named : folders)
        for (const auto& folder : with_folders_below(named))
            for (const std::string_view ending : {".pre", ".cf"})
                for (const auto& path : files_in(folder, ending)) add(path);
    for (const auto& path : files_besides) add(path);
    return all;
}

std::optional<RuleFiles> read_rule_files(const std::vector<std::string>& folders)
{
    RuleFiles read;
    read.fingerprint = rule_fingerprint(folders);
    const auto take = [&](const std::string& path) {
        if (auto text = read_small_file(path, largest_file))
            read.files.push_back({path, std::move(*text)});
        else read.problems.push_back({{path, 0}, {}, "the file " + text.error()});
    };
    for (const auto& folder : folders)
        for (const auto& path : files_in(folder, ".pre")) take(path);
    for (const auto& folder : folders) {
        std::error_code error;
        if (!fs::is_directory(folder, error))
            read.problems.push_back({{folder, 0}, {}, "there is no such folder"});
        for (const auto& path : files_in(folder, ".cf")) take(path);
    }
    if (rule_fingerprint(folders) != read.fingerprint) return std::nullopt;
    return read;
}

std::optional<RuleSource> read_rule_folders(const std::vector<std::string>& folders,
                                            UnsaidScores unsaid)
{
    const auto read = read_rule_files(folders);
    if (!read) return std::nullopt;
    std::vector<std::string> included;
    auto source = read_rules(
        read->files,
        [&](const std::string& path) {
            included.push_back(path);
            return read_small_file(path, largest_file);
        },
        unsaid);
    source.files_besides = std::move(included);
    for (const auto setting : phishing_feed_settings)
        if (const auto lines = source.settings.lines(setting); !lines.empty())
            source.files_besides.push_back(lines.back().value);
    source.problems.insert(source.problems.begin(), read->problems.begin(), read->problems.end());
    if (!source.settings.lines("ok_languages").empty())
        source.language_models = language_models_in(folders);
    if (rule_fingerprint(folders) != read->fingerprint) return std::nullopt;
    return source;
}

}  // namespace lazaret::filter::rules
