#include "milter/filter/rules/evals/ip_text.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>

#include "milter/filter/rules/evals/perl_classes.hpp"

namespace lazaret::filter::rules {
namespace {

// 0 to 255 without leading zeros, as long as it goes; @return its length, or 0.
std::size_t octet_length(std::string_view text, int& value)
{
    std::size_t length = 0;
    value = 0;
    while (length < text.size() && length < 3 && is_digit(text[length])) {
        const int longer = value * 10 + (text[length] - '0');
        if (longer > 255 || (length > 0 && value == 0)) break;
        value = longer;
        ++length;
    }
    return length;
}

struct IpBytes {
    std::array<unsigned char, 16> bytes{};
    unsigned bits = 0;  ///< 32 or 128
};

std::optional<IpBytes> bytes_of(std::string_view text)
{
    const std::string address{text.substr(0, 64)};
    IpBytes ip;
    if (inet_pton(AF_INET, address.c_str(), ip.bytes.data()) == 1) ip.bits = 32;
    else if (inet_pton(AF_INET6, address.c_str(), ip.bytes.data()) == 1) ip.bits = 128;
    else return {};
    return ip;
}

}  // namespace

std::size_t ipv4_length(std::string_view text) noexcept
{
    std::size_t at = 0;
    for (int part = 0; part < 4; ++part) {
        int value = 0;
        const auto length = octet_length(text.substr(at), value);
        if (length == 0) return 0;
        at += length;
        if (part == 3) break;
        if (at >= text.size() || text[at] != '.') return 0;
        ++at;
    }
    return at < text.size() && is_word(text[at]) ? 0 : at;
}

bool is_ipv4(std::string_view text) noexcept
{
    return !text.empty() && ipv4_length(text) == text.size();
}

bool is_private_ipv4(std::string_view address) noexcept
{
    int first = 0;
    int second = 0;
    const auto length = octet_length(address, first);
    if (length == 0 || address.size() <= length) return false;
    octet_length(address.substr(length + 1), second);
    return first == 10 || first == 127 || (first == 169 && second == 254) ||
           (first == 172 && second >= 16 && second <= 31) || (first == 192 && second == 168) ||
           (first == 100 && second >= 64 && second <= 127);
}

bool is_in_network(std::string_view address, std::string_view network)
{
    const auto slash = network.find('/');
    const auto left = bytes_of(address);
    const auto right = bytes_of(network.substr(0, slash));
    if (!left || !right || left->bits != right->bits) return false;
    unsigned bits = right->bits;
    if (slash != std::string_view::npos) {
        const auto text = network.substr(slash + 1);
        const auto [end, failed] = std::from_chars(text.begin(), text.end(), bits);
        if (failed != std::errc{} || end != text.end() || bits > right->bits) return false;
    }
    for (unsigned bit = 0; bit < bits; bit += 8) {
        const unsigned kept = std::min(bits - bit, 8U);
        const unsigned mask = 0xffU & ~(0xffU >> kept);
        if (((left->bytes.at(bit / 8) ^ right->bytes.at(bit / 8)) & mask) != 0) return false;
    }
    return true;
}

}  // namespace lazaret::filter::rules
