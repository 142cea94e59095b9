#include "milter/filter/rules/rendering/transfer_decoding.hpp"

#include <array>
#include <cstdint>
#include <cstring>

namespace lazaret::filter::rules {
namespace {

constexpr unsigned char padding = 64;
constexpr unsigned char blank = 65;
constexpr unsigned char foreign = 66;

// What a byte means in base64: 0 to 63, or one of the above.
constexpr std::array<unsigned char, 256> base64_values = [] {
    std::array<unsigned char, 256> values{};
    values.fill(foreign);
    for (const char c : std::string_view{" \t\n\r\f\v"})
        values[static_cast<unsigned char>(c)] = blank;
    unsigned char next = 0;
    for (const char c :
         std::string_view{"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"})
        values[static_cast<unsigned char>(c)] = next++;
    values['='] = padding;
    return values;
}();

constexpr std::array<signed char, 256> hex_values = [] {
    std::array<signed char, 256> values{};
    values.fill(-1);
    for (int digit = 0; digit < 10; ++digit)
        values[static_cast<std::size_t>('0' + digit)] = static_cast<signed char>(digit);
    for (int digit = 10; digit < 16; ++digit) {
        values[static_cast<std::size_t>('a' + digit - 10)] = static_cast<signed char>(digit);
        values[static_cast<std::size_t>('A' + digit - 10)] = static_cast<signed char>(digit);
    }
    return values;
}();

int hex(char c) { return hex_values[static_cast<unsigned char>(c)]; }

// The lines put together again: soft line ends and what blanks stand before a line end go.
std::string unwrapped(std::string_view text)
{
    std::string out(text.size(), '\0');
    char* to = out.data();
    while (!text.empty()) {
        const auto end = text.find('\n');
        auto line = text.substr(0, end);
        if (end == std::string_view::npos) {
            std::memcpy(to, line.data(), line.size());
            to += line.size();
            break;
        }
        text.remove_prefix(end + 1);
        const bool returns = line.ends_with('\r');
        if (returns) line.remove_suffix(1);
        while (line.ends_with(' ') || line.ends_with('\t')) line.remove_suffix(1);
        const bool soft = line.ends_with('=');
        if (soft) line.remove_suffix(1);
        if (!line.empty()) std::memcpy(to, line.data(), line.size());
        to += line.size();
        if (soft) continue;
        if (returns) *to++ = '\r';
        *to++ = '\n';
    }
    out.resize(static_cast<std::size_t>(to - out.data()));
    return out;
}

void undo_escapes(std::string& text)
{
    const auto first = text.find('=');
    if (first == std::string::npos) return;
    char* to = text.data() + first;
    const char* from = to;
    const char* const end = text.data() + text.size();
    while (from < end) {
        if (end - from > 2 && hex(from[1]) >= 0 && hex(from[2]) >= 0) {
            *to++ = static_cast<char>(hex(from[1]) << 4 | hex(from[2]));
            from += 3;
        } else {
            *to++ = *from++;
        }
        if (from == end) break;
        const auto* next =
            static_cast<const char*>(std::memchr(from, '=', static_cast<std::size_t>(end - from)));
        if (!next) next = end;
        std::memmove(to, from, static_cast<std::size_t>(next - from));
        to += next - from;
        from = next;
    }
    text.resize(static_cast<std::size_t>(to - text.data()));
}

// `values` are 0 to 63; what does not fill a byte is dropped.
void put_bytes_together(std::string& values)
{
    const auto value = [&values](std::size_t at) {
        return static_cast<std::uint32_t>(static_cast<unsigned char>(values[at]));
    };
    const auto size = values.size();
    char* to = values.data();
    std::size_t at = 0;
    for (; at + 4 <= size; at += 4) {
        const auto bits =
            value(at) << 18U | value(at + 1) << 12U | value(at + 2) << 6U | value(at + 3);
        *to++ = static_cast<char>(bits >> 16U);
        *to++ = static_cast<char>(bits >> 8U & 0xFFU);
        *to++ = static_cast<char>(bits & 0xFFU);
    }
    if (size - at >= 2) {
        const auto third = size - at == 3 ? value(at + 2) : 0U;
        const auto bits = value(at) << 18U | value(at + 1) << 12U | third << 6U;
        *to++ = static_cast<char>(bits >> 16U);
        if (size - at == 3) *to++ = static_cast<char>(bits >> 8U & 0xFFU);
    }
    values.resize(static_cast<std::size_t>(to - values.data()));
}

}  // namespace

std::string decode_quoted_printable(std::string_view text)
{
    auto out = unwrapped(text);
    undo_escapes(out);
    make_line_ends_plain(out);
    return out;
}

std::string decode_q(std::string_view text)
{
    std::string out{text};
    for (auto& c : out)
        if (c == '_') c = ' ';
    undo_escapes(out);
    return out;
}

std::string decode_base64(std::string_view text)
{
    std::string values(text.size(), '\0');
    char* to = values.data();
    bool is_clean = true;
    bool is_padded = false;
    for (const char c : text) {
        const auto value = base64_values[static_cast<unsigned char>(c)];
        *to = static_cast<char>(value);
        to += value <= padding ? 1 : 0;
        is_clean = is_clean && value != foreign;
        is_padded = is_padded || value == padding;
    }
    values.resize(static_cast<std::size_t>(to - values.data()));
    is_clean = is_clean && values.size() % 4 == 0;
    if (is_padded) {
        while (!values.empty() && values.back() == static_cast<char>(padding)) values.pop_back();
        const char inner = is_clean ? 0 : 63;
        for (auto& value : values)
            if (value == static_cast<char>(padding)) value = inner;
    }
    put_bytes_together(values);
    return values;
}

void make_line_ends_plain(std::string& text)
{
    auto at = text.find("\r\n");
    if (at == std::string::npos) return;
    char* to = text.data() + at;
    const char* from = to;
    const char* const end = text.data() + text.size();
    while (from < end) {
        const auto* next =
            static_cast<const char*>(std::memchr(from, '\r', static_cast<std::size_t>(end - from)));
        if (!next) next = end;
        std::memmove(to, from, static_cast<std::size_t>(next - from));
        to += next - from;
        from = next;
        if (from == end) break;
        if (end - from < 2 || from[1] != '\n') *to++ = '\r';
        ++from;
    }
    text.resize(static_cast<std::size_t>(to - text.data()));
}

}  // namespace lazaret::filter::rules
