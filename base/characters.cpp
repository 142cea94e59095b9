#include "base/characters.hpp"

#include <array>
#include <cstdint>
#include <cstring>

namespace lazaret {

void append_utf8(char32_t c, std::string& out)
{
    const auto add = [&out](char32_t byte) { out += static_cast<char>(byte); };
    if (c < 0x80) {
        add(c);
        return;
    }
    if (c < 0x800) {
        add(0xC0U | c >> 6U);
    } else {
        if (c < 0x10000) {
            add(0xE0U | c >> 12U);
        } else {
            add(0xF0U | c >> 18U);
            add(0x80U | (c >> 12U & 0x3FU));
        }
        add(0x80U | (c >> 6U & 0x3FU));
    }
    add(0x80U | (c & 0x3FU));
}

std::size_t ascii_length(std::string_view text)
{
    std::size_t at = 0;
    std::array<std::uint64_t, 4> words{};
    for (; at + sizeof words <= text.size(); at += sizeof words) {
        std::memcpy(&words, text.data() + at, sizeof words);
        if (((words[0] | words[1] | words[2] | words[3]) & 0x8080'8080'8080'8080) != 0) break;
    }
    while (at < text.size() && static_cast<unsigned char>(text[at]) < 0x80) ++at;
    return at;
}

bool is_ascii(std::string_view text) { return ascii_length(text) == text.size(); }

}  // namespace lazaret
