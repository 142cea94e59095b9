#pragma once

#include <chrono>
#include <concepts>
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

    void text(std::string_view key, std::string& value);
    void texts(std::string_view key, std::vector<std::string>& value);
    void yes_or_no(std::string_view key, bool& value);
    void whole(std::string_view key, std::int64_t& value, std::int64_t least, std::int64_t most);
    void number(std::string_view key, double& value, double least, double most);
    /// A number of seconds, or text with a unit: "500ms", "30s", "5min", "2h".
    void duration(std::string_view key, std::chrono::milliseconds& value,
                  std::chrono::milliseconds least, std::chrono::milliseconds most);

    /// Notes `problem` when `condition` does not hold.
    void require(bool condition, std::string_view problem);

    /// The same about what one key says; the note names its line.
    void require(std::string_view key, bool condition, std::string_view problem);

    /// Notes a problem for each key that nothing asked for.
    void finish();

private:
    void note(std::string_view key, std::string_view problem);

    SettingsFile& file_;
    std::string name_;
    std::vector<std::string>& problems_;
    std::set<std::string, std::less<>> asked_;
};

/// Notes a problem for each section of the file that is not in `known`.
void refuse_unknown_sections(SettingsFile& file, const std::vector<std::string_view>& known,
                             std::vector<std::string>& problems);

}  // namespace lazaret
