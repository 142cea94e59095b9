#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "milter/filter/rules/rendering/rule_headers.hpp"

namespace lazaret::filter::rules {

/// Fields, a line each, one behind the other.
struct FieldLines {
    std::string text;               ///< each line ends in a line end
    std::vector<std::size_t> ends;  ///< of each line

    void begin_line() { ends.push_back(text.size()); }
    void add(std::string_view part)
    {
        text += part;
        ends.back() = text.size();
    }
    [[nodiscard]] std::string_view line(std::size_t at) const
    {
        const auto begin = at == 0 ? 0 : ends[at - 1];
        return std::string_view{text}.substr(begin, ends[at] - begin);
    }
};

/// The fields as `NAME: VALUE` lines, decoded and unfolded, in order. When they are more than 64 kB
/// together, what is left out are names that come late, whole.
FieldLines field_lines(const RuleHeaders& headers);

/// The fields as they stand in a header block, folds and final line end with each.
FieldLines raw_field_lines(std::string_view header);

/// Some lines that follow each other, by their places.
struct LineRange {
    std::size_t begin = 0;
    std::size_t end = 0;  ///< behind the last
};

/// Those from the `begin`th Received line on (0: the first), up to and with the `end`th; without a
/// bound, from the first line on, up to the last. None when `end` is negative.
LineRange lines_between(const FieldLines& lines, std::optional<int> begin, std::optional<int> end);

}  // namespace lazaret::filter::rules
