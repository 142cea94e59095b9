#pragma once

#include <string>
#include <string_view>

namespace lazaret::test {

inline bool has(const std::string& text, std::string_view part)
{
    return text.find(part) != std::string::npos;
}

}  // namespace lazaret::test
