#include "base/characters.hpp"

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

}  // namespace lazaret
