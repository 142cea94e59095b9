#include "milter/filter/rules/rendering/part_type.hpp"

#include <algorithm>
#include <map>

#include "base/text.hpp"
#include "milter/filter/rules/perl_classes.hpp"

namespace lazaret::filter::rules {
namespace {

// Whether the name, in small letters, stands there and begins a word.
bool is_word_at(std::string_view value, std::size_t at, std::string_view name)
{
    if ((value[at] | 0x20) != name[0] || (at > 0 && is_word(value[at - 1]))) return false;
    return starts_ignoring_case(value.substr(at), name);
}

std::optional<std::string_view> behind_equals(std::string_view text)
{
    text = without_leading_blanks(text);
    if (!text.starts_with('=')) return std::nullopt;
    return without_leading_blanks(text.substr(1));
}

// What stands behind `name=`, where the name begins a word; from `from` on, which moves behind it.
std::optional<std::string_view> behind_name(std::string_view value, std::string_view name,
                                            std::size_t& from)
{
    for (; from + name.size() <= value.size(); ++from) {
        if (!is_word_at(value, from, name)) continue;
        const auto rest = behind_equals(value.substr(from + name.size()));
        if (!rest) continue;
        from = value.size() - rest->size();
        return rest;
    }
    return std::nullopt;
}

// Up to the next `;`, without a quotation mark at either end.
std::string_view simple_value(std::string_view text)
{
    const auto is_quote = [](char c) { return c == '"' || c == '\''; };
    if (!text.empty() && is_quote(text[0])) text.remove_prefix(1);
    text = text.substr(0, text.find(';'));
    if (!text.empty() && is_quote(text.back())) text.remove_suffix(1);
    return text;
}

std::optional<std::string> find_boundary(std::string_view value)
{
    for (std::size_t at = 0;;) {
        const auto rest = behind_name(value, "boundary", at);
        if (!rest) return std::nullopt;
        if (rest->starts_with('"')) {
            const auto quoted = rest->substr(1, rest->find('"', 1) - 1);
            if (!quoted.empty()) return std::string{quoted};
        } else {
            std::size_t end = 0;
            while (end < rest->size() && !is_blank((*rest)[end]) && (*rest)[end] != ';' &&
                   (*rest)[end] != '"')
                ++end;
            if (end > 0 && (end == rest->size() || (*rest)[end] != '"'))
                return std::string{rest->substr(0, end)};
            // The same quotation mark refuses each that begins before it, but for `boundary="`.
            at += end - std::min(end, std::string_view{"boundary="}.size());
        }
    }
}

std::optional<std::string_view> find_named(std::string_view value, std::string_view name)
{
    std::size_t at = 0;
    const auto rest = behind_name(value, name, at);
    if (!rest) return std::nullopt;
    return simple_value(*rest);
}

// `name` or `filename`, whichever comes first.
std::string_view find_name(std::string_view value)
{
    std::size_t plain_at = 0;
    std::size_t file_at = 0;
    const auto plain = behind_name(value, "name", plain_at);
    const auto file = behind_name(value, "filename", file_at);
    if (!plain && !file) return {};
    return simple_value(file && (!plain || file_at < plain_at) ? *file : *plain);
}

// What stands behind the first `name0=`, `name1=` and so on, by the digits; of `name*` as the name,
// behind `name*0=`.
std::map<std::string_view, std::string_view> behind_numbered(std::string_view value,
                                                             std::string_view name)
{
    std::map<std::string_view, std::string_view> found;
    for (std::size_t at = 0; at + name.size() <= value.size(); ++at) {
        if (!is_word_at(value, at, name)) continue;
        const auto rest = value.substr(at + name.size());
        const auto digits = rest.substr(0, rest.find_first_not_of("0123456789"));
        if (const auto behind = behind_equals(rest.substr(digits.size())))
            found.emplace(digits, *behind);
    }
    return found;
}

// RFC 2231 3: the name in pieces, `name*0=...; name*1=...`.
std::string find_name_in_pieces(std::string_view value)
{
    constexpr std::size_t most_pieces = 100;
    auto pieces = behind_numbered(value, "name*");
    pieces.merge(behind_numbered(value, "filename*"));
    std::string name;
    for (std::size_t piece = 0; piece < most_pieces; ++piece) {
        const auto found = pieces.find(std::to_string(piece));
        if (found == pieces.end()) break;
        const auto text = simple_value(found->second);
        if (name.size() + text.size() > value.size()) break;  // they stand within each other
        name += text;
    }
    return name;
}

bool is_odd_in_type(unsigned char c)
{
    return c <= 0x20 || c >= 0x7F || c == '"' || c == '(' || c == ')' || c == ',' ||
           (c >= ':' && c <= '@') || (c >= '[' && c <= ']');
}

// Whether a type says that it is some text that mail programs show as it is.
bool is_some_plain_text(std::string_view type)
{
    if (!type.starts_with("text") || (type.size() > 4 && is_word(type[4]))) return false;
    return type != "text/x-vcard" && type != "text/calendar" && type != "text/html";
}

}  // namespace

PartType read_part_type(std::string_view value)
{
    PartType part;
    if (value.empty() || value == "0") {
        part.is_missing = true;
        part.charset = "us-ascii";
        return part;
    }
    part.boundary = find_boundary(value);
    if (const auto charset = find_named(value, "charset")) part.charset = std::string{*charset};
    part.name = find_name(value);
    if (part.name.empty() || part.name == "0") part.name = find_name_in_pieces(value);

    auto type = without_leading_blanks(value);
    type = type.substr(0, type.find(';'));
    if (const auto slash = type.find('/'); slash != std::string_view::npos && slash > 0) {
        auto end = slash + 1;
        while (end < type.size() && type[end] != '/' && !is_blank(type[end])) ++end;
        type = type.substr(0, end);
    }
    auto small = ascii_lower(type);
    part.is_missing = small.empty();
    if (small.empty() || is_some_plain_text(small)) small = "text/plain";
    std::erase_if(small, [](char c) { return is_odd_in_type(static_cast<unsigned char>(c)); });
    part.type = std::move(small);
    return part;
}

std::string_view name_in_disposition(std::string_view value)
{
    for (std::size_t at = 0; at + 5 <= value.size(); ++at) {
        if (!starts_ignoring_case(value.substr(at), "name=")) continue;
        auto rest = without_leading_blanks(value.substr(at + 5));
        if (rest.starts_with('"')) rest.remove_prefix(1);
        rest = rest.substr(0, rest.find_first_of("\";"));
        if (!rest.empty()) return rest;
    }
    return {};
}

}  // namespace lazaret::filter::rules
