#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

namespace lazaret::filter::rules {

/// Lets a container with std::string keys be asked for a std::string_view.
struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept
    {
        return std::hash<std::string_view>{}(text);
    }
};

}  // namespace lazaret::filter::rules
