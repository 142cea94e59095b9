#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "milter/filter/rules/rendering/header_addresses.hpp"

namespace lazaret::filter::rules {

/// The header fields of a message or part, as `header` rules see them.
class RuleHeaders {
public:
    struct Field {
        std::string name;   ///< as written
        std::string raw;    ///< value as written, with folds, lines in LF, ending in LF
        std::string value;  ///< unfolded, encoded words decoded to UTF-8; no line end

        /// Of an address field; read when first asked for, since some forty rules ask. Two threads
        /// may not ask at once.
        [[nodiscard]] const std::vector<HeaderAddress>& addresses() const;

    private:
        mutable std::optional<std::vector<HeaderAddress>> addresses_;
    };
    static constexpr std::size_t most_fields = 20'000;
    /// Adds a field and decodes it; those behind the 20,000th are not kept.
    void add(std::string_view name, std::string_view raw);
    /// Removes the fields whose names begin so, in any case.
    void remove(std::string_view beginning);

    [[nodiscard]] const std::vector<Field>& fields() const noexcept { return fields_; }
    /// The fields of that name (any case), in order.
    [[nodiscard]] std::vector<const Field*> named(std::string_view name) const;
    /// The last of that name; null when there is none.
    [[nodiscard]] const Field* last(std::string_view name) const;
    /// The value of the last of that name; empty when there is none.
    [[nodiscard]] std::string_view value(std::string_view name) const;

private:
    std::vector<Field> fields_;
    /// Of the fields' names, in any case alike: some hundred rules ask, most for what is not there.
    std::vector<std::uint32_t> name_hashes_;
};

/// A field's value as rules see it: raw 8-bit text as UTF-8, encoded words (RFC 2047) decoded but
/// in fields that may not have any. Its folds are gone already.
std::string decoded_field(std::string_view value, std::string_view name);

}  // namespace lazaret::filter::rules
