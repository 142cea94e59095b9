#include "milter/filter/rules/uris/host_forms.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>

#include "base/text.hpp"
#include "milter/filter/rules/uris/idn.hpp"

namespace lazaret::filter::rules {
namespace {

constexpr auto npos = std::string_view::npos;
constexpr std::string_view plain_http = "http://";

// The number of a text of digits; 0 when there are none, the highest when it is too large.
std::uint64_t number_of(std::string_view digits, int base)
{
    std::uint64_t number = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), number, base);
    if (read.ec == std::errc::result_out_of_range) return std::numeric_limits<std::uint64_t>::max();
    return number;
}

bool is_hexadecimal(std::string_view text)
{
    return text.size() > 2 && text[0] == '0' && (text[1] | 0x20) == 'x' &&
           std::all_of(text.begin() + 2, text.end(), [](char c) { return hex_value(c) >= 0; });
}

bool is_decimal(std::string_view text)
{
    return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

std::string_view without_zeros(std::string_view digits)
{
    return digits.substr(std::min(digits.find_first_not_of('0'), digits.size()));
}

// An octal number of up to three digits, if those behind the leading zeros are one below 0400.
bool is_octal_octet(std::string_view digits)
{
    const auto significant = without_zeros(digits);
    if (significant.empty() || significant.size() == digits.size()) return false;
    const std::size_t most = significant[0] <= '3' ? 3 : 2;
    return significant.size() <= most && std::all_of(significant.begin(), significant.end(),
                                                     [](char c) { return c >= '0' && c <= '7'; });
}

// One of four numbers, in decimal. Leading zeros go even when nothing else is there.
std::optional<std::string> octet_in_decimal(std::string_view text)
{
    std::string decimal;
    if (is_hexadecimal(text))
        decimal = std::to_string(number_of(without_zeros(text.substr(2)), 16));
    else if (!is_decimal(text)) return {};
    else if (is_octal_octet(text)) decimal = std::to_string(number_of(text, 8));
    else decimal = text;
    if (decimal == "18446744073709551615") decimal = "-1";
    return std::string{without_zeros(decimal)};
}

std::string address_of_four(std::string_view host)
{
    std::string out;
    for (int part = 0; part < 4; ++part) {
        const auto end = part < 3 ? host.find('.') : host.size();
        if (end == npos) return {};
        const auto octet = octet_in_decimal(host.substr(0, end));
        if (!octet) return {};
        out += *octet;
        if (part == 3) break;
        out += '.';
        host.remove_prefix(end + 1);
    }
    return out;
}

// The first four bytes of the number, as written with eight hexadecimal digits at least.
std::string address_of_one(std::uint64_t number)
{
    const auto digits = fmt::format("{:08x}", number);
    const auto first = number_of(std::string_view{digits}.substr(0, 8), 16);
    return fmt::format("{}.{}.{}.{}", first >> 24U, (first >> 16U) & 0xFFU, (first >> 8U) & 0xFFU,
                       first & 0xFFU);
}

// What a word is called on the web; the word without `www.`, or empty when there is a dot left.
std::string_view bare_word(std::string_view host)
{
    constexpr std::string_view web = "www.";
    if (host.starts_with(web) && host.size() > web.size()) {
        const auto rest = host.substr(web.size());
        if (rest.find('.') == npos) return rest;
    }
    return host.find('.') == npos ? host : std::string_view{};
}

/// A host up to its last letter or digit of ASCII.
std::string_view without_odd_end(std::string_view host)
{
    const auto last = std::find_if(host.rbegin(), host.rend(), is_letter_or_digit);
    return {host.begin(), last.base()};
}

struct Port {
    std::string_view digits;  // empty: none, or only its colon
    std::size_t length = 0;   // with the colon
};

Port port_of(std::string_view rest)
{
    if (!rest.starts_with(':')) return {};
    std::size_t end = 1;
    while (end < rest.size() && is_digit(rest[end])) ++end;
    return {rest.substr(1, end - 1), end};
}

bool is_standard_port(const HttpUri& uri, const Port& port)
{
    const bool goes_on = port.length < uri.rest.size() &&
                         (is_letter(uri.rest[port.length]) || uri.rest[port.length] == '_');
    return !goes_on && port.digits == (uri.scheme == plain_http ? "80" : "443");
}

}  // namespace

void FormList::add(std::string form)
{
    if (!is_full() && std::find(forms_.begin(), forms_.end(), form) == forms_.end())
        forms_.push_back(std::move(form));
}

std::string add_name_forms(HttpUri& uri, FormList& forms)
{
    const auto port = port_of(uri.rest);
    auto rest = std::string_view{uri.rest};
    if (is_standard_port(uri, port)) {
        rest.remove_prefix(port.length);
        forms.add(fmt::format("{}{}{}", uri.scheme, uri.host, rest));
    }
    auto name = ascii_host(uri.host);
    if (name != ascii_lower(uri.host)) {
        // Text without blanks may go on behind a host.
        const auto host = without_odd_end(uri.host);
        if (!host.empty() && host.size() < uri.host.size())
            forms.add(fmt::format("{}{}{}", uri.scheme, host, uri.rest));
        uri.host = name;
        forms.add(uri.text());
        if (!port.digits.empty() && !rest.empty())
            forms.add(fmt::format("{}{}{}", uri.scheme, uri.host, rest));
    }
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) <= 0x20; };
    if (std::erase_if(uri.host, is_control) > 0) forms.add(uri.text());
    return name;
}

void add_address_forms(HttpUri& uri, std::string_view name, const RegistryBoundaries& boundaries,
                       FormList& forms)
{
    if (const auto sign = uri.host.find('@'); sign != npos && sign > 0) {
        uri.host.erase(0, sign + 1);
        forms.add(uri.text());
    }
    if (const auto host = without_odd_end(uri.host); host.size() < uri.host.size()) {
        uri.host.resize(host.size());
        forms.add(uri.text());
    }
    if (const auto address = address_of_numbers(uri.host); !address.empty()) {
        forms.add(uri.scheme + address + uri.rest);
        return;
    }
    const auto port = port_of(uri.rest).digits;
    const auto word = bare_word(name);
    if (uri.scheme == plain_http && !uri.has_user && (port.empty() || port == "80") &&
        name != "localhost" && !word.empty() && !boundaries.is_valid_domain(name))
        forms.add(fmt::format("http://www.{}.com{}", word, uri.rest));
}

std::string address_of_numbers(std::string_view host)
{
    if (host.empty() || !is_digit(host.front())) return {};
    if (is_hexadecimal(host)) {
        const auto digits = host.substr(2);
        return address_of_one(
            number_of(digits.substr(digits.size() - std::min<std::size_t>(digits.size(), 8)), 16));
    }
    if (is_decimal(host)) return address_of_one(number_of(host, 10));
    return address_of_four(host);
}

}  // namespace lazaret::filter::rules
