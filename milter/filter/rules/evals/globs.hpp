#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/text_hash.hpp"

namespace lazaret::filter::rules {

/// Whether `text` is what `glob` says: `*` is any bytes, `?` one, all others themselves. Cost: at
/// most the product of the lengths.
bool fits_glob(std::string_view text, std::string_view glob);

/// Whether a part of `text` is what `glob` says.
bool contains_glob(std::string_view text, std::string_view glob);

/// Addresses, whole or as globs (`*@example.org`, `*@*.example`, `bob@*`), that are many: the rule
/// files' lists have thousands of entries. Kept by where their fixed end begins, so that an
/// address is compared with those few whose end it has, and with those that have none.
class AddressGlobs {
public:
    /// `glob` in any case; what is there already stays as it is.
    /// @return its number: 0 for the first, and so on.
    std::size_t add(std::string_view glob);

    /// The numbers of those that an address (small letters) fits, in no order.
    [[nodiscard]] std::vector<std::size_t> fitting(std::string_view address) const;
    /// Whether there is one.
    [[nodiscard]] bool has(std::string_view address) const;
    [[nodiscard]] bool empty() const noexcept { return numbers_.empty(); }

private:
    template <class Take>
    bool until(std::string_view address, Take&& take) const;

    std::vector<std::string> globs_;
    TextMap<std::size_t> numbers_;  ///< of all, as written; the whole ones are found here
    TextMap<std::vector<std::size_t>>
        by_ending_;  ///< from its first `@` or `.` behind all wildcards
    std::vector<std::size_t> without_ending_;
};

}  // namespace lazaret::filter::rules
