#pragma once

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/records/held_mail.hpp"
#include "quarantine-store/keeper.hpp"
#include "tests/tools/running_program.hpp"

namespace lazaret::test {

using Json = nlohmann::json;

/// A temporary folder with a settings file and a key, a database of the cluster that PGHOST names,
/// and lazaretctl on it. Removed with all that is in it.
class Site {
public:
    /// @param upgraded  whether the schema is made, and example.org protected.
    explicit Site(bool upgraded = true);
    Site(const Site&) = delete;
    Site& operator=(const Site&) = delete;
    ~Site();

    /// Writes the settings file anew; `more` is added at its end. No rules are read, unless `more`
    /// begins with the section of them.
    void configure(const std::string& submission_url, const std::string& more = {});

    /// lazaretctl with these words, and --config.
    Outcome ctl(const std::vector<std::string>& words, const std::string& input = {}) const;

    /// The same; checks that it ends with 0, and reads its output as JSON.
    Json json(std::vector<std::string> words) const;

    /// Holds a message for ann@example.org and returns the name of the copy.
    /// @param proved  what the milter recorded of its sender's proofs.
    Reference hold(const std::string& bytes, Class verdict = Class::Spam,
                   const std::optional<Explanation::Proved>& proved = {}) const;

    [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_; }
    [[nodiscard]] DatabaseConfig database() const;

private:
    std::filesystem::path folder_;
    std::string database_;
};

/// A small message; `mark` makes it one of its own.
std::string letter(const std::string& mark);

/// What was made for a hostile terminal, and must never be printed as it is.
inline constexpr const char* hostile =
    "\x1b[2J\x07\xe2\x80\xae\xc2\x9b"
    "1m\x7f"
    "evil";

}  // namespace lazaret::test
