#include "milter/filter/rules/language/rule_files.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/small_file.hpp"

namespace lazaret::filter::rules {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_file = 64 << 20;  // bytes
constexpr auto* distributed_rules = "/usr/share/spamassassin";

/// The rules of sa-update's own channel; read before those of others, which change some of its
/// scores (SpamAssassin bug 7991).
constexpr std::string_view own_channel = "/updates_spamassassin_org.cf";

/// The files of a folder that end so, by name but for `own_channel`. Throws nothing.
/// @param error  why the folder cannot be read.
std::vector<std::string> files_in(const std::string& folder, std::string_view ending,
                                  std::error_code& error)
{
    std::vector<std::string> found;
    for (fs::directory_iterator at{folder, error}, end; !error && at != end; at.increment(error)) {
        const auto name = at->path().filename().string();
        if (name.ends_with(ending) && !name.starts_with('.')) found.push_back(at->path().string());
    }
    const auto rank = [](const std::string& path) {
        return std::pair{!path.ends_with(own_channel), std::string_view{path}};
    };
    std::sort(found.begin(), found.end(),
              [&](const auto& one, const auto& other) { return rank(one) < rank(other); });
    return found;
}

/// The same of a folder that may be gone: it has none.
std::vector<std::string> files_in(const std::string& folder, std::string_view ending)
{
    std::error_code error;
    return files_in(folder, ending, error);
}

/// Changes with the file, and with who may read it.
std::string facts_of(const std::string& path)
{
    struct stat facts {};
    if (::stat(path.c_str(), &facts) != 0) return path + '\n';
    const auto moment = [](const timespec& when) {
        return fmt::format("{}.{}", when.tv_sec, when.tv_nsec);
    };
    return fmt::format("{} {} {} {}\n", path, facts.st_size, moment(facts.st_mtim),
                       moment(facts.st_ctim));
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

/// The folder with the highest version below sa-update's, if it has rules. Those that a
/// SpamAssassin before 4 has left behind at an upgrade of the system do not count.
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
        if (fault != std::errc{} || last != name.data() + name.size() || version < 4 ||
            version <= highest)
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
    for (const auto& named : folders)
        for (const auto& folder : with_folders_below(named))
            for (const std::string_view ending : {".pre", ".cf"})
                for (const auto& path : files_in(folder, ending)) all += facts_of(path);
    for (const auto& path : files_besides) all += facts_of(path);
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
        for (const auto& path : files_in(folder, ".cf", error)) take(path);
        if (error)
            read.problems.push_back(
                {{folder, 0}, {}, "the folder cannot be read: " + error.message()});
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
