#pragma once

#include <cstddef>
#include <string_view>

namespace lazaret::filter::rules {

/// Where a line begins, at `from` or behind it; `npos` when none does. The last may be empty, at
/// the text's end.
inline std::size_t next_line_begin(std::string_view text, std::size_t from) noexcept
{
    if (from == 0 || (from <= text.size() && text[from - 1] == '\n')) return from;
    const auto end = text.find('\n', from);
    return end == std::string_view::npos ? end : end + 1;
}

}  // namespace lazaret::filter::rules
