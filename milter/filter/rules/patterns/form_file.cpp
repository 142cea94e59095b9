#if LAZARET_HYPERSCAN

#include "milter/filter/rules/patterns/form_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string_view>
#include <system_error>

#include "base/disk.hpp"
#include "base/log.hpp"
#include "base/sha256.hpp"

namespace lazaret::filter::rules {
namespace {

namespace fs = std::filesystem;

// Increase when the way of compiling changes: older files in a cache are then made anew.
constexpr int form_version = 17;
constexpr std::size_t size_digits = 12;
constexpr std::string_view name_begins = "patterns-";
constexpr std::chrono::hours kept_unread{24 * 60};

// A kept file: a hash of all that follows, what each pattern became (a letter and two digits a
// pattern), the database. Hyperscan's own checksum leaves some bytes out.
constexpr std::size_t plan_letters = 3;

std::string letters_of(const std::vector<PatternPlan>& plans)
{
    std::string letters;
    for (const auto& plan : plans) {
        letters += static_cast<char>('a' + static_cast<int>(plan.way));
        letters += static_cast<char>('0' + plan.times);
        letters += static_cast<char>('0' + plan.apart);
    }
    return letters;
}

std::string hash_of(std::string_view bytes)
{
    std::string hash(crypto_generichash_BYTES, '\0');
    crypto_generichash(reinterpret_cast<unsigned char*>(hash.data()), hash.size(),
                       reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), nullptr,
                       0);
    return hash;
}

/// Under a name of its own first: two programs, or two threads, may compile the same.
void write_file(const std::string& path, std::string_view bytes)
{
    std::error_code error;
    fs::create_directories(fs::path{path}.parent_path(), error);
    auto temporary = path + ".XXXXXX";
    const FileDescriptor file{::mkostemp(temporary.data(), O_CLOEXEC)};
    if (file && write_all(file.get(), bytes) && ::fchmod(file.get(), 0644) == 0 &&
        ::rename(temporary.c_str(), path.c_str()) == 0)
        return;
    log::warning("compiled patterns not kept",
                 {{"file", path}, {"error", std::generic_category().message(errno)}});
    if (file) fs::remove(temporary, error);
}

/// Removes forms that nobody read for long, and what a crash left of one: with rules that change
/// daily there would be thousands. By the last reading or writing, whichever is later: a disk may
/// be mounted so that it does not note the one, and who reads may not be whose file it is.
void remove_unread(const fs::path& folder)
{
    const auto now = std::chrono::system_clock::now();
    std::error_code error;
    for (fs::directory_iterator entry{folder, error}; !error && entry != fs::directory_iterator{};
         entry.increment(error)) {
        struct stat facts {};
        if (!entry->path().filename().native().starts_with(name_begins) ||
            ::lstat(entry->path().c_str(), &facts) != 0 || !S_ISREG(facts.st_mode))
            continue;
        const auto used = std::chrono::system_clock::from_time_t(
            std::max(facts.st_atim.tv_sec, facts.st_mtim.tv_sec));
        std::error_code failed;
        if (now - used > kept_unread) fs::remove(entry->path(), failed);
    }
}

/// What keep_form() wrote behind the plans. @return nothing, where it is not all there or not for
/// this processor.
std::optional<std::vector<HyperscanDatabase>> databases_in(std::string_view kept)
{
    std::vector<HyperscanDatabase> databases;
    while (!kept.empty()) {
        std::size_t size = 0;
        const auto digits = kept.substr(0, size_digits);
        std::from_chars(digits.data(), digits.data() + digits.size(), size);
        kept.remove_prefix(digits.size());
        hs_database_t* database = nullptr;
        if (size > kept.size() ||
            hs_deserialize_database(kept.data(), size, &database) != HS_SUCCESS)
            return std::nullopt;
        databases.emplace_back(database);
        kept.remove_prefix(size);
    }
    return databases;
}

std::optional<std::string> own_file(const std::string& path)
{
    const FileDescriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)};
    if (!file) return std::nullopt;
    struct stat facts {};
    if (::fstat(file.get(), &facts) != 0 || !S_ISREG(facts.st_mode) ||
        (facts.st_mode & (S_IWGRP | S_IWOTH)) != 0 ||
        (facts.st_uid != ::geteuid() && facts.st_uid != 0))
        return std::nullopt;
    std::string bytes(static_cast<std::size_t>(facts.st_size), '\0');
    std::size_t done = 0;
    while (done < bytes.size()) {
        const auto got = ::read(file.get(), bytes.data() + done, bytes.size() - done);
        if (got <= 0) return std::nullopt;
        done += static_cast<std::size_t>(got);
    }
    return bytes;
}

}  // namespace

std::string form_file_name(const std::vector<Pattern>& patterns)
{
    hs_platform_info_t platform{};
    hs_populate_platform(&platform);
    Sha256 hash;
    const auto add = [&](std::string_view text) {
        hash.add(fmt::format("{}:", text.size()));
        hash.add(text);
    };
    add(fmt::format("{} {} {} {}", form_version, hs_version(), platform.tune,
                    platform.cpu_features));
    for (const auto& pattern : patterns) {
        add(pattern.text);
        add(pattern.flags);
    }
    return fmt::format("{}{}.hs", name_begins, hex(hash.digest()));
}

void keep_form(const std::string& path, const CompiledForm& form)
{
    auto kept = letters_of(form.plans);
    for (const auto& database : form.databases) {
        char* bytes = nullptr;
        std::size_t size = 0;
        if (hs_serialize_database(database.get(), &bytes, &size) != HS_SUCCESS) return;
        const std::unique_ptr<char, decltype(&::free)> owner{bytes, ::free};
        kept += fmt::format("{:0{}}", size, size_digits);
        kept.append(bytes, size);
    }
    write_file(path, hash_of(kept) + kept);
    remove_unread(fs::path{path}.parent_path());
}

std::optional<CompiledForm> kept_form(const std::string& path, const std::vector<Pattern>& patterns)
{
    const auto bytes = own_file(path);
    if (!bytes || bytes->size() < crypto_generichash_BYTES + plan_letters * patterns.size())
        return std::nullopt;
    const auto kept = std::string_view{*bytes}.substr(crypto_generichash_BYTES);
    if (!std::string_view{*bytes}.starts_with(hash_of(kept))) return std::nullopt;
    ::utimensat(AT_FDCWD, path.c_str(), nullptr, 0);  // in use; not every user may say so
    CompiledForm form;
    form.plans.reserve(patterns.size());
    for (std::size_t at = 0; at < patterns.size(); ++at) {
        const auto letters = kept.substr(plan_letters * at, plan_letters);
        const auto way = static_cast<Way>(letters[0] - 'a');
        if (way < Way::Exact || way > Way::Steps) return std::nullopt;
        const auto digit = [&](std::size_t place) {
            return static_cast<std::size_t>(letters[place] - '0');
        };
        form.plans.push_back({way, lines_of(patterns[at]), {}, 0, digit(1), digit(2)});
    }
    auto databases = databases_in(kept.substr(plan_letters * patterns.size()));
    if (!databases) return std::nullopt;
    form.databases = std::move(*databases);
    return form;
}

}  // namespace lazaret::filter::rules

#endif
