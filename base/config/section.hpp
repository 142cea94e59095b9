#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace lazaret {

/// A settings file, read but not yet understood. Hides toml++ from everybody else.
class SettingsFile {
public:
    /// Throws Error{Setup} when the file cannot be read or is not TOML, with the line.
    static SettingsFile read(const std::string& file);

    /// The same from text; `name` is used in problems.
    static SettingsFile parse(std::string_view text, const std::string& name);

    SettingsFile(SettingsFile&&) noexcept;
    SettingsFile& operator=(SettingsFile&&) noexcept;
    ~SettingsFile();

private:
    friend class Section;
    friend void refuse_unknown_sections(SettingsFile&, const std::vector<std::string_view>&,
                                        std::vector<std::string>&);
    friend std::size_t count_blocks(SettingsFile&, std::string_view, std::string_view,
                                    std::vector<std::string>&);
    struct Tables;
    explicit SettingsFile(std::unique_ptr<Tables> tables);
    std::unique_ptr<Tables> tables_;
};

/// One [section] of a settings file. Each call takes one key: the value is put into the variable
/// when it is there and good; else the variable keeps its default, and a problem with its line is
/// noted. A key that nothing asked for is a problem too.
class Section {
public:
    Section(SettingsFile& file, std::string name, std::vector<std::string>& problems);
    /// One of the blocks [[name.list]], counted from 0; there are count_blocks() of them.
    Section(SettingsFile& file, const std::string& name, std::string list, std::size_t index,
            std::vector<std::string>& problems);

    void text(std::string_view key, std::string& value);
    void texts(std::string_view key, std::vector<std::string>& value);
    void yes_or_no(std::string_view key, bool& value);
    void whole(std::string_view key, std::int64_t& value, std::int64_t least, std::int64_t most);
    void number(std::string_view key, double& value, double least, double most);
    /// A number of seconds, or text with a unit: "500ms", "30s", "5min", "2h".
    void duration(std::string_view key, std::chrono::milliseconds& value,
                  std::chrono::milliseconds least, std::chrono::milliseconds most);

    /// Notes `problem` of what a key says when `condition` does not hold.
    void require(std::string_view key, bool condition, std::string_view problem);

    /// Whether the file has the key.
    [[nodiscard]] bool has(std::string_view key) const;

    /// The blocks [[name.key]] are read elsewhere.
    void blocks(std::string_view key) { asked_.emplace(key); }

    /// Notes a problem for each key that nothing asked for.
    void finish();

private:
    void note(std::string_view key, std::string_view problem);

    SettingsFile& file_;
    std::string name_;
    std::vector<std::string>& problems_;
    std::string list_;       ///< of a block
    std::size_t index_ = 0;  ///< of it in the list
    std::set<std::string, std::less<>> asked_;
};

/// How many blocks [[name.list]] a file has; one that is written otherwise is a problem.
std::size_t count_blocks(SettingsFile& file, std::string_view name, std::string_view list,
                         std::vector<std::string>& problems);

/// Notes a problem for each section of the file that is not in `known`.
void refuse_unknown_sections(SettingsFile& file, const std::vector<std::string_view>& known,
                             std::vector<std::string>& problems);

}  // namespace lazaret
