#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace lazaret::test {

/// That text, so often one behind the other.
inline std::string repeated(std::string_view text, std::size_t times)
{
    std::string all;
    all.reserve(text.size() * times);
    while (times-- > 0) all += text;
    return all;
}

}  // namespace lazaret::test
