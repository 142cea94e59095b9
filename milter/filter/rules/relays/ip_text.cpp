#include "milter/filter/rules/relays/ip_text.hpp"

#include <algorithm>
#include <span>
#include <vector>

#include "base/characters.hpp"
#include "base/text.hpp"
#include "milter/filter/dns/question.hpp"
#include "milter/filter/rules/perl_classes.hpp"

namespace lazaret::filter::rules {

namespace {

bool is_hex(char c) { return hex_value(c) >= 0; }

constexpr std::string_view prefix = "IPv6:";

/// Reads `a.b.c.d`, each 0 to 255 without leading zeros. @return its length; 0 when it is none.
std::size_t read_dotted(std::string_view text, std::size_t at, std::uint8_t* out) noexcept
{
    const auto begin = at;
    for (int octet = 0; octet < 4; ++octet) {
        if (octet > 0 && (at >= text.size() || text[at++] != '.')) return 0;
        unsigned value = 0;
        const auto start = at;
        while (at < text.size() && is_digit(text[at]) && at - start < 4)
            value = value * 10 + static_cast<unsigned>(text[at++] - '0');
        const auto digits = at - start;
        if (digits == 0 || digits > 3 || value > 255 || (digits > 1 && text[start] == '0'))
            return 0;
        out[octet] = static_cast<std::uint8_t>(value);
    }
    return at - begin;
}

/// The groups of an IPv6 address as written, and where `::` stood among them.
struct Groups {
    std::array<std::uint16_t, 8> values{};
    std::size_t count = 0;
    std::optional<std::size_t> gap;
};

/// Reads groups and colons; stops before what belongs to neither. @return false when malformed.
bool read_groups(std::string_view run, Groups& groups) noexcept
{
    std::size_t at = 0;
    while (at < run.size()) {
        if (run[at] == ':') {
            if (at + 1 < run.size() && run[at + 1] == ':') {
                if (groups.gap) return false;
                groups.gap = groups.count;
                at += 2;
                if (at < run.size() && run[at] == ':') return false;
                continue;
            }
            ++at;
            if (groups.count == 0 || at >= run.size()) return false;
        }
        unsigned value = 0;
        const auto start = at;
        while (at < run.size() && is_hex(run[at])) {
            const char c = run[at++];
            if (at - start > 4) return false;
            value =
                value * 16 + static_cast<unsigned>(is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
        }
        if (at == start || groups.count == 8) return false;
        groups.values[groups.count++] = static_cast<std::uint16_t>(value);
    }
    return true;
}

/// Lays groups out as a number of `whole` of them. @return false when they do not fill it.
bool lay_out(const Groups& groups, std::size_t whole, IpNumber& number) noexcept
{
    if (groups.gap ? groups.count >= whole : groups.count != whole) return false;
    const auto gap = groups.gap.value_or(groups.count);
    for (std::size_t i = 0; i < groups.count; ++i) {
        const auto place = i < gap ? i : whole - groups.count + i;
        number[2 * place] = static_cast<std::uint8_t>(groups.values[i] >> 8);
        number[2 * place + 1] = static_cast<std::uint8_t>(groups.values[i] & 0xff);
    }
    return true;
}

std::size_t read_v4(std::string_view text, std::size_t at, IpNumber& number) noexcept
{
    if (at > 0 && (is_word(text[at - 1]) || text[at - 1] == ':')) return 0;
    const auto length = read_dotted(text, at, number.data() + 12);
    if (length == 0 || (at + length < text.size() && is_word(text[at + length]))) return 0;
    number[10] = number[11] = 0xff;
    return length;
}

std::size_t read_v6(std::string_view text, std::size_t at, IpNumber& number) noexcept
{
    auto end = at;
    while (end < text.size() && (is_hex(text[end]) || text[end] == ':') && end - at < 48) ++end;
    const auto run = text.substr(at, end - at);
    if (run.size() < 2 || end - at >= 48) return 0;
    if (end < text.size() && text[end] == '.') {  // an IPv4 tail, as in ::ffff:192.0.2.1
        const auto tail = run.rfind(':');
        if (tail == std::string_view::npos) return 0;
        auto head = run.substr(0, tail + 1);
        if (!head.ends_with("::")) head.remove_suffix(1);
        Groups groups;
        const auto length = read_dotted(text, at + tail + 1, number.data() + 12);
        const auto behind = at + tail + 1 + length;
        const bool ends = behind >= text.size() || !(is_hex(text[behind]) || text[behind] == ':');
        if (length > 0 && ends && !head.empty() && read_groups(head, groups) &&
            lay_out(groups, 6, number))
            return behind - at;
        number = {};
    }
    Groups groups;
    if (!read_groups(run, groups) || !lay_out(groups, 8, number)) return 0;
    return run.size();
}

std::size_t read_ip(std::string_view text, std::size_t at, IpNumber& number) noexcept
{
    number = {};
    if (at >= text.size()) return 0;
    if (const auto v4 = is_digit(text[at]) ? read_v4(text, at, number) : 0) return v4;
    number = {};
    if (starts_ignoring_case(text.substr(at), prefix)) {
        const auto length = read_v6(text, at + prefix.size(), number);
        return length > 0 ? length + prefix.size() : 0;
    }
    if (!is_hex(text[at]) && text[at] != ':') return 0;
    if (at > 0 && (is_hex(text[at - 1]) || text[at - 1] == ':')) return 0;
    return read_v6(text, at, number);
}

bool is_mapped(const IpNumber& number)
{
    return std::all_of(number.begin(), number.begin() + 10, [](auto b) { return b == 0; }) &&
           number[10] == 0xff && number[11] == 0xff;
}

bool is_v6_loopback(const IpNumber& number)
{
    return std::all_of(number.begin(), number.begin() + 15, [](auto b) { return b == 0; }) &&
           number[15] == 1;
}

}  // namespace

std::size_t ip_length(std::string_view text, std::size_t at) noexcept
{
    IpNumber number;
    return read_ip(text, at, number);
}

std::string_view first_ip(std::string_view text) noexcept
{
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (!is_hex(c) && c != ':' && c != 'I' && c != 'i') continue;
        if (const auto length = ip_length(text, at)) return text.substr(at, length);
    }
    return {};
}

std::optional<IpNumber> ip_number(std::string_view text) noexcept
{
    IpNumber number;
    if (text.empty() || read_ip(text, 0, number) != text.size()) return std::nullopt;
    return number;
}

bool is_private_ip(std::string_view ip) noexcept
{
    const auto number = ip_number(ip);
    if (!number) return false;
    const auto& n = *number;
    if (!is_mapped(n)) return is_v6_loopback(n) || (n[0] == 0xfe && (n[1] & 0xc0) == 0x80);
    const auto first = n[12];
    const auto second = n[13];
    return first == 10 || first == 127 || (first == 169 && second == 254) ||
           (first == 172 && (second & 0xf0) == 16) || (first == 192 && second == 168) ||
           (first == 100 && (second & 0xc0) == 64);
}

std::size_t localhost_length(std::string_view text, std::size_t at) noexcept
{
    const auto rest = text.substr(std::min(at, text.size()));
    constexpr std::string_view name = "localhost";
    constexpr std::string_view domain = ".localdomain";
    if (starts_ignoring_case(rest, name))
        return name.size() +
               (starts_ignoring_case(rest.substr(name.size()), domain) ? domain.size() : 0);
    IpNumber number;
    const auto length = read_ip(text, at, number);
    if (length == 0) return 0;
    const bool is_v4_loopback = is_mapped(number) && number[12] == 127 && number[13] == 0 &&
                                number[14] == 0 && number[15] == 1;
    return is_v4_loopback || is_v6_loopback(number) ? length : 0;
}

std::string reversed_ip(std::string_view ip)
{
    const auto number = ip_number(ip);
    if (!number) return {};
    const std::span bytes{*number};
    return is_mapped(*number) ? dns::reversed(bytes.last<4>()) : dns::reversed(bytes);
}

}  // namespace lazaret::filter::rules
