#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace lazaret::filter::rules {

/// What stands behind `name =`, where the name begins a word; the last such place or the first.
std::optional<std::string_view> behind_equals(std::string_view text, std::string_view name,
                                              bool last);

}  // namespace lazaret::filter::rules
