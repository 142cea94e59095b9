#include "milter/filter/rules/uris/uri_text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/byte_class.hpp"
#include "base/text.hpp"

namespace lazaret::filter::rules {
namespace {

constexpr auto npos = std::string_view::npos;

// A numeric reference at the text's begin. Only small numbers matter; large ones are 0.
struct NumericReference {
    std::uint32_t number = 0;
    std::size_t length = 0;  // with `&#` and `;`; 0: it is none
    bool is_hexadecimal = false;
};

NumericReference read_reference(std::string_view text)
{
    constexpr std::uint32_t highest = 0xFFFF;
    NumericReference read;
    if (!text.starts_with("&#")) return read;
    std::size_t at = 2;
    read.is_hexadecimal = at < text.size() && (text[at] == 'x' || text[at] == 'X');
    if (read.is_hexadecimal) ++at;
    const auto first = at;
    for (; at < text.size(); ++at) {
        const int value = hex_value(text[at]);
        if (value < 0 || (value > 9 && !read.is_hexadecimal)) break;
        const auto next =
            read.number * (read.is_hexadecimal ? 16 : 10) + static_cast<unsigned>(value);
        read.number = std::min(next, highest + 1);
    }
    if (at > first && at < text.size() && text[at] == ';') read.length = at + 1;
    return read;
}

bool is_full_stop(std::uint32_t number)
{
    return number == 0x2E || number == 0x3002 || number == 0xFF0E || number == 0xFF61;
}

}  // namespace

std::optional<HttpUri> read_http_uri(std::string_view uri)
{
    static constexpr ByteClass host_ends{"/?#:"};
    auto scheme = length_of_http(uri);
    if (scheme == 0 || uri.substr(scheme, 2) != "//") return {};
    scheme += 2;
    auto host = scheme;
    auto end = npos;
    bool has_user = false;
    if (const auto sign = uri.find_first_of("@/?#", scheme); sign != npos && uri[sign] == '@') {
        host = sign + 1;
        end = std::min(host_ends.first_in(uri, host), uri.size());
        has_user = end > host;
    }
    if (!has_user) {
        host = scheme;
        end = std::min(host_ends.first_in(uri, host), uri.size());
    }
    if (end == host) return {};
    return HttpUri{std::string{uri.substr(0, scheme)}, std::string{uri.substr(host, end - host)},
                   std::string{uri.substr(end)}, has_user};
}

std::size_t length_of_http(std::string_view text) noexcept
{
    if (text.empty() || (text[0] | 0x20) != 'h') return 0;
    if (starts_ignoring_case(text, "http:")) return 5;
    return starts_ignoring_case(text, "https:") ? 6 : 0;
}

std::size_t next_http(std::string_view text, std::size_t from) noexcept
{
    // The colon is rarer than the letter.
    for (auto colon = text.find(':', from); colon != npos; colon = text.find(':', colon + 1)) {
        for (const std::size_t length : {5U, 4U}) {
            if (colon < from + length) continue;
            const auto begin = colon - length;
            if (length_of_http(text.substr(begin)) == length + 1) return begin;
        }
    }
    return npos;
}

std::string with_plain_references(std::string_view text)
{
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const auto reference =
            text[at] == '&' ? read_reference(text.substr(at)) : NumericReference{};
        const bool is_printable = reference.number > 0x20 && reference.number < 0x7F;
        if (reference.length == 0 || !(is_printable || is_full_stop(reference.number))) {
            out += text[at++];
            continue;
        }
        out += is_printable ? static_cast<char>(reference.number) : '.';
        at += reference.length;
    }
    return out;
}

}  // namespace lazaret::filter::rules
