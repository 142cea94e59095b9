#include "base/config/section.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <optional>
#include <sstream>

#include "base/error.hpp"

namespace lazaret {

struct SettingsFile::Tables {
    std::string name;
    toml::table root;

    // Of a list the block at `index`; null when there is no such section.
    [[nodiscard]] toml::table* table(std::string_view section, std::string_view list,
                                     std::size_t index)
    {
        auto* whole = root[section].as_table();
        if (!whole || list.empty()) return whole;
        auto* blocks = (*whole)[list].as_array();
        return blocks && index < blocks->size() ? blocks->get(index)->as_table() : nullptr;
    }

    [[nodiscard]] toml::node* find(std::string_view section, std::string_view list,
                                   std::size_t index, std::string_view key)
    {
        auto* one = table(section, list, index);
        return one ? one->get(key) : nullptr;
    }
};

SettingsFile::SettingsFile(std::unique_ptr<Tables> tables) : tables_{std::move(tables)} {}
SettingsFile::SettingsFile(SettingsFile&&) noexcept = default;
SettingsFile& SettingsFile::operator=(SettingsFile&&) noexcept = default;
SettingsFile::~SettingsFile() = default;

SettingsFile SettingsFile::read(const std::string& file)
{
    std::ifstream in{file, std::ios::binary};
    const int error_number = errno;
    if (!in)
        throw Error{Error::Kind::Setup, "{}: {}", file, system_error_text(error_number)}.with_hint(
            "name the settings file with --config FILE");
    std::ostringstream text;
    // A folder opens like a file; without this look it would count as one that chooses nothing.
    in.peek();
    if (in.bad()) throw Error{Error::Kind::Setup, "{}: cannot be read", file};
    text << in.rdbuf();
    return parse(text.str(), file);
}

SettingsFile SettingsFile::parse(std::string_view text, const std::string& name)
{
    try {
        return SettingsFile{std::make_unique<Tables>(Tables{name, toml::parse(text)})};
    } catch (const toml::parse_error& error) {
        throw Error{Error::Kind::Setup, "{}: line {}: {}", name, error.source().begin.line,
                    error.description()};
    }
}

Section::Section(SettingsFile& file, std::string name, std::vector<std::string>& problems)
    : file_{file}, name_{std::move(name)}, problems_{problems}
{
    const auto node = file.tables_->root[name_];
    if (node && !node.is_table())
        problems_.push_back(fmt::format("{}: line {}: {} must be a section, [{}]",
                                        file.tables_->name, node.node()->source().begin.line, name_,
                                        name_));
}

Section::Section(SettingsFile& file, const std::string& name, std::string list, std::size_t index,
                 std::vector<std::string>& problems)
    : file_{file}, name_{name}, problems_{problems}, list_{std::move(list)}, index_{index}
{
}

bool Section::has(std::string_view key) const
{
    return file_.tables_->find(name_, list_, index_, key) != nullptr;
}

void Section::note(std::string_view key, std::string_view problem)
{
    // What is missing in a block is missed where it begins.
    const toml::node* node = file_.tables_->find(name_, list_, index_, key);
    if (!node && !list_.empty()) node = file_.tables_->table(name_, list_, index_);
    problems_.push_back(fmt::format("{}: line {}: {}.{} {}", file_.tables_->name,
                                    node ? node->source().begin.line : 0,
                                    list_.empty() ? name_ : name_ + '.' + list_, key, problem));
}

void Section::text(std::string_view key, std::string& value)
{
    asked_.emplace(key);
    const auto* node = file_.tables_->find(name_, list_, index_, key);
    if (!node) return;
    if (const auto* found = node->as_string()) value = found->get();
    else note(key, "must be text");
}

void Section::texts(std::string_view key, std::vector<std::string>& value)
{
    asked_.emplace(key);
    auto* node = file_.tables_->find(name_, list_, index_, key);
    if (!node) return;
    const auto* array = node->as_array();
    if (!array) return note(key, "must be a list of texts");
    std::vector<std::string> all;
    for (const auto& element : *array) {
        if (const auto* found = element.as_string()) all.push_back(found->get());
        else return note(key, "must be a list of texts");
    }
    value = std::move(all);
}

void Section::yes_or_no(std::string_view key, bool& value)
{
    asked_.emplace(key);
    const auto* node = file_.tables_->find(name_, list_, index_, key);
    if (!node) return;
    if (const auto* found = node->as_boolean()) value = found->get();
    else note(key, "must be true or false");
}

void Section::whole(std::string_view key, std::int64_t& value, std::int64_t least,
                    std::int64_t most)
{
    asked_.emplace(key);
    const auto* node = file_.tables_->find(name_, list_, index_, key);
    if (!node) return;
    const auto* found = node->as_integer();
    if (!found) return note(key, "must be a whole number");
    if (found->get() < least || found->get() > most)
        return note(key, fmt::format("is {}, must be {} to {}", found->get(), least, most));
    value = found->get();
}

void Section::number(std::string_view key, double& value, double least, double most)
{
    asked_.emplace(key);
    const auto* node = file_.tables_->find(name_, list_, index_, key);
    if (!node) return;
    const auto found = node->value<double>();
    if (!found) return note(key, "must be a number");
    if (!(*found >= least && *found <= most))
        return note(key, fmt::format("is {}, must be {} to {}", *found, least, most));
    value = *found;
}

namespace {

std::optional<std::chrono::milliseconds> read_duration(const toml::node& node)
{
    using namespace std::chrono;
    constexpr std::int64_t longest = 365LL * 24 * 3600 * 1000;  // keeps the product in range
    const auto scaled = [](std::int64_t count, std::int64_t unit) -> std::optional<milliseconds> {
        if (count < 0 || count > longest / unit) return std::nullopt;
        return milliseconds{count * unit};
    };
    if (const auto* seconds_only = node.as_integer()) return scaled(seconds_only->get(), 1000);
    const auto* text = node.as_string();
    if (!text) return std::nullopt;
    const std::string_view whole = text->get();
    std::int64_t count = 0;
    const auto [end, code] = std::from_chars(whole.data(), whole.data() + whole.size(), count);
    if (code != std::errc{}) return std::nullopt;
    const std::string_view unit{end, static_cast<std::size_t>(whole.data() + whole.size() - end)};
    if (unit == "ms") return scaled(count, 1);
    if (unit == "s") return scaled(count, 1000);
    if (unit == "min") return scaled(count, 60'000);
    if (unit == "h") return scaled(count, 3'600'000);
    return std::nullopt;
}

std::string duration_text(std::chrono::milliseconds value)
{
    if (value.count() % 1000 != 0) return fmt::format("{}ms", value.count());
    return fmt::format("{}s", value.count() / 1000);
}

}  // namespace

void Section::duration(std::string_view key, std::chrono::milliseconds& value,
                       std::chrono::milliseconds least, std::chrono::milliseconds most)
{
    asked_.emplace(key);
    const auto* node = file_.tables_->find(name_, list_, index_, key);
    if (!node) return;
    const auto found = read_duration(*node);
    if (!found)
        return note(key, "must be a time: seconds, or \"500ms\", \"30s\", \"5min\", \"2h\"");
    if (*found < least || *found > most)
        return note(key, fmt::format("is {}, must be {} to {}", duration_text(*found),
                                     duration_text(least), duration_text(most)));
    value = *found;
}

void Section::require(std::string_view key, bool condition, std::string_view problem)
{
    if (!condition) note(key, problem);
}

void Section::finish()
{
    const auto* table = file_.tables_->table(name_, list_, index_);
    if (!table) return;
    for (const auto& [key, node] : *table)
        if (!asked_.contains(key.str())) note(key.str(), "is not a setting");
}

std::size_t count_blocks(SettingsFile& file, std::string_view name, std::string_view list,
                         std::vector<std::string>& problems)
{
    const auto* section = file.tables_->root[name].as_table();
    const auto* node = section ? section->get(list) : nullptr;
    if (!node) return 0;
    const auto* blocks = node->as_array();
    if (blocks &&
        std::all_of(blocks->begin(), blocks->end(), [](const auto& one) { return one.is_table(); }))
        return blocks->size();
    problems.push_back(fmt::format("{}: line {}: {}.{} must be blocks, [[{}.{}]]",
                                   file.tables_->name, node->source().begin.line, name, list, name,
                                   list));
    return 0;
}

void refuse_unknown_sections(SettingsFile& file, const std::vector<std::string_view>& known,
                             std::vector<std::string>& problems)
{
    for (const auto& [key, node] : file.tables_->root)
        if (std::find(known.begin(), known.end(), key.str()) == known.end())
            problems.push_back(fmt::format("{}: line {}: [{}] is not a section", file.tables_->name,
                                           node.source().begin.line, key.str()));
}

}  // namespace lazaret
