#include "milter/filter/auth/tag_list.hpp"

#include <algorithm>

#include "base/base64.hpp"
#include "base/text.hpp"

namespace lazaret::filter::auth {
namespace {

// A signature has some ten tags; looking for names that come twice must stay cheap.
constexpr std::size_t most_tags = 100;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_name(std::string_view text)
{
    return !text.empty() && is_letter(text.front()) &&
           std::all_of(text.begin(), text.end(),
                       [](char c) { return is_letter(c) || is_digit(c) || c == '_'; });
}

bool is_value(std::string_view text)
{
    return std::none_of(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) < 0x20 && !is_blank(c)) || c == 0x7F;
    });
}

}  // namespace

std::optional<TagList> TagList::read(std::string_view text)
{
    TagList list;
    while (true) {
        const auto end = std::min(text.find(';'), text.size());
        const auto spec = text.substr(0, end);
        const bool is_last = end == text.size();
        // One semicolon may stand behind the last tag.
        if (is_last && trimmed(spec).empty() && !list.tags_.empty()) return list;
        const auto sign = spec.find('=');
        if (sign == std::string_view::npos || list.tags_.size() == most_tags) return std::nullopt;
        const Tag tag{trimmed(spec.substr(0, sign)), trimmed(spec.substr(sign + 1)),
                      spec.substr(sign + 1)};
        if (!is_name(tag.name) || !is_value(tag.value) || list.find(tag.name)) return std::nullopt;
        list.tags_.push_back(tag);
        if (is_last) return list;
        text.remove_prefix(end + 1);
    }
}

const Tag* TagList::find(std::string_view name) const noexcept
{
    const auto found =
        std::find_if(tags_.begin(), tags_.end(), [&](const auto& tag) { return tag.name == name; });
    return found == tags_.end() ? nullptr : &*found;
}

std::optional<std::string_view> TagList::value(std::string_view name) const noexcept
{
    const auto* tag = find(name);
    if (!tag) return std::nullopt;
    return tag->value;
}

std::vector<std::string_view> colon_list(std::string_view value)
{
    std::vector<std::string_view> parts;
    while (true) {
        const auto end = std::min(value.find(':'), value.size());
        parts.push_back(trimmed(value.substr(0, end)));
        if (end == value.size()) return parts;
        value.remove_prefix(end + 1);
    }
}

std::string base64_value(std::string_view value)
{
    std::string text{value};
    text.erase(std::remove_if(text.begin(), text.end(), is_blank), text.end());
    return from_base64(text);
}

std::optional<std::uint64_t> number_value(std::string_view value)
{
    if (value.empty() || value.size() > 18 || !std::all_of(value.begin(), value.end(), is_digit))
        return std::nullopt;
    std::uint64_t number = 0;
    for (const char digit : value) number = number * 10 + static_cast<std::uint64_t>(digit - '0');
    return number;
}

}  // namespace lazaret::filter::auth
