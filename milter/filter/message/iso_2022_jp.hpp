#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace lazaret::filter {

/// What the bytes of ISO-2022-JP stand for behind an escape sequence.
enum class JapaneseSet { Ascii, Kana, Main, Supplement };

struct JapaneseEscape {
    std::size_t size;  ///< bytes
    JapaneseSet set;
};

/// The escape sequence that the text begins with (RFC 1468, and JIS X 0201 and 0212 beside it).
std::optional<JapaneseEscape> japanese_escape_at(std::string_view text);

}  // namespace lazaret::filter
