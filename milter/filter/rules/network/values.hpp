#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.hpp"

/// Lists of what settings and messages name, as the rules of this folder gather them.
namespace lazaret::filter::rules {

/// The parts of a text between the separators, without blanks around them; empty ones are left out.
/// Views into the text.
inline std::vector<std::string_view> parts_of(std::string_view text, char separator)
{
    std::vector<std::string_view> parts;
    while (!text.empty()) {
        const auto part = text.substr(0, text.find(separator));
        text.remove_prefix(std::min(part.size() + 1, text.size()));
        if (!trimmed(part).empty()) parts.push_back(trimmed(part));
    }
    return parts;
}

/// Adds a value that is not empty and not there yet, while there are fewer than `most`.
inline void add_new(std::string value, std::size_t most, std::vector<std::string>& values)
{
    if (!value.empty() && values.size() < most &&
        std::find(values.begin(), values.end(), value) == values.end())
        values.push_back(std::move(value));
}

}  // namespace lazaret::filter::rules
