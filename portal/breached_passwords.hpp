#pragma once

#include <string>

namespace lazaret::portal {

/// A site's list of passwords that were stolen somewhere: a file with a line for each, its SHA-1
/// in 40 hex digits, sorted, with or without `:COUNT` behind it; as "Have I Been Pwned" ships it.
/// It is searched where it lies, some 35 short reads of the 37 GB: nothing is kept in memory.
class BreachedPasswords {
public:
    /// @param file  empty: there is no list.
    explicit BreachedPasswords(std::string file) : file_{std::move(file)} {}

    /// Throws Error{Setup} when the file cannot be read or is no such list: a check that a site
    /// asked for is not left out in silence.
    [[nodiscard]] bool hold(const std::string& password) const;
    /// The same of its first line; for `--check`.
    void require_readable() const;

private:
    const std::string file_;
};

}  // namespace lazaret::portal
