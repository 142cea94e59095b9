#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace lazaret::filter {

/// The characters that a name stands for.
struct NamedReference {
    char32_t first = 0;
    char32_t second = 0;  ///< 0: there is only one
};

inline constexpr std::size_t longest_reference_name = 31;
inline constexpr std::size_t longest_old_reference_name = 6;

/// What `name`, without `&` and `;`, stands for in the table of WHATWG HTML 13.5.
std::optional<NamedReference> find_named_reference(std::string_view name);

/// The same, but only the old names, which count without `;` too.
std::optional<NamedReference> find_old_named_reference(std::string_view name);

}  // namespace lazaret::filter
