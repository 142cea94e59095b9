#include "milter/filter/message/iso_2022_jp.hpp"

#include <algorithm>
#include <array>

namespace lazaret::filter {

std::optional<JapaneseEscape> japanese_escape_at(std::string_view text)
{
    struct Row {
        std::string_view escape;
        JapaneseSet set;
    };
    static constexpr auto rows = std::to_array<Row>({{"\x1B(B", JapaneseSet::Ascii},
                                                     {"\x1B(J", JapaneseSet::Ascii},
                                                     {"\x1B(I", JapaneseSet::Kana},
                                                     {"\x1B$@", JapaneseSet::Main},
                                                     {"\x1B$B", JapaneseSet::Main},
                                                     {"\x1B$(D", JapaneseSet::Supplement}});
    const auto* const found = std::find_if(
        rows.begin(), rows.end(), [&](const Row& row) { return text.starts_with(row.escape); });
    if (found == rows.end()) return std::nullopt;
    return JapaneseEscape{found->escape.size(), found->set};
}

}  // namespace lazaret::filter
