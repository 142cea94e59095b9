#include "portal/form.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/text.hpp"

namespace lazaret::portal {
namespace {

constexpr std::size_t most_names = 80;

int hex_value(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

std::string decoded(std::string_view text)
{
    std::string plain;
    plain.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool is_escape = text[at] == '%' && at + 2 < text.size() &&
                               hex_value(text[at + 1]) >= 0 && hex_value(text[at + 2]) >= 0;
        if (is_escape) {
            plain += static_cast<char>(hex_value(text[at + 1]) * 16 + hex_value(text[at + 2]));
            at += 2;
        } else {
            plain += text[at] == '+' ? ' ' : text[at];
        }
    }
    return valid_utf8(plain);
}

}  // namespace

std::map<std::string, std::string> read_form(std::string_view body)
{
    std::map<std::string, std::string> form;
    while (!body.empty() && form.size() < most_names) {
        const auto end = std::min(body.find('&'), body.size());
        const auto pair = body.substr(0, end);
        const auto equals = std::min(pair.find('='), pair.size());
        if (!pair.empty())
            form.emplace(decoded(pair.substr(0, equals)),
                         equals < pair.size() ? decoded(pair.substr(equals + 1)) : std::string{});
        body.remove_prefix(std::min(end + 1, body.size()));
    }
    return form;
}

std::string field(const std::map<std::string, std::string>& form, const std::string& name)
{
    const auto found = form.find(name);
    return found == form.end() ? std::string{} : found->second;
}

std::optional<std::int64_t> number_in(const std::map<std::string, std::string>& form,
                                      const std::string& name)
{
    const auto text = field(form, name);
    std::int64_t number = 0;
    const auto* end = text.data() + text.size();
    const auto [stop, code] = std::from_chars(text.data(), end, number);
    if (code != std::errc{} || stop != end || number <= 0) return std::nullopt;
    return number;
}

std::string in_query(std::string_view text)
{
    std::string written;
    for (const char c : text) {
        const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                              (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
        if (is_plain) written += c;
        else written += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return written;
}

}  // namespace lazaret::portal
