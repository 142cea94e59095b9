#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace lazaret::filter::rules {

/// Where `small`, which is in small letters, stands in `text` in any case; npos: nowhere.
std::size_t find_ignoring_case(std::string_view text, std::string_view small);

/// What stands behind `name =`, where the name begins a word; the last such place or the first.
std::optional<std::string_view> behind_equals(std::string_view text, std::string_view name,
                                              bool last);

}  // namespace lazaret::filter::rules
