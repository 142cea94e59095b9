#pragma once

#include <string>

#include "portal/response.hpp"

namespace lazaret::test {

/// The value of a hidden field; empty where there is none.
inline std::string hidden(const portal::Response& response, const std::string& name)
{
    const auto mark = "name=\"" + name + "\" value=\"";
    const auto at = response.body.find(mark);
    if (at == std::string::npos) return {};
    const auto begin = at + mark.size();
    return response.body.substr(begin, response.body.find('"', begin) - begin);
}

/// The bytes of a secret as an app takes it, with blanks or without (RFC 4648 6).
inline std::string raw_of_base32(const std::string& text)
{
    std::string raw;
    unsigned bits = 0;
    int have = 0;
    for (const char one : text) {
        if (one == ' ') continue;
        bits = (bits << 5 | static_cast<unsigned>(one >= 'A' ? one - 'A' : one - '2' + 26)) & 0xfff;
        have += 5;
        if (have < 8) continue;
        have -= 8;
        raw += static_cast<char>(bits >> have & 0xff);
    }
    return raw;
}

}  // namespace lazaret::test
